"""The user's own terms, exact and fuzzy, seen from both ends."""

import json
import os
import subprocess

import httpx
import openai
import pytest

from conftest import parse_events
from harness import BINARIES, KEY, RawUpstream, channels, plain_answer, stream_answer, stream_event, target, text_stream

pytestmark = pytest.mark.gateway

CONFIGURATION = """\
pack: { name: terms, version: 1.0.0 }
policies: { chain: [dlp-filter, entity-list-filter, audit-logger] }
policy:
  audit-logger: {}
  dlp-filter:
    blocked_terms: [Project Falcon, "日本語大学"]
    detect_patterns: [{ name: TICKET, pattern: 'TCK-[0-9]{4}' }]
    fuzzy_matching: true
    max_distance: 2
    sensitivity_level: high
  entity-list-filter: { blocked_entities: [Umbrella Corporation], fuzzy_matching: true, max_distance: 3 }
providers:
  targets:
    - id: raw
"""
TEXT = "On projekt  falcn see TCK-1234, and 日本語小学!"
CLEAN = "On [TERM] see [TICKET], and [TERM]!"
BLOCKED = "A harmless beginning, then the Umbrela Corporatoin pays."


class Script:
    def __init__(self):
        self.plain = "fine"
        self.events = text_stream(["fine"])
        self.message = {}

    def __call__(self, request):
        return stream_answer(self.events) if request.get("stream") else plain_answer(self.plain, **self.message)


@pytest.fixture(scope="module")
def upstream():
    server = RawUpstream(Script())
    yield server
    server.stop()


@pytest.fixture(scope="module")
def guarded(upstream, start_gateway):
    return start_gateway(CONFIGURATION + "".join(f"      {option}\n" for option in target(upstream.url, model="raw")))


@pytest.fixture
def script(upstream):
    upstream.answer = Script()
    upstream.requests.clear()
    return upstream.answer


@pytest.fixture
def sdk(guarded, script):
    with openai.OpenAI(base_url=guarded.base_url, api_key="x", max_retries=0, timeout=20) as client:
        yield client


def ask(sdk, text, **options):
    return sdk.chat.completions.create(model="raw", messages=[{"role": "user", "content": text}], **options)


def streamed(guarded):
    body = {"model": "raw", "stream": True, "messages": [{"role": "user", "content": "hello"}]}
    answer = httpx.post(guarded.base_url + "/chat/completions", json=body, timeout=20, trust_env=False)
    assert answer.status_code == 200, answer.text
    return parse_events(answer.text)


def lint(*arguments):
    environment = dict(os.environ, FAKE_KEY=KEY)
    result = subprocess.run([BINARIES / "kt", "policy", "lint", *arguments], capture_output=True, text=True, timeout=60, env=environment)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def pieces_of(text, size):
    return [text[i : i + size] for i in range(0, len(text), size)]


def test_terms_never_leave_in_a_request(sdk, upstream):
    ask(sdk, TEXT)
    assert upstream.requests[-1]["messages"][0]["content"] == CLEAN


def test_terms_in_a_plain_answer(sdk, script):
    script.plain = TEXT
    raw = sdk.chat.completions.with_raw_response.create(model="raw", messages=[{"role": "user", "content": "hello"}])
    assert raw.parse().choices[0].message.content == CLEAN
    assert raw.headers["x-keeptrusts-verdict"] == "redact"


@pytest.mark.parametrize("size", [1, 3, 8, 100])
def test_terms_in_a_stream(guarded, script, size):
    script.events = text_stream(pieces_of(TEXT, size))
    documents, done = streamed(guarded)
    texts, reasons = channels(documents)
    assert texts[0, "content"] == CLEAN and reasons == {0: "stop"} and done


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_terms_in_streamed_tool_calls_stay_json(guarded, script, size):
    arguments = json.dumps({"about": TEXT, "deep": json.dumps({"x": "Project\nFalcon"})})
    call = {"index": 0, "id": "c1", "type": "function", "function": {"name": "send", "arguments": ""}}
    events = [stream_event({"role": "assistant", "content": None, "tool_calls": [call]})]
    events += [stream_event({"tool_calls": [{"index": 0, "function": {"arguments": p}}]}) for p in pieces_of(arguments, size)]
    script.events = events + [stream_event({}, finish="tool_calls"), b"data: [DONE]\n\n"]
    documents, done = streamed(guarded)
    document = json.loads(channels(documents)[0][0, "arguments", 0])
    assert document["about"] == CLEAN and json.loads(document["deep"]) == {"x": "[TERM]"} and done


@pytest.mark.parametrize("text, policy", [("about the Umbrella Corp oration", "entity-list-filter"), ("TOP SECRET//NOFORN", "dlp-filter")])
def test_a_blocked_request(sdk, upstream, text, policy):
    with pytest.raises(openai.BadRequestError) as caught:
        ask(sdk, text)
    assert caught.value.code == "input_blocked" and caught.value.body["policy"] == policy
    assert caught.value.response.headers["x-keeptrusts-verdict"] == "block"
    assert upstream.requests == [] and text not in caught.value.response.text


def test_a_blocked_answer(sdk, script):
    script.plain = BLOCKED
    with pytest.raises(openai.BadRequestError) as caught:
        ask(sdk, "hello")
    assert caught.value.status_code == 400
    assert caught.value.code == "output_blocked" and caught.value.body["policy"] == "entity-list-filter"


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_block_in_the_middle_of_a_stream(guarded, script, size):
    script.events = text_stream(pieces_of(BLOCKED, size))
    documents, done = streamed(guarded)
    texts, reasons = channels(documents)
    assert texts[0, "content"] == "A harmless beginning, then the "
    assert reasons == {0: "content_filter"} and done
    assert documents[-1]["keeptrusts"]["policy"] == "entity-list-filter"


def test_lint_shows_what_is_held_back(guarded):
    said = lint("--file", guarded.config)
    assert "warning" not in said
    bytes_held = json.loads(lint("--json", "--file", guarded.config))["hold_back_max"]
    assert 40 < bytes_held < 400
    assert f"hold-back: at most {bytes_held} bytes of a streamed text\n" in said
