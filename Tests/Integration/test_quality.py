"""`quality-scorer`: answers scored, logged, blocked and asked for again."""

import json
import threading

import httpx
import openai
import pytest

from conftest import parse_events
from harness import RawUpstream, channels, configuration, plain_answer, stream_answer, stream_event, target, text_stream

pytestmark = pytest.mark.gateway

GOOD = "Here is the answer: the library opens at nine and closes at six."
BAD = "No."
REFUSAL = "I'm sorry, but I can't help with that."

BLOCK = """
policy:
  quality-scorer:
    min_output_chars: 20
    assertions:
      - { type: refusal }
      - { type: contains, name: colon, value: ":", mode: audit }
      - { type: contains, name: never, value: "%%%", mode: shadow }
      - { type: latency, threshold: 3600000 }
      - { type: cost, threshold: 1 }
    thresholds: { min_aggregate: 0.5 }
    failure_action: ACTION
"""


class Script:
    """Answers one text after the other, the last one for good."""

    def __init__(self, *texts, message=None):
        self.texts = list(texts)
        self.message = message or {}
        self.count = 0

    def __call__(self, request):
        text = self.texts[min(self.count, len(self.texts) - 1)]
        self.count += 1
        if isinstance(text, list):
            return text
        if request.get("stream"):
            return stream_answer(text_stream([text[:5], text[5:]]))
        return plain_answer(text, **self.message)


@pytest.fixture(scope="module")
def upstream():
    server = RawUpstream(Script(GOOD))
    yield server
    server.stop()


def yaml(upstream, action, extra=""):
    options = target(upstream.url, model="raw", retry="{ max_attempts: 3, initial_delay_ms: 1 }", pricing="{ prompt: 1000, completion: 1000 }")
    text = configuration([("raw", options)], ("pii-detector", "quality-scorer", "audit-logger"))
    # The helper knows the blocks of the first four policies only.
    lines = [line for line in text.splitlines() if not line.startswith("policy:") and not line.startswith("  pii-detector") and not line.startswith("  audit-logger")]
    return "\n".join(lines) + BLOCK.replace("ACTION", action) + extra


@pytest.fixture(scope="module")
def gateways(upstream, start_gateway):
    return {action: start_gateway(yaml(upstream, action)) for action in ("log", "block", "retry")}


@pytest.fixture
def play(upstream):
    def play(*texts, **options):
        upstream.answer = Script(*texts, **options)
        upstream.requests.clear()
        return upstream.answer

    return play


def ask(gateway, **options):
    with openai.OpenAI(base_url=gateway.base_url, api_key="x", max_retries=0, timeout=20) as client:
        raw = client.chat.completions.with_raw_response.create(model="raw", messages=[{"role": "user", "content": "hi"}], **options)
        return raw, gateway.event_of(raw.headers["x-request-id"])[0] if not options.get("stream") else None


def streamed(gateway, **options):
    body = {"model": "raw", "stream": True, "messages": [{"role": "user", "content": "hi"}], **options}
    answer = httpx.post(gateway.base_url + "/chat/completions", json=body, timeout=20, trust_env=False)
    return answer, gateway.event_of(answer.headers["x-request-id"])[0]


def quality(event):
    return next(p for p in event["policies"] if p["kind"] == "quality-scorer")


def scores(event):
    return {a["name"]: (a["mode"], a["score"], a["passed"]) for a in quality(event)["assertions"]}


# MARK: log


def test_a_good_answer_has_its_scores_in_the_event(gateways, play):
    play(GOOD)
    raw, event = ask(gateways["log"])
    assert raw.parse().choices[0].message.content == GOOD
    assert quality(event)["verdict"] == "allow" and quality(event)["score"] == 1 and "reason_code" not in quality(event)
    assert scores(event) == {
        "min_output_chars": ("enforce", 1, True),
        "refusal": ("enforce", 1, True),
        "colon": ("audit", 1, True),
        "never": ("shadow", 0, False),
        "latency": ("enforce", 1, True),
        "cost": ("enforce", 1, True),
    }
    assert quality(event)["findings"] == []
    assert GOOD not in json.dumps(event)


