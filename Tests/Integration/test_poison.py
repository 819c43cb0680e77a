"""A body that ends the worker that looks at it: one worker is lost, not one after the other."""

import contextlib
import os
import resource
import signal
import time

import httpx
import openai
import pytest

from conftest import gateway_yaml
from harness import RawClient, request_bytes, wait_until

pytestmark = pytest.mark.gateway

FAULTS = {"KEEPTRUSTS_TEST_FAULTS": "1"}
CHAIN = ("test-fault", "audit-logger")
HANG_SECONDS = 2
# Of one worker: enough for a debug build, and little enough to fill at once.
MEMORY_BYTES = 2 << 30
CRASHING = ["crash", "trap", "abort", "allocate", "recurse"]
HANGING = ["hang", "stop"]


def poison(word, filler="", **more):
    return {"model": "fake", "messages": [{"role": "user", "content": f"{filler} kt-fault:{word}"}], **more}


def harmless(text="hello"):
    return {"model": "fake", "messages": [{"role": "user", "content": text}]}


@contextlib.contextmanager
def memory_limit(count):
    """For processes that are started inside."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@pytest.fixture(scope="module")
def faulty_yaml(fake_process):
    return gateway_yaml(fake_process, CHAIN).replace("gateway:\n", f"gateway:\n  hang_seconds: {HANG_SECONDS}\n")


@pytest.fixture
def start(faulty_yaml, fake, start_gateway):
    """Gateways of one test with two workers."""
    running = []

    def begin(*arguments):
        with memory_limit(MEMORY_BYTES):
            running.append(start_gateway(faulty_yaml, workers=2, arguments=arguments, environment=FAULTS))
        return running[-1]

    yield begin
    for gateway in running:
        gateway.stop()


def post(gateway, body, timeout=20):
    """The answer on a connection of its own; None when it broke."""
    with contextlib.suppress(httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
        return httpx.post(gateway.base_url + "/chat/completions", json=body, timeout=timeout, trust_env=False)
    return None


def restarts(gateway):
    """How many workers ended, by gateway.json."""
    return sum(worker["restarts"] for worker in (gateway.status() or {"workers": []})["workers"])


def serving(gateway):
    workers = (gateway.status() or {}).get("workers", [])
    return len(workers) == 2 and all(worker["state"] == "serving" for worker in workers)


def assert_quarantined(answer, policy="test-fault"):
    assert answer is not None and answer.status_code == 400, answer and answer.text
    error = answer.json()["error"]
    assert error["code"] == "policy_crash_quarantined"
    assert error["policy"] == policy


def events_by_request(gateway):
    found = {}
    for event in gateway.events():
        found.setdefault(event["request_id"], []).append(event)
    return found


def reported(event):
    return [(policy["kind"], policy.get("reason_code")) for policy in event["policies"]]


def wait_for_quarantine(gateway, body):
    """The answers until the body is refused: none of them may be anything but a broken connection."""

    def refused():
        answer = post(gateway, body)
        return answer is not None and answer

    return wait_until("the body is quarantined", refused, 30)


@pytest.mark.parametrize("word", CRASHING)
def test_a_poisoned_body_ends_one_worker(start, word):
    gateway = start()
    body = poison(word)
    assert post(gateway, body) is None
    # Every connection of its own, so that both workers are asked.
    for _ in range(20):
        assert_quarantined(wait_for_quarantine(gateway, body))
    wait_until("both workers serve", lambda: serving(gateway))
    assert restarts(gateway) == 1
    assert post(gateway, harmless()).status_code == 200
    assert_quarantined(post(gateway, body))
    assert restarts(gateway) == 1


@pytest.mark.slow
@pytest.mark.parametrize("word", HANGING)
def test_a_hanging_body_is_ended_in_time(start, word):
    gateway = start()
    body = poison(word)
    began = time.monotonic()
    assert post(gateway, body) is None
    assert time.monotonic() - began < HANG_SECONDS + 3.5
    for _ in range(20):
        assert_quarantined(wait_for_quarantine(gateway, body))
    wait_until("both workers serve", lambda: serving(gateway))
    assert restarts(gateway) == 1


def test_an_sdk_that_retries_costs_one_worker(start):
    gateway = start()
    with openai.OpenAI(base_url=gateway.base_url, api_key="unused", timeout=20, max_retries=4) as client:
        with pytest.raises(openai.BadRequestError) as caught:
            client.chat.completions.create(**poison("crash"))
    assert caught.value.code == "policy_crash_quarantined"
    wait_until("both workers serve", lambda: serving(gateway))
    assert restarts(gateway) == 1


def test_bodies_that_differ_are_judged_apart(start):
    gateway = start()
    assert post(gateway, poison("crash", "one")) is None
    assert_quarantined(wait_for_quarantine(gateway, poison("crash", "one")))
    assert post(gateway, harmless("one")).status_code == 200


def test_a_policy_error_is_the_fail_mode(start):
    closed, open_ = start(), start("--fail-mode", "allow")
    answer = post(closed, poison("error"))
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["policy"], error["reason"]) == ("input_blocked", "test-fault", "test_fault.error")
    passed = post(open_, poison("error"))
    assert passed.status_code == 200
    event = open_.event_of(passed.headers["x-request-id"])[0]
    assert event["outcome"] == "completed"
    assert ("test-fault", "test_fault.error") in reported(event)
    assert restarts(closed) + restarts(open_) == 0


def test_every_request_has_one_event(start, fake):
    """Streams are open on both workers when one of them dies of another request."""
    gateway = start()
    with fake.modes("chunks4000.interval20"):
        clients = []
        for number in range(12):
            client = RawClient(gateway.port)
            client.send(request_bytes({**harmless(), "stream": True}, headers=[f"X-Request-Id: bystander-{number}"]))
            assert client.read_until(lambda data: b"data: {" in data)
            clients.append(client)
        with RawClient(gateway.port) as client:
            client.send(request_bytes(poison("crash"), headers=["X-Request-Id: culprit"]))
            client.read_to_end(20)
            assert client.received == b""
        wait_until("the culprit's event", lambda: "culprit" in events_by_request(gateway), 20)
        for client in clients:
            client.close()
    found = wait_until("all events", lambda: len(events_by_request(gateway)) == 13 and events_by_request(gateway), 20)
    assert all(len(events) == 1 for events in found.values())
    assert len({events[0]["id"] for events in found.values()}) == 13
    culprit = found.pop("culprit")[0]
    assert culprit["outcome"] == "aborted"
    assert culprit["verdict"] == "block"
    assert reported(culprit) == [("test-fault", "policy_crashed")]
    outcomes = [events[0]["outcome"] for events in found.values()]
    assert set(outcomes) == {"aborted", "client_closed"}, f"one worker lost its streams, the other one did not: {gateway.log_text()}"
    aborted = [events[0] for events in found.values() if events[0]["outcome"] == "aborted"]
    assert all(event["verdict"] == "allow" and event["stream"] and event["target"] == "fake" for event in aborted)
    assert {event["worker"] for event in aborted} == {culprit["worker"]}


def test_a_kill_from_outside_quarantines_nothing(start, fake):
    gateway = start()
    with fake.modes("chunks4000.interval20"):
        with RawClient(gateway.port) as client:
            client.send(request_bytes({**harmless(), "stream": True}, headers=["X-Request-Id: victim"]))
            assert client.read_until(lambda data: b"data: {" in data)
            for pid in gateway.worker_pids().values():
                os.kill(pid, signal.SIGKILL)
            client.read_to_end()
    wait_until("both workers serve", lambda: serving(gateway))
    events = gateway.event_of("victim")
    assert [event["outcome"] for event in events] == ["aborted"]
    assert events[0]["policies"] == []
    for _ in range(8):
        assert post(gateway, harmless()).status_code == 200
    assert "is refused for ten minutes" not in gateway.log_text()


def test_the_kind_needs_its_variable(faulty_yaml, start_gateway):
    with pytest.raises(AssertionError, match="the gateway ended with 1"):
        start_gateway(faulty_yaml, workers=2, environment={"KEEPTRUSTS_TEST_FAULTS": ""})
