"""Providers that break, lie, stall and flood; and clients that leave them or do not read."""

import contextlib
import json
import time

import httpx
import pytest

from conftest import parse_events
from harness import (
    STREAM_HEAD,
    RawClient,
    RawUpstream,
    channels,
    configuration,
    http_chunk,
    plain_answer,
    request_bytes,
    target,
    text_stream,
    wait_until,
)

pytestmark = pytest.mark.gateway

MESSAGES = [{"role": "user", "content": "Hello there."}]
# The issue wants 100 ms from the client's leaving to the cancelled upstream. Two processes of a shared machine see it, and a
# poll of /stats takes a few milliseconds of that.
CANCEL_SECONDS = 0.1


def body(name="fake", **fields):
    return {"model": name, "messages": MESSAGES, **fields}


def post(gateway, name="fake", **fields):
    return httpx.post(gateway.base_url + "/chat/completions", json=body(name, **fields), timeout=60, trust_env=False)


def read_stream(gateway, name="fake"):
    """Status, documents, whether [DONE] came, and whether the body ended as HTTP says it must."""
    text, whole = "", True
    with httpx.stream("POST", gateway.base_url + "/chat/completions", json=body(name, stream=True), timeout=60, trust_env=False) as answer:
        try:
            for piece in answer.iter_text():
                text += piece
        except httpx.RemoteProtocolError:
            whole = False
        if answer.status_code != 200:
            return answer.status_code, [json.loads(text)], False, whole
    assert text == "" or text.endswith("\n\n"), "the last event ends with a blank line"
    return (200, *parse_events(text), whole)


def is_error(document, code=None):
    error = document["error"]
    assert set(error) >= {"message", "type", "param", "code"}
    assert all(value is None or isinstance(value, str) for key, value in error.items() if key in ("message", "type", "param", "code"))
    assert code is None or error["code"] == code
    return True


@pytest.fixture(autouse=True)
def no_worker_dies(gateway, fake):
    workers = gateway.worker_pids()
    yield
    assert post(gateway).status_code == 200
    assert gateway.worker_pids() == workers


# MARK: Connections that break


@pytest.mark.parametrize("fault", ["reset", "cut"])
@pytest.mark.parametrize("at", [0, 1, 2, 10, 100, 300, 500])
def test_a_plain_answer_that_breaks_off_is_502(gateway, fake, fault, at):
    with fake.modes(f"{fault}{at}"):
        answer = post(gateway)
    assert answer.status_code == 502
    assert is_error(answer.json(), "upstream_error")
    # A kept connection that ends before the first byte of an answer looks like one that the server closed while it was idle:
    # libcurl then sends the request again, on the next one, five times at the most.
    assert fake.stats()["requests"] <= (6 if at == 0 else 1)


@pytest.mark.parametrize("fault", ["reset", "cut"])
@pytest.mark.parametrize("at", range(0, 7))
def test_a_stream_that_breaks_off_ends_with_an_error_event(gateway, fake, fault, at):
    with fake.modes(f"chunks6.{fault}{at}"):
        status, documents, done, _ = read_stream(gateway)
    assert not done, "a broken stream must not look complete"
    assert is_error(documents[-1], "upstream_error")
    if status == 200:
        text = "".join(channels(documents[:-1])[0].values())
        assert len(text) == 5 * at, "all that came before the break is delivered"
    assert fake.stats()["requests"] == 1


def test_a_plain_answer_broken_at_any_byte(start_gateway):
    """Every byte of a whole answer, its head included, by reset and by close in turn: 502 each time, never half an answer."""
    answer = json.dumps({"id": "a", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}]})
    whole = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(answer)}\r\n\r\n{answer}".encode()
    place = {}
    upstream = RawUpstream(lambda _: [whole[: place["at"]], None if place["at"] % 2 else b""])
    gateway = start_gateway(configuration([("raw", target(upstream.url, model="raw"))]))
    try:
        for at in range(1, len(whole)):
            place["at"] = at
            reply = httpx.post(gateway.base_url + "/chat/completions", json=body(), timeout=20, trust_env=False)
            assert reply.status_code == 502, f"cut at byte {at}: {reply.status_code} {reply.text}"
            assert is_error(reply.json(), "upstream_error")
    finally:
        upstream.stop()


