"""Reversible markers: the provider sees placeholders only, the client its own values."""

import json
import re

import httpx
import openai
import pytest

from harness import RawUpstream, configuration, plain_answer, stream_answer, stream_event, target, text_stream, wait_until

pytestmark = pytest.mark.gateway

EMAIL = "jane.doe@example.com"
CARD = "4111 1111 1111 1111"
KEY = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----'
PLACEHOLDER = re.compile(r"\[[A-Z][A-Z0-9_]*_[bcdfghjkmnpqrstv]{8}\]")
YAML = """
policy:
  pii-detector: { redaction: { marker_format: reversible } }
"""


def pieces(text, size):
    return [text[i : i + size] for i in range(0, len(text), size)]


class Echo:
    """Says again what the last message says, as text or as arguments of a tool call."""

    def __init__(self, size=3):
        self.size = size
        self.suffix = ""

    def __call__(self, request):
        said = request["messages"][-1]["content"] + self.suffix if "messages" in request else request["prompt"]
        if "prompt" in request:
            return self.completion(said, request)
        if request.get("tools"):
            arguments = json.dumps({"said": said, "nested": json.dumps({"again": said, said: 1})})
            call = {"id": "c1", "type": "function", "function": {"name": "say", "arguments": arguments}}
            if not request.get("stream"):
                return plain_answer(None, tool_calls=[call])
            first = {**call, "index": 0, "function": {"name": "say", "arguments": ""}}
            rest = [{"tool_calls": [{"index": 0, "function": {"arguments": p}}]} for p in pieces(arguments, self.size)]
            events = [stream_event({"role": "assistant", "tool_calls": [first]}), *map(stream_event, rest)]
            return stream_answer([*events, stream_event({}, finish="tool_calls"), b"data: [DONE]\n\n"])
        if request.get("stream"):
            return stream_answer(text_stream(pieces(said, self.size)))
        return plain_answer(said, reasoning_content="They said: " + said)

    def completion(self, said, request):
        if request.get("stream"):
            document = {"id": "c", "object": "text_completion", "created": 1, "model": "raw"}
            events = [{**document, "choices": [{"index": 0, "text": p, "finish_reason": None}]} for p in pieces(said, self.size)]
            events.append({**document, "choices": [{"index": 0, "text": "", "finish_reason": "stop"}]})
            return stream_answer([b"data: " + json.dumps(e).encode() + b"\n\n" for e in events] + [b"data: [DONE]\n\n"])
        document = {"id": "c", "object": "text_completion", "created": 1, "model": "raw", "choices": [{"index": 0, "text": said, "finish_reason": "stop"}]}
        body = json.dumps(document).encode()
        return [b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body]


@pytest.fixture(scope="module")
def upstream():
    server = RawUpstream(Echo())
    yield server
    server.stop()


@pytest.fixture(scope="module")
def guarded(upstream, start_gateway):
    yaml = configuration([("raw", target(upstream.url, model="raw"))], ("pii-detector", "audit-logger"))
    return start_gateway(re.sub(r"policy:\n(  .*\n)+", YAML.lstrip(), yaml), workers=2)


@pytest.fixture
def echo(upstream):
    upstream.answer = Echo()
    upstream.requests.clear()
    return upstream.answer


@pytest.fixture
def sdk(guarded, echo):
    with openai.OpenAI(base_url=guarded.base_url, api_key="x", max_retries=0, timeout=20) as client:
        yield client


TEXT = f"Write to {EMAIL}, pay with {CARD}, sign with {KEY}; {EMAIL} é😀 again."
TOOLS = [{"type": "function", "function": {"name": "say", "parameters": {"type": "object", "properties": {}}}}]


def sent(upstream):
    """What the provider got, which holds no value."""
    text = json.dumps(upstream.requests[-1], ensure_ascii=False)
    for value in (EMAIL, CARD, "MIIEvQIBADANBg"):
        assert value not in text
    return text


def test_a_whole_answer_has_the_values_again(sdk, upstream):
    answer = sdk.chat.completions.with_raw_response.create(model="raw", messages=[{"role": "user", "content": TEXT}])
    assert answer.headers["x-keeptrusts-verdict"] == "redact"
    message = answer.parse().choices[0].message
    assert message.content == TEXT
    assert message.model_extra["reasoning_content"] == "They said: " + TEXT
    found = PLACEHOLDER.findall(sent(upstream))
    assert len(found) == 4 and len(set(found)) == 3


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 4096])
def test_a_stream_has_the_values_again_however_it_is_cut(sdk, echo, upstream, size):
    echo.size = size
    stream = sdk.chat.completions.create(model="raw", stream=True, messages=[{"role": "user", "content": TEXT}])
    assert "".join(c.choices[0].delta.content or "" for c in stream if c.choices) == TEXT
    sent(upstream)


def test_two_turns_have_the_same_placeholders(sdk, upstream):
    messages = [{"role": "user", "content": f"I am {EMAIL}."}]
    answer = sdk.chat.completions.create(model="raw", messages=messages).choices[0].message.content
    first = PLACEHOLDER.search(sent(upstream)).group()
    messages += [{"role": "assistant", "content": answer}, {"role": "user", "content": f"Who is {EMAIL}, and {EMAIL.upper()}?"}]
    answer = sdk.chat.completions.create(model="raw", messages=messages).choices[0].message.content
    assert answer == f"Who is {EMAIL}, and {EMAIL.upper()}?"
    found = PLACEHOLDER.findall(sent(upstream))
    assert found[:3] == [first] * 3 and found[3] != first


