"""The examples of the Mistral page as printed there; only the base URL differs, since the port is free here."""

import contextlib
import io
import json

import subprocess

import pytest

from harness import ROOT

# The page's own text. Its Python lost its indentation; where there is none to lose it stands as printed.
CURL = """curl http://localhost:8080/v1/chat/completions -H 'Content-Type: application/json' -d '{"model":"mistral-large-latest","messages":[{"role":"user","content":"hello"}]}'"""

PLAIN = '''
from openai import OpenAI

client = OpenAI(
    base_url="http://localhost:8080/v1",
    api_key="unused",  # auth is handled by Keeptrusts via MISTRAL_API_KEY
)

response = client.chat.completions.create(
    model="mistral-large-latest",
    messages=[
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "Explain the difference between CNN and RNN architectures."},
    ],
    temperature=0.7,
    max_tokens=512,
)

print(response.choices[0].message.content)
'''

STREAMED = '''
from openai import OpenAI

client = OpenAI(base_url="http://localhost:8080/v1", api_key="unused")

stream = client.chat.completions.create(
    model="mistral-large-latest",
    messages=[{"role": "user", "content": "Write a short essay on EU AI regulation."}],
    stream=True,
)

for chunk in stream:
    if chunk.choices[0].delta.content:
        print(chunk.choices[0].delta.content, end="", flush=True)
'''

CODE = '''
from openai import OpenAI

client = OpenAI(base_url="http://localhost:8080/v1", api_key="unused")

response = client.chat.completions.create(
    model="codestral-latest",
    messages=[
        {"role": "system", "content": "You are an expert programmer. Write clean, well-documented code."},
        {"role": "user", "content": "Write a Python function to merge two sorted lists in O(n) time."},
    ],
    temperature=0.2,
)

print(response.choices[0].message.content)
'''


@pytest.fixture(scope="module")
def seed(fake_process, start_gateway):
    """The page's first configuration, with the fake in the place of api.mistral.ai."""
    from conftest import DIRECT, Direct
    from harness import FOUR_POLICIES, configuration

    if DIRECT:
        return Direct(fake_process)
    fake_process.reset()
    options = ["provider: mistral", "model: mistral-large-latest", f"base_url: {fake_process.url}/v1", "secret_key_ref: { env: FAKE_KEY }"]
    return start_gateway(configuration([("mistral-primary", options)], FOUR_POLICIES))


def run(text, gateway):
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(text.replace("http://localhost:8080/v1", gateway.base_url), "example", "exec"), {"__name__": "example"})
    return output.getvalue()


def test_the_curl_line(seed):
    command = CURL.replace("http://localhost:8080/v1", seed.base_url)
    answer = subprocess.run(["bash", "-c", command + " --silent --show-error --fail-with-body"], capture_output=True, text=True, timeout=30)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    document = json.loads(answer.stdout)
    assert document["choices"][0]["message"]["content"]


@pytest.mark.parametrize("text, word", [(PLAIN, "RNN"), (STREAMED, "regulation"), (CODE, "Python")], ids=["plain", "streamed", "code"])
def test_the_python_examples(seed, text, word):
    assert word in run(text, seed)


@pytest.mark.gateway
def test_the_targets_own_model_is_sent(seed, fake_process):
    run(CODE, seed)
    assert fake_process.last_json()["model"] == "mistral-large-latest"


def test_the_examples_are_those_of_the_page():
    """Where the page is at hand, nothing here may have drifted from it."""
    page = ROOT.parent / "shared" / "seeds"
    files = list(page.glob("*.txt")) if page.is_dir() else []
    if not files:
        pytest.skip("the page is not on this machine")
    squeezed = "".join(files[0].read_text().split())
    for text in (PLAIN, STREAMED, CODE, CURL):
        assert "".join(text.split()) in squeezed