def test_a_stream_broken_at_any_byte(start_gateway):
    """Every byte of a stream, by reset and by close in turn."""
    events = text_stream(["The quick ", "brown ", "fox mails ", "jane.doe", "@example.com", " today."])
    whole = STREAM_HEAD + b"".join(http_chunk(e) for e in events) + b"0\r\n\r\n"
    full = "The quick brown fox mails [EMAIL] today."
    finish_ends = whole.index(b'"finish_reason":"stop"')
    place = {}
    upstream = RawUpstream(lambda _: [whole[: place["at"]], None if place["at"] % 2 else b""])
    gateway = start_gateway(configuration([("raw", target(upstream.url, model="raw"))]))
    try:
        for at in range(1, len(whole) - 5):
            place["at"] = at
            status, documents, done, _ = read_stream(gateway, "raw")
            if status != 200:
                assert status == 502 and is_error(documents[-1], "upstream_error")
                continue
            errors = [d for d in documents if "error" in d]
            texts, reasons = channels([d for d in documents if "error" not in d])
            text = texts.get((0, "content"), "")
            if reasons:
                # All choices had ended: the stream is complete, with or without its [DONE].
                assert at > finish_ends and text == full
                assert done and not errors, f"cut at byte {at}, after {whole[at - 20 : at]!r}: {documents[-1]}"
            else:
                assert not done and len(errors) == 1 and "error" in documents[-1]
                # What had come is delivered, policed: a beginning of the whole text, or one that ends inside the address.
                assert full.startswith(text) or text.startswith("The quick brown fox mails ")
    finally:
        upstream.stop()


def test_a_stream_without_done_gets_it(gateway, fake):
    with fake.modes("chunks5.nodone"):
        status, documents, done, whole = read_stream(gateway)
    assert (status, done, whole) == (200, True, True)
    assert channels(documents)[1] == {0: "stop"}


def test_a_connection_closed_while_idle_is_not_a_failure(gateway, fake):
    with fake.modes("bye"):
        for _ in range(5):
            assert post(gateway).status_code == 200


# MARK: Answers that are none


def test_malformed_json_is_502(gateway, fake):
    with fake.modes("malformed"):
        answer = post(gateway)
    assert answer.status_code == 502 and is_error(answer.json(), "upstream_error")


def test_a_malformed_event_never_reaches_the_client(gateway, fake):
    with fake.modes("chunks5.malformed"):
        status, documents, done, _ = read_stream(gateway)
    assert status == 200
    # Either it is left out, or it ends the stream as a fault; never does it come through, nor look like a clean end.
    if "error" in documents[-1]:
        assert not done and is_error(documents[-1], "upstream_error")
    else:
        assert done and len(channels(documents)[0][0, "content"]) == 25


def test_lines_that_break_sdks_are_stripped(gateway, fake):
    with fake.modes("chunks8.sseextras"):
        answer = post(gateway, stream=True)
    kept = [line for line in answer.text.split("\n") if line]
    assert all(line.startswith(("data: {", "data: [DONE]", ":")) for line in kept), kept
    documents, done = parse_events(answer.text)
    assert done and len(channels(documents)[0][0, "content"]) == 40


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(gateway, fake, status):
    with fake.modes(f"redirect{status}"):
        answer = post(gateway)
    assert answer.status_code == 502 and is_error(answer.json(), "upstream_error")
    assert "location" not in answer.headers
    assert fake.stats()["requests"] == 1


def test_json_instead_of_a_stream_becomes_a_stream(gateway, fake):
    with fake.modes("jsonforstream.echo"):
        status, documents, done, _ = read_stream(gateway)
    texts, reasons = channels(documents)
    assert (status, done, reasons) == (200, True, {0: "stop"})
    assert texts[0, "content"] == MESSAGES[0]["content"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "modes, status, part",
    [
        ("htmlerror", 502, ""),
        ("htmlerror503", 503, ""),
        ("mistralerror", 400, "asked to fail"),
        ("mistralerror401", 401, "asked to fail"),
        ("detail", 422, "asked to fail"),
        ("status418", 418, "asked to fail"),
    ],
)
def test_errors_in_other_shapes_are_put_into_ours(gateway, fake, modes, status, part, stream):
    with fake.modes(modes):
        answer = post(gateway, stream=stream)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/json")
    assert is_error(answer.json()) and part in answer.json()["error"]["message"]
    assert "<" not in answer.json()["error"]["message"]


def test_retry_after_is_kept(gateway, fake):
    with fake.modes("status429.retry7"):
        assert post(gateway).headers["retry-after"] == "7"


# MARK: Answers that do not end


@pytest.mark.parametrize("stream", [False, True])
def test_an_upstream_that_never_answers(gateway, fake, stream):
    with fake.modes("hang"):
        began = time.monotonic()
        answer = post(gateway, "hasty", stream=stream)
        assert answer.status_code == 504 and is_error(answer.json(), "upstream_timeout")
        assert time.monotonic() - began < 5
        fake.wait_for("client_gone", 1)


def test_a_stream_that_never_ends(gateway, fake):
    with fake.modes("chunks100000000.interval20"):
        began = time.monotonic()
        status, documents, done, _ = read_stream(gateway, "hasty")
        assert status == 200 and not done and is_error(documents[-1], "upstream_timeout")
        assert 1.5 < time.monotonic() - began < 5
        fake.wait_for("client_gone", 1)


