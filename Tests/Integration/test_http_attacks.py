"""What strangers send to a port, and what must come of it: one JSON error, a closed connection, nothing upstream."""

import contextlib
import json
import re
import resource
import select
import socket
import time

import httpx
import pytest

from harness import RawClient, request_bytes, wait_until

pytestmark = pytest.mark.gateway

BODY = b'{"model":"fake","messages":[{"role":"user","content":"hi"}]}'
N = len(BODY)
LINE = b"POST /v1/chat/completions HTTP/1.1\r\n"
HOST = b"Host: 127.0.0.1\r\n"
TYPE = b"Content-Type: application/json\r\n"
LENGTH = b"Content-Length: %d\r\n" % N
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (N, BODY)
# What an attacker hopes to have answered as a request of its own.
SMUGGLED = LINE + HOST + TYPE + LENGTH + b"\r\n" + BODY


def lines(*headers, line=LINE, body=BODY):
    return line + b"".join(headers) + b"\r\n" + body


ATTACKS = {
    "length and chunked": lines(HOST, LENGTH, CHUNKED, body=CHUNKS),
    "chunked and length": lines(HOST, CHUNKED, LENGTH, body=CHUNKS),
    "two lengths that differ": lines(HOST, LENGTH, b"Content-Length: 0\r\n"),
    "two lengths alike": lines(HOST, LENGTH, LENGTH),
    "a list of lengths": lines(HOST, b"Content-Length: %d, %d\r\n" % (N, N)),
    "a signed length": lines(HOST, b"Content-Length: +%d\r\n" % N),
    "a negative length": lines(HOST, b"Content-Length: -1\r\n"),
    "a hexadecimal length": lines(HOST, b"Content-Length: 0x%x\r\n" % N),
    "an empty length": lines(HOST, b"Content-Length: \r\n"),
    "a length with a blank inside": lines(HOST, b"Content-Length: 1 0\r\n"),
    "a length beyond 64 bits": lines(HOST, b"Content-Length: 18446744073709551617\r\n"),
    "a length with a fraction": lines(HOST, b"Content-Length: %d.0\r\n" % N),
    "blank before the colon of a length": lines(HOST, b"Content-Length : %d\r\n" % N),
    "blank before the colon of a coding": lines(HOST, b"Transfer-Encoding : chunked\r\n", body=CHUNKS),
    "coding identity": lines(HOST, b"Transfer-Encoding: identity\r\n"),
    "coding gzip, chunked": lines(HOST, b"Transfer-Encoding: gzip, chunked\r\n", body=CHUNKS),
    "coding chunked, chunked": lines(HOST, b"Transfer-Encoding: chunked, chunked\r\n", body=CHUNKS),
    "coding chunked twice": lines(HOST, CHUNKED, CHUNKED, body=CHUNKS),
    "coding xchunked": lines(HOST, b"Transfer-Encoding: xchunked\r\n", body=CHUNKS),
    "coding chunked;q=1": lines(HOST, b"Transfer-Encoding: chunked;q=1\r\n", body=CHUNKS),
    "coding in quotes": lines(HOST, b'Transfer-Encoding: "chunked"\r\n', body=CHUNKS),
    "coding behind a vertical tab": lines(HOST, b"Transfer-Encoding: \x0bchunked\r\n", body=CHUNKS),
    "an empty coding": lines(HOST, b"Transfer-Encoding: \r\n", body=CHUNKS),
    "coding in HTTP/1.0": lines(HOST, CHUNKED, line=LINE.replace(b"1.1", b"1.0"), body=CHUNKS),
    "folded header": lines(HOST, b"X-A: b\r\n c\r\n", LENGTH),
    "folded coding": lines(HOST, b"Transfer-Encoding:\r\n chunked\r\n", body=CHUNKS),
    "header without a colon": lines(HOST, b"X-A\r\n", LENGTH),
    "header without a name": lines(HOST, b": b\r\n", LENGTH),
    "NUL in a value": lines(HOST, b"X-A: b\x00c\r\n", LENGTH),
    "NUL in a name": lines(HOST, b"X\x00A: b\r\n", LENGTH),
    "CR in a value": lines(HOST, b"X-A: b\rc\r\n", LENGTH),
    "LF alone ends a line": lines(HOST, b"X-A: b\n", LENGTH),
    "LF alone everywhere": lines(HOST, LENGTH).replace(b"\r\n", b"\n"),
    "LF alone ends the head": LINE + HOST + LENGTH + b"\n" + BODY,
    "a control character in a name": lines(HOST, b"X\x7fA: b\r\n", LENGTH),
    "a bracket in a name": lines(HOST, b"X(A): b\r\n", LENGTH),
    "no Host": lines(LENGTH),
    "two Hosts": lines(HOST, b"Host: example.org\r\n", LENGTH),
    "a Host with a path": lines(b"Host: a/b\r\n", LENGTH),
    "a Host with user data": lines(b"Host: a@b\r\n", LENGTH),
    "two blanks in the request line": lines(HOST, LENGTH, line=LINE.replace(b" /", b"  /")),
    "a tab in the request line": lines(HOST, LENGTH, line=LINE.replace(b" /", b"\t/")),
    "no version": lines(HOST, LENGTH, line=b"POST /v1/chat/completions\r\n"),
    "version HTTP/1.2": lines(HOST, LENGTH, line=LINE.replace(b"1.1", b"1.2")),
    "version HTTP/2.0": lines(HOST, LENGTH, line=LINE.replace(b"1.1", b"2.0")),
    "version http/1.1": lines(HOST, LENGTH, line=LINE.replace(b"HTTP", b"http")),
    "version HTTP/1.1 and a blank": lines(HOST, LENGTH, line=LINE.replace(b"1.1", b"1.1 ")),
    "a method with a colon": lines(HOST, LENGTH, line=LINE.replace(b"POST", b"PO:ST")),
    "no method": lines(HOST, LENGTH, line=LINE.replace(b"POST", b"")),
    "a target without a slash": lines(HOST, LENGTH, line=LINE.replace(b" /v1", b" v1")),
    "a target with a fragment": lines(HOST, LENGTH, line=LINE.replace(b"completions", b"completions#a")),
    "a target with a NUL": lines(HOST, LENGTH, line=LINE.replace(b"/v1", b"/\x00v1")),
    "a target with raw UTF-8": lines(HOST, LENGTH, line=LINE.replace(b"/v1", "/vé".encode())),
    "CONNECT": lines(HOST, line=b"CONNECT 127.0.0.1:80 HTTP/1.1\r\n", body=b""),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64) + b"\r\n\r\n",
    "another expectation": lines(HOST, b"Expect: 200-ok\r\n", LENGTH),
    "chunk size is no number": lines(HOST, CHUNKED, body=b"xyz\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "chunk size with 0x": lines(HOST, CHUNKED, body=b"0x%x\r\n%s\r\n0\r\n\r\n" % (N, BODY)),
    "chunk size with a sign": lines(HOST, CHUNKED, body=b"+%x\r\n%s\r\n0\r\n\r\n" % (N, BODY)),
    "chunk size with a blank before it": lines(HOST, CHUNKED, body=b" %x\r\n%s\r\n0\r\n\r\n" % (N, BODY)),
    "chunk size empty": lines(HOST, CHUNKED, body=b"\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "chunk size beyond 64 bits": lines(HOST, CHUNKED, body=b"1%016x\r\n%s\r\n0\r\n\r\n" % (N, BODY)),
    "chunk size negative": lines(HOST, CHUNKED, body=b"-1\r\n%s\r\n0\r\n\r\n" % BODY),
    "chunk longer than its size": lines(HOST, CHUNKED, body=b"%x\r\n%s\r\n0\r\n\r\n" % (N - 1, BODY)),
    "chunk shorter than its size": lines(HOST, CHUNKED, body=b"%x\r\n%s\r\n0\r\n\r\n" % (N + 1, BODY)),
    "chunk line ends with LF alone": lines(HOST, CHUNKED, body=b"%x\n%s\r\n0\r\n\r\n" % (N, BODY)),
    "chunk data ends with LF alone": lines(HOST, CHUNKED, body=b"%x\r\n%s\n0\r\n\r\n" % (N, BODY)),
    "chunk extension with a CR": lines(HOST, CHUNKED, body=b"%x;a\rb\r\n%s\r\n0\r\n\r\n" % (N, BODY)),
    "chunk extension without end": lines(HOST, CHUNKED, body=b"%x;%s\r\n%s\r\n0\r\n\r\n" % (N, b"a" * 100_000, BODY)),
    "trailer without a colon": lines(HOST, CHUNKED, body=b"%x\r\n%s\r\n0\r\nX\r\n\r\n" % (N, BODY)),
    "trailers without end": lines(HOST, CHUNKED, body=b"%x\r\n%s\r\n0\r\n%s\r\n\r\n" % (N, BODY, b"X-A: b\r\n" * 10_000)),
    "a head of 100 KiB": lines(HOST, b"X-A: %s\r\n" % (b"b" * 100_000), LENGTH),
    "10,000 headers": lines(HOST, b"X-A: b\r\n" * 10_000, LENGTH),
    "a request line of 100 KiB": lines(HOST, LENGTH, line=LINE.replace(b"/v1", b"/v1" + b"a" * 100_000)),
    "a body of 33 MiB announced": lines(HOST, b"Content-Length: %d\r\n" % (33 << 20)),
}


def is_one_error(received):
    """Exactly one answer, an error in JSON that says that the connection closes."""
    head, _, body = received.partition(b"\r\n\r\n")
    match = re.match(rb"HTTP/1\.1 (\d{3}) ", head)
    assert match, received[:200]
    status = int(match.group(1))
    assert 400 <= status < 500 or status in (501, 505), head
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    assert fields[b"content-type"].startswith(b"application/json")
    assert fields[b"connection"] == b"close"
    assert len(body) == int(fields[b"content-length"]), "one answer and nothing behind it"
    error = json.loads(body)["error"]
    assert isinstance(error["message"], str) and isinstance(error["type"], str) and isinstance(error["code"], str)
    return status, error["code"]


@pytest.fixture(autouse=True)
def still_serving(gateway, fake):
    workers = gateway.worker_pids()
    yield
    assert httpx.post(gateway.base_url + "/chat/completions", content=BODY, timeout=10, trust_env=False).status_code == 200
    assert gateway.worker_pids() == workers, "a worker died"


def test_there_are_enough_attacks():
    assert len(ATTACKS) >= 40


@pytest.mark.parametrize("name", ATTACKS)
def test_framing_attack(gateway, fake, name):
    with RawClient(gateway.port) as client:
        client.send(ATTACKS[name] + SMUGGLED)
        is_one_error(client.read_to_end(15))
    assert fake.stats()["requests"] == 0


@pytest.mark.parametrize("name", ["a list of lengths", "chunk size is no number", "length and chunked", "NUL in a value"])
def test_an_attack_one_byte_at_a_time(gateway, fake, name):
    with RawClient(gateway.port) as client:
        for byte in ATTACKS[name]:
            client.send(bytes([byte]))
        is_one_error(client.read_to_end(15))
    assert fake.stats()["requests"] == 0


def test_a_body_of_33_mib(gateway, fake):
    with RawClient(gateway.port, timeout=30) as client:
        client.send(lines(HOST, b"Content-Length: %d\r\n" % (33 << 20), body=b""))
        block = b" " * (1 << 20)
        for _ in range(33):
            if select.select([client.socket], [], [], 0)[0]:
                break
            client.send(block)
        status, code = is_one_error(client.read_to_end(15))
    assert (status, code) == (413, "body_too_large")


def test_a_chunked_body_of_33_mib(gateway, fake):
    with RawClient(gateway.port, timeout=30) as client:
        client.send(lines(HOST, CHUNKED, body=b""))
        chunk = b"%x\r\n%s\r\n" % (1 << 20, b" " * (1 << 20))
        for _ in range(33):
            if select.select([client.socket], [], [], 0)[0]:
                break
            client.send(chunk)
        assert is_one_error(client.read_to_end(15)) == (413, "body_too_large")


def test_header_flood_has_its_status(gateway, fake):
    with RawClient(gateway.port) as client:
        client.send(ATTACKS["10,000 headers"])
        assert is_one_error(client.read_to_end(15)) == (431, "headers_too_large")


# MARK: Good requests in odd shapes


def answers(received):
    """Statuses of the answers in `received`, which all have a content-length."""
    statuses = []
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        statuses.append(int(head[9:12]))
        length = int(re.search(rb"content-length: (\d+)", head, re.I).group(1))
        received = rest[length:]
    return statuses


def test_pipelined_requests_are_answered_in_order(gateway, fake):
    with RawClient(gateway.port) as client:
        client.send(SMUGGLED * 3 + lines(HOST, TYPE, LENGTH, b"Connection: close\r\n"))
        assert answers(client.read_to_end()) == [200] * 4
    assert fake.stats()["requests"] == 4


def test_a_chunked_request_in_single_bytes(gateway, fake):
    with RawClient(gateway.port) as client:
        for byte in lines(HOST, TYPE, CHUNKED, b"Connection: close\r\n", body=CHUNKS):
            client.send(bytes([byte]))
        assert answers(client.read_to_end()) == [200]
    assert fake.stats()["requests"] == 1


def test_expect_100_continue(gateway, fake):
    with RawClient(gateway.port) as client:
        client.send(lines(HOST, TYPE, LENGTH, b"Expect: 100-continue\r\n", b"Connection: close\r\n", body=b""))
        assert client.read_until(lambda b: b == b"HTTP/1.1 100 Continue\r\n\r\n")
        client.send(BODY)
        assert answers(client.read_to_end()[25:]) == [200]


# MARK: Slow and half-closed clients


@pytest.mark.slow
def test_a_client_that_sends_one_byte_a_second(gateway, fake):
    with RawClient(gateway.port) as client:
        began = time.monotonic()
        for byte in SMUGGLED[:20]:
            client.send(bytes([byte]))
            if select.select([client.socket], [], [], 1)[0]:
                break
        assert is_one_error(client.read_to_end(5)) == (408, "request_timeout")
        assert 9 <= time.monotonic() - began <= 13


def test_half_closed_before_the_request_is_whole(gateway, fake):
    with RawClient(gateway.port) as client:
        client.send(SMUGGLED[:-5])
        client.socket.shutdown(socket.SHUT_WR)
        client.read_to_end(5)
    assert fake.stats()["requests"] == 0


def test_half_closed_while_waiting_cancels_the_request(gateway, fake):
    with fake.modes("hang"), RawClient(gateway.port) as client:
        client.send(SMUGGLED)
        fake.wait_for("requests", 1)
        client.socket.shutdown(socket.SHUT_WR)
        fake.wait_for("client_gone", 1)
        client.read_to_end(5)


@pytest.mark.slow
def test_five_thousand_idle_connections(gateway, fake):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 6000:
        pytest.skip(f"RLIMIT_NOFILE is {hard} at most")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16384), hard))
    with contextlib.ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        for number in range(5000):
            idle = stack.enter_context(RawClient(gateway.port))
            if number % 2:
                idle.send(b"POST /v1/chat/comp")
        slowest = 0.0
        for _ in range(50):
            began = time.monotonic()
            assert httpx.post(gateway.base_url + "/chat/completions", content=BODY, timeout=10, trust_env=False).status_code == 200
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < 2