def test_log_lets_a_bad_answer_pass(gateways, play):
    play(BAD)
    raw, event = ask(gateways["log"])
    assert raw.parse().choices[0].message.content == BAD
    assert quality(event)["verdict"] == "allow" and quality(event)["reason_code"] == "quality_scorer.failed"
    assert quality(event)["findings"] == [{"type": "min_output_chars", "count": 1}, {"type": "colon", "count": 1}]
    assert event["verdict"] == "allow"


def test_log_leaves_a_stream_a_stream(gateways, play, upstream):
    play(REFUSAL)
    answer, event = streamed(gateways["log"])
    documents, done = parse_events(answer.text)
    assert done and channels(documents)[0][0, "content"] == REFUSAL
    assert len([d for d in documents if d["choices"] and d["choices"][0]["delta"].get("content")]) > 1
    assert upstream.requests[-1]["stream"] is True
    assert quality(event)["reason_code"] == "quality_scorer.failed" and scores(event)["refusal"] == ("enforce", 0, False)


def test_a_stream_scores_what_the_client_gets(gateways, play):
    play("Please write to jane.doe@example.com for more about this.")
    plain = ask(gateways["log"])[1]
    answer, event = streamed(gateways["log"])
    assert "[EMAIL]" in answer.text
    assert scores(event) == scores(plain)


def test_a_stream_that_breaks_off_is_not_scored(gateways, play):
    play(stream_answer([stream_event({"content": "No"})]))
    body = {"model": "raw", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    with httpx.stream("POST", gateways["log"].base_url + "/chat/completions", json=body, timeout=20, trust_env=False) as answer:
        with pytest.raises(httpx.RemoteProtocolError):
            answer.read()
    event = gateways["log"].event_of(answer.headers["x-request-id"])[0]
    assert event["outcome"] == "failed"
    assert "assertions" not in quality(event) and "score" not in quality(event)


# MARK: block


def test_block_refuses_a_bad_answer(gateways, play, upstream):
    play(BAD)
    with pytest.raises(openai.BadRequestError) as caught:
        ask(gateways["block"])
    error = caught.value.body
    assert error["code"] == "output_blocked" and error["type"] == "policy_violation"
    assert error["policy"] == "quality-scorer" and error["reason"] == "quality_scorer.failed"
    event = gateways["block"].event_of(caught.value.response.headers["x-request-id"])[0]
    assert event["outcome"] == "blocked" and event["verdict"] == "block" and event["status"] == 400
    assert quality(event)["verdict"] == "block" and len(event["attempts"]) == 1
    assert len(upstream.requests) == 1


def test_block_asks_for_a_whole_answer_instead_of_a_stream(gateways, play, upstream):
    play(GOOD)
    with openai.OpenAI(base_url=gateways["block"].base_url, api_key="x", max_retries=0, timeout=20) as client:
        options = {"model": "raw", "messages": [{"role": "user", "content": "hi"}]}
        chunks = list(client.chat.completions.create(stream=True, stream_options={"include_usage": True}, **options))
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == GOOD
    assert chunks[-1].usage.total_tokens == 2
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    sent = upstream.requests[-1]
    assert sent["stream"] is False and "stream_options" not in sent


def test_block_refuses_a_stream_with_an_ordinary_error(gateways, play):
    play(BAD)
    answer, event = streamed(gateways["block"])
    assert answer.status_code == 400
    assert answer.json()["error"]["reason"] == "quality_scorer.failed"
    assert BAD not in answer.text
    assert event["stream"] is True and event["outcome"] == "blocked"


def test_a_provider_that_streams_all_the_same_is_at_fault(gateways, play):
    play(stream_answer(text_stream([BAD])))
    answer, event = streamed(gateways["block"])
    assert answer.status_code == 502 and "No." not in answer.text
    assert event["outcome"] == "failed"


def test_tool_calls_pass(gateways, play):
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"a": 1}'}}
    play("", message={"tool_calls": [call]})
    raw, event = ask(gateways["block"])
    assert raw.parse().choices[0].message.tool_calls[0].function.name == "find"
    assert scores(event)["min_output_chars"] == ("enforce", None, True)
    play("", message={"tool_calls": [call]})
    answer, _ = streamed(gateways["block"])
    assert channels(parse_events(answer.text)[0])[0][0, "arguments", 0] == '{"a": 1}'