def test_a_stream_that_falls_silent(gateway, fake):
    with fake.modes("chunks100.interval60000"):
        status, documents, done, _ = read_stream(gateway, "hasty")
        assert status == 200 and not done and is_error(documents[-1], "upstream_timeout")
        fake.wait_for("client_gone", 1)


def test_a_dripping_answer(gateway, fake):
    with fake.modes("drip1.size20"):
        assert post(gateway).status_code == 200
    with fake.modes("drip1.chunks3"):
        status, documents, done, _ = read_stream(gateway)
    assert status == 200 and done and len(channels(documents)[0][0, "content"]) == 15


@pytest.mark.slow
def test_a_plain_answer_of_100_mib(gateway, fake):
    with fake.modes("huge102400"):
        answer = post(gateway)
    if answer.status_code == 200:
        assert len(answer.json()["choices"][0]["message"]["content"]) == 100 << 20
    else:
        assert answer.status_code == 502 and is_error(answer.json(), "upstream_error")


@pytest.mark.slow
def test_a_stream_of_100_mib_needs_little_memory(gateway, fake):
    before, peak, count = gateway.memory_kib(), 0, 0
    with fake.modes("huge102400.chunks10240"):
        with httpx.stream("POST", gateway.base_url + "/chat/completions", json=body(stream=True), timeout=60, trust_env=False) as answer:
            tail = b""
            for number, piece in enumerate(answer.iter_raw()):
                count += len(piece)
                tail = (tail + piece)[-64:]
                if number % 500 == 0:
                    peak = max(peak, gateway.memory_kib())
    assert count > 100 << 20 and b"[DONE]" in tail
    assert peak - before < 32 * 1024, f"{before} KiB before, {peak} KiB at the peak"


# MARK: Clients that leave, clients that do not read


def cancelled_after(fake, client):
    """Seconds from the client's leaving to the moment at which the fake has counted it."""
    began = time.monotonic()
    client.close()
    fake.wait_for("client_gone", 1)
    return time.monotonic() - began


@pytest.mark.parametrize("modes, stream", [("hang", False), ("hang", True), ("chunks1000.interval5", True), ("chunks1000.interval60000", True)])
def test_a_client_that_leaves_cancels_the_upstream(gateway, fake, modes, stream):
    times = []
    for _ in range(5):
        fake.reset()
        with fake.modes(modes):
            client = RawClient(gateway.port)
            client.send(request_bytes(body(stream=stream)))
            fake.wait_for("active", 1)
            if modes != "hang":
                assert client.read_until(lambda b: b"data: {" in b)
            times.append(cancelled_after(fake, client))
    assert sorted(times)[len(times) // 2] < CANCEL_SECONDS, times


def test_a_client_that_resets_cancels_the_upstream(gateway, fake):
    import socket

    with fake.modes("hang"):
        client = RawClient(gateway.port)
        client.send(request_bytes(body()))
        fake.wait_for("active", 1)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        assert cancelled_after(fake, client) < 10 * CANCEL_SECONDS


@pytest.mark.slow
def test_a_client_that_does_not_read_holds_the_upstream_back(gateway, fake):
    total = 64 << 20
    before = gateway.memory_kib()
    with fake.modes("huge65536.chunks16384"), contextlib.ExitStack() as stack:
        clients = [stack.enter_context(RawClient(gateway.port)) for _ in range(4)]
        for client in clients:
            client.send(request_bytes(body(stream=True)))
        sent = [0, -1]

        def is_stalled():
            sent.append(fake.stats()["bytes_out"])
            return sent[-1] > 0 and len(sent) > 20 and sent[-1] == sent[-20]

        wait_until("the fake stops sending", is_stalled, 15, pause=0.05)
        assert fake.stats()["active"] == 4
        assert sent[-1] < 4 * total / 2, "the upstream was not held back"
        assert gateway.memory_kib() - before < 16 * 1024
        # Who reads again gets all of it.
        tail = lambda data: data.endswith(b"0\r\n\r\n") and b"[DONE]" in data[-64:]
        count, last = 0, b""
        while not tail(last):
            data = clients[0].socket.recv(1 << 20)
            assert data
            count += len(data)
            last = (last + data)[-64:]
        assert count > total


def test_a_plain_answer_in_chunks(gateway, fake):
    with fake.modes("chunked"):
        assert post(gateway).json()["choices"][0]["message"]["content"]


def test_the_raw_upstream_itself(start_gateway):
    upstream = RawUpstream(lambda _: plain_answer("raw words"))
    try:
        gateway = start_gateway(configuration([("raw", target(upstream.url, model="raw"))], ()))
        assert post(gateway, "raw").json()["choices"][0]["message"]["content"] == "raw words"
    finally:
        upstream.stop()
