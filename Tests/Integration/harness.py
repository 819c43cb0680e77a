"""Real processes on loopback: the gateway with its supervisor and workers, and a fake provider behind it."""

import contextlib
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import time

import httpx

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARIES = pathlib.Path(os.environ.get("KT_BIN", ROOT / ".build/debug"))
KEY = "upstream-key-of-the-tests"
# A debug build takes a quarter of a minute to compile the patterns.
DEADLINE_SECONDS = float(os.environ.get("KT_TEST_DEADLINE", "60"))

POLICY_BLOCKS = """
policy:
  prompt-injection: { threshold: 0.8, action: block }
  pii-detector:     { action: redact }
  safety-filter:    { mode: strict, action: block }
  audit-logger:     { retention_days: 365 }
"""
FOUR_POLICIES = ("prompt-injection", "pii-detector", "safety-filter", "audit-logger")


def wait_until(what, test, seconds=DEADLINE_SECONDS, pause=0.01):
    """The first true value of `test`; fails the test that calls it when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = test()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(pause)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def status_of(port, path):
    """The status of a GET; None when there is no answer. Without an HTTP client, which costs more than the answer."""
    with contextlib.suppress(OSError, ValueError), socket.create_connection(("127.0.0.1", port), timeout=2) as s:
        s.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        return int(s.recv(64)[9:12])
    return None


def end(child, seconds=10):
    """Asks a child of ours to end; by force when it does not."""
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
        if child.poll() is not None:
            return
        child.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(seconds)


class Fake:
    """`kt-demo` as a provider that fails on demand, or mock-upstream when MOCK_UPSTREAM_BIN names it."""

    def __init__(self, log):
        other = os.environ.get("MOCK_UPSTREAM_BIN")
        self.is_mock = bool(other)
        self.log = open(log, "wb")
        if other:
            self.port = free_port()
            self.child = subprocess.Popen([other, "-p", str(self.port)], stdout=self.log, stderr=self.log)
        else:
            command = [BINARIES / "kt-demo", "--listen", "127.0.0.1:0"]
            self.child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log)
            assert select.select([self.child.stdout], [], [], DEADLINE_SECONDS)[0], "kt-demo printed no address"
            line = self.child.stdout.readline().decode()
            match = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", line)
            assert match, f"kt-demo printed {line!r}"
            self.port = int(match.group(1))
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.url, timeout=10, trust_env=False)
        wait_until("the fake answers", self._answers)

    def _answers(self):
        with contextlib.suppress(httpx.TransportError):
            return self.client.get("/health").status_code == 200
        return False

    def stats(self):
        return self.client.get("/stats").json()

    def reset(self):
        self.client.post("/default/").raise_for_status()
        self.client.post("/stats/reset").raise_for_status()

    @contextlib.contextmanager
    def modes(self, words):
        """`words` hold for every request until the end of the block."""
        self.client.post(f"/default/{words}").raise_for_status()
        try:
            yield self
        finally:
            self.client.post("/default/").raise_for_status()

    def last(self):
        """Head (text) and body (bytes) of the last request, as they arrived."""
        head, _, body = self.client.get("/last").content.partition(b"\r\n\r\n")
        return head.decode("latin-1"), body

    def last_json(self):
        return json.loads(self.last()[1])

    def wait_for(self, field, value, seconds=5):
        wait_until(f"the fake counts {field} = {value}", lambda: self.stats()[field] == value, seconds, pause=0.002)

    def stop(self):
        self.client.close()
        end(self.child)
        if self.child.stdout:
            self.child.stdout.close()
        self.log.close()


def configuration(targets, policies=FOUR_POLICIES, extra=""):
    """A policy-config.yaml. `targets` are (id, options) with the options as YAML text."""
    lines = ["pack: { name: integration, version: 1.0.0 }", f"policies: {{ chain: [{', '.join(policies)}] }}"]
    if policies:
        blocks = POLICY_BLOCKS.strip().splitlines()
        lines += blocks[:1] + [b for b in blocks[1:] if b.strip().split(":")[0] in policies]
    lines += ["providers:", "  strategy: fallback" if len(targets) > 1 else "  strategy: single", "  targets:"]
    for identifier, options in targets:
        lines += [f"    - id: {identifier}"] + [f"      {option}" for option in options]
    return "\n".join(lines) + "\n" + extra


def target(fake_url, model="mock", provider="openai-compatible", **options):
    """Options of one target that points at the fake."""
    lines = [f"provider: {provider}", f"model: {model}", f"base_url: {fake_url}/v1", "secret_key_ref: { env: FAKE_KEY }"]
    # One attempt, and no breaker that one test's faults would open for the next.
    options.setdefault("retry", "{ max_attempts: 1 }")
    return lines + [f"{name}: {value}" for name, value in options.items()]


NO_BREAKER = "  circuit_breaker: { enabled: false }\n"


class Gateway:
    """A running `kt gateway run` with its whole process tree."""

    def __init__(
        self, folder, yaml, workers=2, arguments=(), environment=None, listen="127.0.0.1:0", admin_listen="127.0.0.1:0",
        wrapper=(), pass_fds=(), binaries=BINARIES,
    ):  # fmt: skip
        self.folder = pathlib.Path(folder)
        self.state = self.folder / "state"
        self.state.mkdir(parents=True, exist_ok=True)
        self.config = self.folder / "policy-config.yaml"
        self.config.write_text(yaml)
        self.log = open(self.folder / "gateway.log", "ab")
        # Without a number of workers they and the addresses are the file's, where a reload can change them.
        fixed = [] if workers is None else ["--listen", listen, "--workers", str(workers)]
        command = [
            *wrapper, pathlib.Path(binaries) / "kt", "gateway", "run", *fixed, *(["--admin-listen", admin_listen] if admin_listen else []),
            "--policy-config", self.config, "--state-dir", self.state, *arguments,
        ]  # fmt: skip
        variables = dict(os.environ, FAKE_KEY=KEY, **(environment or {}))
        began = time.monotonic()
        self.child = subprocess.Popen(command, stdout=self.log, stderr=self.log, env=variables, pass_fds=pass_fds)
        try:
            wait_until("gateway.json", self._alive_and(self.status))
            self.url = wait_until("an address in gateway.json", self._alive_and(self._url))
            wait_until("/readyz", self._alive_and(self.is_ready))
        except BaseException:
            self.stop()
            raise
        self.ready_seconds = time.monotonic() - began

    def _alive_and(self, test):
        def both():
            assert self.child.poll() is None, f"the gateway ended with {self.child.returncode}:\n{self.log_text()}"
            return test()

        return both

    def log_text(self):
        self.log.flush()
        return (self.folder / "gateway.log").read_text(errors="replace")[-4000:]

    def status(self):
        """gateway.json as the supervisor last wrote it."""
        try:
            return json.loads((self.state / "gateway.json").read_text())
        except (OSError, ValueError):
            return None

    def _url(self):
        status = self.status() or {}
        for address in status.get("listen") or status.get("addresses") or []:
            if isinstance(address, dict):
                address = address.get("address", "")
            match = re.search(r"127\.0\.0\.1:(\d+)", address)
            if match and match.group(1) != "0":
                return f"http://{match.group(0)}"
        return None

    def is_ready(self):
        return status_of(self.port, "/readyz") == 200

    @property
    def port(self):
        return int(self.url.rpartition(":")[2])

    @property
    def base_url(self):
        return self.url + "/v1"

    def worker_pids(self):
        return {w["slot"]: w["pid"] for w in (self.status() or {}).get("workers", []) if w["pid"]}

    def memory_kib(self):
        """Proportional set size of all workers."""
        total = 0
        for pid in self.worker_pids().values():
            text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(re.search(r"^Pss:\s+(\d+) kB", text, re.M).group(1))
        return total

    def events(self):
        """The event lines of all spool segments."""
        lines = []
        for path in sorted((self.state / "spool").rglob("*")):
            if path.is_file():
                for line in path.read_bytes().split(b"\n"):
                    start = line.find(b"{")
                    if start >= 0:
                        with contextlib.suppress(ValueError):
                            lines.append(json.loads(line[start:]))
        return lines

    def event_of(self, request_id):
        return wait_until(f"the event of {request_id}", lambda: [e for e in self.events() if e.get("request_id") == request_id], 5)

    def kt(self, *arguments, seconds=DEADLINE_SECONDS):
        """`kt gateway …` about this gateway, to its end."""
        command = [BINARIES / "kt", "gateway", *arguments, "--state-dir", self.state]
        return subprocess.run(command, capture_output=True, text=True, timeout=seconds)

    def report(self):
        """The answer to `kt gateway status --json`."""
        result = self.kt("status", "--json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def stop(self):
        end(self.child)
        self.log.close()


# MARK: Raw sockets


class RawClient:
    """One connection, bytes in and bytes out."""

    def __init__(self, port, timeout=10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def send(self, data):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)

    def read_until(self, test, seconds=10):
        """Reads until `test(bytes so far)` or the end; returns whether the test was met."""
        deadline = time.monotonic() + seconds
        while not test(self.received):
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                data = self.socket.recv(1 << 16)
            except ConnectionResetError:
                return test(self.received)
            if not data:
                return test(self.received)
            self.received += data
        return True

    def read_to_end(self, seconds=10):
        """All until the peer closes; TimeoutError when it does not."""
        self.read_until(lambda _: False, seconds)
        return self.received

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def request_bytes(body, path="/v1/chat/completions", headers=(), method="POST"):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class RawUpstream:
    """A provider that answers each request with exactly the bytes that a test gives it, in the writes that it gives.

    `answer` is called with the request's JSON and returns a list of writes; a `None` in it resets the connection there, and
    an empty one closes it. Between two writes it waits until the gateway has read the first.
    """

    def __init__(self, answer):
        import threading

        self.answer = answer
        self.requests = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.connections = set()
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self):
        import threading

        while True:
            try:
                connection, peer = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections.add(connection)
            threading.Thread(target=self._serve, args=(connection, peer[1]), daemon=True).start()

    def _serve(self, connection, peer_port):
        try:
            self._serve_requests(connection, peer_port)
        finally:
            self.connections.discard(connection)
            connection.close()

    def _serve_requests(self, connection, peer_port):
        pending = b""
        with contextlib.suppress(OSError, ValueError):
            while True:
                while b"\r\n\r\n" not in pending:
                    data = connection.recv(1 << 16)
                    if not data:
                        return
                    pending += data
                head, _, pending = pending.partition(b"\r\n\r\n")
                match = re.search(rb"content-length: *(\d+)", head, re.I)
                length = int(match.group(1)) if match else 0
                while len(pending) < length:
                    data = connection.recv(1 << 16)
                    if not data:
                        return
                    pending += data
                body, pending = pending[:length], pending[length:]
                document = json.loads(body) if body else {}
                self.requests.append(document)
                for number, part in enumerate(self.answer(document)):
                    if number and part != b"":
                        self._wait_until_read(peer_port)
                    if part is None:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                        return
                    if part == b"":
                        return
                    connection.sendall(part)

    def _wait_until_read(self, peer_port, seconds=2):
        """Until the kernel holds nothing for the gateway's end of the connection, so that two writes are two reads."""
        pattern = re.compile(rf"^ *\d+: 0100007F:{peer_port:04X} 0100007F:{self.port:04X} 01 [0-9A-F]+:([0-9A-F]+)", re.M)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            match = pattern.search(pathlib.Path("/proc/net/tcp").read_text())
            if not match or int(match.group(1), 16) == 0:
                return

    def stop(self):
        self.listener.close()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def plain_answer(content, model="raw", **message):
    """A chat completion in wire form."""
    document = {
        "id": "raw-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
    body = json.dumps(document).encode()
    return [b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body]


STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def http_chunk(data):
    return b"%x\r\n" % len(data) + data + b"\r\n" if data else b""


def stream_event(delta, index=0, finish=None, end="\n\n", **extra):
    document = {
        "id": "raw-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "raw",
        "choices": [{"index": index, "delta": delta, "finish_reason": finish}],
        **extra,
    }
    return ("data: " + json.dumps(document, separators=(",", ":")) + end).encode()


def text_stream(pieces):
    """The events of a stream that brings these pieces of text, with its end."""
    events = [stream_event({"role": "assistant", "content": ""})]
    events += [stream_event({"content": piece}) for piece in pieces]
    return events + [stream_event({}, finish="stop"), b"data: [DONE]\n\n"]


def stream_answer(events):
    return [STREAM_HEAD + b"".join(http_chunk(e) for e in events) + b"0\r\n\r\n"]


def channels(documents):
    """What a client puts together from a stream: texts by channel, and each choice's finish reason."""
    texts, reasons = {}, {}
    for document in documents:
        for choice in document.get("choices", []):
            index, delta = choice["index"], choice.get("delta") or {}
            for field in ("content", "refusal", "reasoning_content"):
                if isinstance(delta.get(field), str):
                    texts[index, field] = texts.get((index, field), "") + delta[field]
            for call in delta.get("tool_calls") or []:
                key = (index, "arguments", call.get("index", 0))
                texts[key] = texts.get(key, "") + (call.get("function", {}).get("arguments") or "")
            if choice.get("finish_reason"):
                reasons[index] = choice["finish_reason"]
    return texts, reasons