def test_keep_alive_while_the_answer_is_awaited(upstream, start_gateway, play):
    """The provider answers once the client has heard a comment: the stream is open then, so that a block is its last chunk."""
    gateway = start_gateway(yaml(upstream, "block", "gateway: { keep_alive_seconds: 1 }\n"))
    body = {"model": "raw", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    for text, reason in ((BAD, "content_filter"), (GOOD, "stop")):
        script, heard = play(text), threading.Event()
        upstream.answer = lambda request, script=script, heard=heard: heard.wait(20) and script(request)
        received = b""
        with httpx.stream("POST", gateway.base_url + "/chat/completions", json=body, timeout=20, trust_env=False) as answer:
            assert answer.status_code == 200
            for part in answer.iter_raw():
                received += part
                if received.startswith(b": keep-alive\n\n"):
                    heard.set()
        event = gateway.event_of(answer.headers["x-request-id"])[0]
        documents, done = parse_events(received.decode())
        assert done
        texts, reasons = channels(documents)
        assert reasons == {0: reason}
        if text == BAD:
            assert not any(texts.values())
            assert documents[-1]["id"] == "raw-1" and documents[-1]["keeptrusts"]["policy"] == "quality-scorer"
            assert documents[-1]["keeptrusts"]["code"] == "output_blocked" and documents[-1]["keeptrusts"]["reason"] == "quality_scorer.failed"
            assert event["outcome"] == "blocked"
        else:
            assert texts[0, "content"] == GOOD and event["outcome"] == "completed"


# MARK: retry


@pytest.mark.parametrize("stream", [False, True])
def test_retry_gets_a_better_answer(gateways, play, upstream, stream):
    play(BAD, GOOD)
    answer, event = streamed(gateways["retry"], stream=stream)
    assert answer.status_code == 200 and answer.headers["x-keeptrusts-attempts"] == "2"
    text = channels(parse_events(answer.text)[0])[0][0, "content"] if stream else answer.json()["choices"][0]["message"]["content"]
    assert text == GOOD
    assert len(upstream.requests) == 2 and all(r["stream"] is False for r in upstream.requests)
    assert event["outcome"] == "completed" and event["verdict"] == "allow"
    assert [(a.get("error"), a.get("next"), a.get("status")) for a in event["attempts"]] == [
        ("quality_scorer.failed", "quality_scorer.failed", None),
        (None, None, 200),
    ]
    # Both answers were paid for.
    assert event["tokens"] == {"prompt": 2, "completion": 2, "estimated": False}
    assert event["cost_usd"] == pytest.approx(0.004)
    assert len([p for p in event["policies"] if p["kind"] == "quality-scorer"]) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_retry_gives_up_after_the_third_answer(gateways, play, upstream, stream):
    play(BAD, REFUSAL, BAD)
    answer, event = streamed(gateways["retry"], stream=stream)
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "output_blocked"
    assert answer.json()["error"]["policy"] == "quality-scorer"
    assert len(upstream.requests) == 3 and len(event["attempts"]) == 3
    assert event["tokens"]["prompt"] == 3 and event["outcome"] == "blocked"


def test_a_client_that_retries_itself_is_not_retried_for(gateways, play, upstream):
    play(BAD)
    body = {"model": "raw", "messages": [{"role": "user", "content": "hi"}]}
    headers = {"x-stainless-retry-count": "1"}
    answer = httpx.post(gateways["retry"].base_url + "/chat/completions", json=body, headers=headers, timeout=20, trust_env=False)
    assert answer.status_code == 400 and len(upstream.requests) == 1


def test_the_worst_choice_counts(gateways, play, upstream):
    body = json.loads(plain_answer(GOOD)[0].split(b"\r\n\r\n", 1)[1])
    body["choices"].append({"index": 1, "message": {"role": "assistant", "content": BAD}, "finish_reason": "stop"})
    data = json.dumps(body).encode()
    play([b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(data) + data])
    answer, event = streamed(gateways["block"])
    assert answer.status_code == 400
    assert quality(event)["findings"][0] == {"type": "min_output_chars", "count": 1}