@pytest.mark.parametrize("size", [None, 1, 5])
def test_arguments_of_tool_calls_stay_json_and_have_the_values_again(sdk, echo, upstream, size):
    request = {"model": "raw", "tools": TOOLS, "messages": [{"role": "user", "content": TEXT}]}
    if size is None:
        arguments = sdk.chat.completions.create(**request).choices[0].message.tool_calls[0].function.arguments
    else:
        echo.size = size
        deltas = [c.choices[0].delta for c in sdk.chat.completions.create(**request, stream=True) if c.choices]
        calls = [call for d in deltas for call in d.tool_calls or []]
        arguments = "".join(call.function.arguments or "" for call in calls)
    document = json.loads(arguments)
    assert document["said"] == TEXT
    assert json.loads(document["nested"]) == {"again": TEXT, TEXT: 1}
    sent(upstream)


def test_arguments_in_the_history_are_hidden_too(sdk, upstream):
    arguments = json.dumps({"to": EMAIL, "card": 4111111111111111, "raw": json.dumps({"key": KEY})})
    call = {"id": "c1", "type": "function", "function": {"name": "say", "arguments": arguments}}
    messages = [
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": f"sent to {EMAIL}"},
    ]
    answer = sdk.chat.completions.create(model="raw", messages=messages).choices[0].message.content
    assert answer == f"sent to {EMAIL}"
    text = sent(upstream)
    assert "4111111111111111" not in text
    seen = json.loads(upstream.requests[-1]["messages"][1]["tool_calls"][0]["function"]["arguments"])
    assert PLACEHOLDER.fullmatch(seen["to"]) and PLACEHOLDER.fullmatch(seen["card"])
    assert PLACEHOLDER.fullmatch(json.loads(seen["raw"])["key"])
    assert seen["to"] in upstream.requests[-1]["messages"][2]["content"]


@pytest.mark.parametrize("stream", [False, True])
def test_completions_have_the_values_again(sdk, upstream, stream):
    answer = sdk.completions.create(model="raw", prompt=TEXT, stream=stream)
    text = "".join(c.choices[0].text for c in answer) if stream else answer.choices[0].text
    assert text == TEXT
    sent(upstream)


@pytest.mark.parametrize("stream", [False, True])
def test_what_the_model_makes_up_is_labelled_and_what_it_invents_stays(sdk, echo, stream):
    echo.suffix = " or eve@example.org or [EMAIL_bcdfghjk]"
    answer = sdk.chat.completions.create(model="raw", stream=stream, messages=[{"role": "user", "content": EMAIL}])
    text = "".join(c.choices[0].delta.content or "" for c in answer) if stream else answer.choices[0].message.content
    assert text == EMAIL + " or [EMAIL] or [EMAIL_bcdfghjk]"


def test_a_placeholder_that_the_user_writes_comes_back_as_it_is(sdk, upstream):
    sdk.chat.completions.create(model="raw", messages=[{"role": "user", "content": EMAIL}])
    own = PLACEHOLDER.search(sent(upstream)).group()
    text = f"{own} or [PHONE_bcdfghjk] is not {EMAIL}"
    assert sdk.chat.completions.create(model="raw", messages=[{"role": "user", "content": text}]).choices[0].message.content == text
    assert sent(upstream).count(own) == 1


def test_log_probabilities_of_a_text_with_values_are_gone(sdk, upstream):
    def answer(request):
        said = request["messages"][-1]["content"]
        document = json.loads(plain_answer(said)[0].partition(b"\r\n\r\n")[2])
        document["choices"][0]["logprobs"] = {"content": [{"token": said, "logprob": 0.0, "top_logprobs": []}]}
        body = json.dumps(document).encode()
        return [b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body]

    upstream.answer = answer
    choice = sdk.chat.completions.create(model="raw", messages=[{"role": "user", "content": EMAIL}]).choices[0]
    assert choice.message.content == EMAIL and choice.logprobs is None
    choice = sdk.chat.completions.create(model="raw", messages=[{"role": "user", "content": "hello"}]).choices[0]
    assert choice.logprobs.content[0].token == "hello"


def test_all_workers_say_the_same_also_after_a_reload_and_no_event_holds_a_value(guarded, echo, upstream):
    placeholders, requests = set(), []

    def ask():
        body = {"model": "raw", "messages": [{"role": "user", "content": EMAIL}]}
        answer = httpx.post(guarded.base_url + "/chat/completions", json=body, timeout=20, trust_env=False)
        assert answer.json()["choices"][0]["message"]["content"] == EMAIL
        requests.append(answer.headers["x-request-id"])
        placeholders.add(PLACEHOLDER.search(sent(upstream)).group())

    for _ in range(40):
        ask()
    workers = {guarded.event_of(request)[0]["worker"] for request in requests}
    assert len(workers) == 2
    guarded.config.write_text(guarded.config.read_text().replace("version: 1.0.0", "version: 1.0.1"))
    assert guarded.kt("reload").returncode == 0
    wait_until("the new configuration", lambda: guarded.status()["generation"] == 2)
    ask()
    assert len(placeholders) == 1
    event = guarded.event_of(requests[-1])[0]
    report = next(p for p in event["policies"] if p["kind"] == "pii-detector" and p["phase"] == "input")
    assert report["verdict"] == "redact" and report["findings"] == [{"type": "EMAIL", "count": 1}]
    assert EMAIL not in json.dumps(guarded.events()) and placeholders.pop() not in json.dumps(guarded.events())
