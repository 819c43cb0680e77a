"""Wherever the network cuts a stream, the client gets the same text, redactions included."""

import http.client
import json
import os

import pytest

from conftest import parse_events
from harness import STREAM_HEAD, RawUpstream, channels, configuration, http_chunk, stream_event, target, text_stream

pytestmark = [pytest.mark.gateway, pytest.mark.slow]

# 1: every byte.
STEP = int(os.environ.get("KT_CUT_STEP", "1"))

ADDRESS = "jane.doe@example.com"


def letters(text):
    return text_stream(list(text))


def tool_stream():
    arguments = json.dumps({"to": ADDRESS, "quote": 'a "b" \\ c', "n": 4111111111111111})
    call = {"index": 0, "id": "c1", "type": "function", "function": {"name": "send", "arguments": ""}}
    events = [stream_event({"role": "assistant", "content": None, "tool_calls": [call]})]
    events += [stream_event({"tool_calls": [{"index": 0, "function": {"arguments": arguments[i : i + 9]}}]}) for i in range(0, len(arguments), 9)]
    return events + [stream_event({}, finish="tool_calls"), b"data: [DONE]\n\n"]


def odd_stream():
    """CRLF, comments, fields that are stripped, data in two lines, an escape and raw UTF-8 in the text."""
    first = stream_event({"role": "assistant", "content": "Größe \u2028"}, end="\r\n\r\n")
    split = b'data: {"id":"raw-1","object":"chat.completion.chunk","created":1,"model":"raw",\ndata: "choices":[{"index":0,"delta":{"content":" jane.doe\\u0040exam"},"finish_reason":null}]}\n\n'
    return [
        b"\xef\xbb\xbf: hello\n\n",
        first,
        b"retry: 10\nid: 7\n\n",
        split,
        b"event: ping\n\ndata:\n\n",
        stream_event({"content": "ple.com \U0001f600."}, end="\r\r"),
        stream_event({}, finish="stop"),
        b"data: [DONE]\n\n",
    ]


def two_choices():
    events = [stream_event({"role": "assistant", "content": ""}, index=i) for i in (0, 1)]
    for a, b in zip(("Call jane", ".doe@exam", "ple.com or", " not."), ("Pay 4111 1111", " 1111", " 1111", " now.")):
        events += [stream_event({"content": a}, index=0), stream_event({"content": b}, index=1)]
    return events + [stream_event({}, index=i, finish="stop") for i in (0, 1)] + [b"data: [DONE]\n\n"]


FIXTURES = {
    "an address in letters": (letters(f"to {ADDRESS}."), {(0, "content"): "to [EMAIL]."}),
    "tool call": (tool_stream(), None),
    "odd lines": (odd_stream(), {(0, "content"): "Größe \u2028 [EMAIL] \U0001f600."}),
    "two choices": (two_choices(), {(0, "content"): "Call [EMAIL] or not.", (1, "content"): "Pay [CREDIT_CARD] now."}),
}


class Cutter:
    """Sends a body in two HTTP chunks, cut at a byte; or the wire itself in two writes."""

    def __init__(self):
        self.body, self.at, self.cuts_wire = b"", 0, False

    def __call__(self, _):
        if self.at == 0:
            return [STREAM_HEAD + http_chunk(self.body) + b"0\r\n\r\n"]
        if self.cuts_wire:
            wire = STREAM_HEAD + http_chunk(self.body) + b"0\r\n\r\n"
            return [wire[: self.at], wire[self.at :]]
        return [STREAM_HEAD + http_chunk(self.body[: self.at]), http_chunk(self.body[self.at :]) + b"0\r\n\r\n"]


@pytest.fixture(scope="module")
def upstream():
    server = RawUpstream(Cutter())
    yield server
    server.stop()


@pytest.fixture(scope="module")
def cutting(upstream, start_gateway):
    return start_gateway(configuration([("raw", target(upstream.url, model="raw"))]), workers=1)


class Client:
    """One connection for all requests."""

    def __init__(self, gateway):
        self.connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=20)
        self.body = json.dumps({"model": "raw", "stream": True, "messages": [{"role": "user", "content": "go"}]})

    def channels(self):
        self.connection.request("POST", "/v1/chat/completions", self.body, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read().decode()
        assert answer.status == 200, text
        documents, done = parse_events(text)
        assert done and not any("error" in d for d in documents), text
        return channels(documents)


@pytest.mark.parametrize("name", FIXTURES)
def test_every_cut_gives_the_same_text(cutting, upstream, name):
    events, wanted = FIXTURES[name]
    cutter = upstream.answer
    cutter.body, cutter.at, cutter.cuts_wire = b"".join(events), 0, False
    client = Client(cutting)
    texts, reasons = whole = client.channels()
    assert ADDRESS not in json.dumps(list(texts.values()))
    if wanted:
        assert {key: text for key, text in texts.items() if text} == wanted
    else:
        assert json.loads(texts[0, "arguments", 0])["to"] == "[EMAIL]"
    assert reasons
    for at in range(1, len(cutter.body), STEP):
        cutter.at = at
        assert client.channels() == whole, f"cut at byte {at}: {cutter.body[max(0, at - 30) : at]!r} | {cutter.body[at : at + 30]!r}"


def test_every_cut_of_the_wire_gives_the_same_text(cutting, upstream):
    """The head and the framing of the chunks, too."""
    cutter = upstream.answer
    cutter.body, cutter.at, cutter.cuts_wire = b"".join(FIXTURES["two choices"][0][:4] + text_stream(["x"])[-2:]), 0, True
    client = Client(cutting)
    # One choice of two has ended: the fixture is about bytes, so give the other its end.
    cutter.body = cutter.body.replace(b"data: [DONE]", stream_event({}, index=1, finish="stop") + b"data: [DONE]")
    whole = client.channels()
    length = len(STREAM_HEAD) + len(http_chunk(cutter.body)) + 5
    for at in [*range(1, len(STREAM_HEAD) + 12, STEP), *range(len(STREAM_HEAD) + 12, length, 13 * STEP), *range(length - 12, length, STEP)]:
        cutter.at = at
        assert client.channels() == whole, f"cut at byte {at}"
