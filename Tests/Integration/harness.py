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
DEADLINE_SECONDS = float(os.environ.get("KT_TEST_DEADLINE", "20"))

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

    def __init__(self, folder, yaml, workers=2, arguments=(), environment=None):
        self.folder = pathlib.Path(folder)
        self.state = self.folder / "state"
        self.state.mkdir(parents=True, exist_ok=True)
        self.config = self.folder / "policy-config.yaml"
        self.config.write_text(yaml)
        self.log = open(self.folder / "gateway.log", "ab")
        command = [
            BINARIES / "kt", "gateway", "run", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0",
            "--policy-config", self.config, "--workers", str(workers), "--state-dir", self.state, *arguments,
        ]  # fmt: skip
        variables = dict(os.environ, FAKE_KEY=KEY, **(environment or {}))
        began = time.monotonic()
        self.child = subprocess.Popen(command, stdout=self.log, stderr=self.log, env=variables)
        wait_until("gateway.json", self._alive_and(self.status))
        self.url = wait_until("an address in gateway.json", self._alive_and(self._url))
        wait_until("/readyz", self._alive_and(self.is_ready))
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
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(self.url + "/readyz", timeout=2, trust_env=False).status_code == 200
        return False

    @property
    def port(self):
        return int(self.url.rpartition(":")[2])

    @property
    def base_url(self):
        return self.url + "/v1"

    def worker_pids(self):
        return {worker["slot"]: worker["pid"] for worker in (self.status() or {}).get("workers", [])}

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

    def stop(self):
        end(self.child)
        self.log.close()
