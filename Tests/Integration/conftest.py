import json
import os

import httpx
import openai
import pytest

from harness import FOUR_POLICIES, NO_BREAKER, Fake, Gateway, configuration, target

# Without a gateway the tests of the SDKs can be pointed at the fake itself: they then check the tests, not the gateway.
DIRECT = os.environ.get("KT_DIRECT") == "1"


def pytest_configure(config):
    config.addinivalue_line("markers", "gateway: needs the gateway, not only the fake provider")
    config.addinivalue_line("markers", "slow: takes more than ten seconds")


def pytest_collection_modifyitems(config, items):
    if DIRECT:
        for item in items:
            if item.get_closest_marker("gateway"):
                item.add_marker(pytest.mark.skip(reason="KT_DIRECT=1: no gateway"))


@pytest.fixture(scope="session")
def fake_process(tmp_path_factory):
    fake = Fake(tmp_path_factory.mktemp("fake") / "fake.log")
    yield fake
    fake.stop()


@pytest.fixture
def fake(fake_process):
    """The fake provider with its counters at zero and no standing modes."""
    fake_process.reset()
    yield fake_process
    fake_process.reset()


class Direct:
    """Stands in for the gateway when there is none."""

    def __init__(self, fake):
        self.url, self.base_url, self.port = fake.url, fake.url + "/v1", fake.port

    def stop(self):
        pass


@pytest.fixture(scope="session")
def start_gateway(tmp_path_factory):
    """Starts gateways that end with the session: start_gateway(yaml, workers=…, arguments=…, environment=…)."""
    running = []

    def start(yaml, **options):
        gateway = Gateway(tmp_path_factory.mktemp("gateway"), yaml, **options)
        running.append(gateway)
        return gateway

    yield start
    for gateway in running:
        gateway.stop()


def plain_targets(fake):
    return [
        ("fake", target(fake.url)),
        # The same fake as a Mistral, a target that retries, and targets with short deadlines.
        ("mistral-fake", target(fake.url, model="demo", provider="mistral")),
        ("retrying", target(fake.url, retry="{ max_attempts: 3, initial_delay_ms: 10, max_delay_ms: 20 }")),
        ("hasty", target(fake.url, timeout_seconds=1, stream_timeout_seconds=2, stream_idle_timeout_seconds=1)),
        ("narrow", target(fake.url, max_context_tokens=64)),
        ("demo-fake", target(fake.url, model="demo")),
    ]


def gateway_yaml(fake, policies):
    yaml = configuration(plain_targets(fake), policies)
    limits = "gateway:\n  limits: { connections_per_address: 8192 }\n"
    return yaml.replace("providers:\n", "providers:\n" + NO_BREAKER) + limits


@pytest.fixture(scope="session")
def gateway(fake_process, start_gateway):
    """Two workers, the four policies of the seed's first example."""
    if DIRECT:
        return Direct(fake_process)
    return start_gateway(gateway_yaml(fake_process, FOUR_POLICIES))


@pytest.fixture(scope="session")
def bare_gateway(fake_process, start_gateway):
    """Two workers, no policies."""
    if DIRECT:
        return Direct(fake_process)
    return start_gateway(gateway_yaml(fake_process, ()))


@pytest.fixture
def http(gateway):
    with httpx.Client(base_url=gateway.url, timeout=20, trust_env=False) as client:
        yield client


@pytest.fixture
def client(gateway, fake):
    """An OpenAI client of the gateway. `fake`: the target of the name "fake" answers, with what modes the test sets."""
    with openai.OpenAI(base_url=gateway.base_url, api_key="unused", timeout=20) as client:
        yield client


@pytest.fixture
def no_retry(client):
    return client.with_options(max_retries=0)


def model(name):
    """The model name that reaches target `name` of the gateway, and the same answer of the fake when it is asked directly."""
    return {"demo-fake": "demo", "mistral-fake": "demo"}.get(name, "mock") if DIRECT else name


def stream_text(chunks):
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def parse_events(text):
    """The JSON documents of a stream and whether it ended with [DONE]."""
    documents, done = [], False
    for block in text.replace("\r\n", "\n").split("\n\n"):
        data = "\n".join(line[5:].lstrip() for line in block.split("\n") if line.startswith("data:"))
        if data == "[DONE]":
            done = True
        elif data:
            assert not done, "an event after [DONE]"
            documents.append(json.loads(data))
    return documents, done