# MARK: Bodies


@pytest.mark.parametrize(
    "body, code",
    [
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (BODY + b"}", "invalid_json"),
        (BODY.replace(b"hi", b"\xff\xfe"), "invalid_json"),
        (BODY.replace(b"hi", b"\xed\xa0\x80"), "invalid_json"),
        (BODY.replace(b"hi", b"\x00"), "invalid_json"),
        (BODY.replace(b'"hi"', b"01"), "invalid_json"),
        (BODY.replace(b'"hi"', b"[" * 200 + b"]" * 200), "invalid_json"),
        (b"\xef\xbb\xbf" + BODY, "invalid_json"),
        (b"[" * 1_000_000, "invalid_json"),
        (b"[]", "invalid_request"),
        (b'"text"', "invalid_request"),
        (b'{"model":"fake","messages":{}}', "invalid_request"),
    ],
)
def test_a_bad_body_is_400_and_the_connection_lives(gateway, fake, body, code):
    with RawClient(gateway.port) as client:
        client.send(request_bytes(body) + lines(HOST, TYPE, LENGTH, b"Connection: close\r\n"))
        received = client.read_to_end()
    assert answers(received) == [400, 200]
    error = json.loads(received.partition(b"\r\n\r\n")[2].partition(b"HTTP/1.1")[0])["error"]
    # Not JSON, or JSON that is no request: both codes are 400, and the line between them is drawn by the decoder.
    assert error["code"] in (code, "invalid_request", "invalid_json")
    assert fake.stats()["requests"] == 1


def test_connections_are_given_back(gateway, fake):
    with contextlib.ExitStack() as stack:
        for _ in range(200):
            client = stack.enter_context(RawClient(gateway.port))
            client.send(SMUGGLED[:30])

    wait_until("the gateway serves", gateway.is_ready, 5)
