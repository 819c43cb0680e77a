"""A worker is killed under load: nobody is refused, only what it had in its hands fails, and a successor comes."""

import os
import pathlib
import signal
import threading
import time

import httpx
import pytest

from conftest import gateway_yaml
from harness import RawClient, request_bytes, wait_until

pytestmark = pytest.mark.gateway

SUCCESSOR_SECONDS = float(os.environ.get("KT_SUCCESSOR_SECONDS", "0.2"))
BODY = {"model": "fake", "messages": [{"role": "user", "content": "hello"}]}


@pytest.fixture
def crashing(fake_process, start_gateway):
    fake_process.reset()
    gateway = start_gateway(gateway_yaml(fake_process, ()))
    yield gateway
    gateway.stop()


class Load(threading.Thread):
    """Asks again and again, on a new connection each time, and notes how each request ended."""

    def __init__(self, gateway, stop):
        super().__init__(daemon=True)
        self.gateway, self.stop = gateway, stop
        self.results = []

    def run(self):
        while not self.stop.is_set():
            began = time.monotonic()
            self.results.append((began, self.outcome(), time.monotonic()))

    def outcome(self):
        try:
            client = RawClient(self.gateway.port)
        except OSError as problem:
            return f"refused: {problem}"
        with client:
            client.send(request_bytes(BODY, headers=["Connection: close"]))
            try:
                received = client.read_to_end()
            except TimeoutError:
                return "no answer"
        if not received.rstrip().endswith(b"}"):
            return f"broken off after {len(received)} bytes"
        return int(received[9:12])


def has_successor(gateway, slot, victim):
    workers = (gateway.status() or {}).get("workers", [])
    return any(w["slot"] == slot and w["pid"] not in (None, victim) and w["state"] == "serving" for w in workers)


def is_gone(pid):
    return not pathlib.Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_worker_dies_under_load(crashing, fake, number, record_property):
    victim_slot, victim = sorted(crashing.worker_pids().items())[0]
    stop = threading.Event()
    loads = [Load(crashing, stop) for _ in range(8)]
    with fake.modes("delay5"):
        for load in loads:
            load.start()
        wait_until("some answers", lambda: sum(len(load.results) for load in loads) > 50)
        killed = time.monotonic()
        os.kill(victim, number)
        wait_until("a serving successor in gateway.json", lambda: has_successor(crashing, victim_slot, victim), 5, pause=0.002)
        took = time.monotonic() - killed
        seen = sum(len(load.results) for load in loads)
        wait_until("answers after the crash", lambda: sum(len(load.results) for load in loads) > seen + 200)
        stop.set()
        for load in loads:
            load.join(15)
    wait_until("the victim is reaped", lambda: is_gone(victim), 5)
    record_property("successor_ms", round(took * 1000))
    print(f"successor in gateway.json after {took * 1000:.0f} ms")

    results = [result for load in loads for result in load.results]
    refused = [outcome for _, outcome, _ in results if isinstance(outcome, str) and outcome.startswith("refused")]
    failed = [(began - killed, outcome, ended - killed) for began, outcome, ended in results if outcome != 200]
    assert refused == []
    assert len(failed) <= len(loads), failed
    assert all(began <= 0.05 for began, _, _ in failed), "a request that began after the crash failed"
    assert took <= SUCCESSOR_SECONDS


def test_the_other_workers_requests_go_on(crashing, fake):
    """Streams on both workers; one worker is killed; only its own streams break."""
    with fake.modes("chunks60.interval20"):
        clients = []
        for _ in range(16):
            client = RawClient(crashing.port)
            client.send(request_bytes({**BODY, "stream": True}))
            assert client.read_until(lambda data: b"data: {" in data)
            clients.append(client)
        os.kill(sorted(crashing.worker_pids().items())[0][1], signal.SIGKILL)
        whole = 0
        for client in clients:
            received = client.read_until(lambda data: data.endswith(b"0\r\n\r\n"), 10)
            whole += bool(received and b"[DONE]" in client.received)
            client.close()
    assert 0 < whole < len(clients), "both workers had streams, and only one lost them"


def test_both_workers_die_and_the_service_returns(crashing, fake):
    for pid in crashing.worker_pids().values():
        os.kill(pid, signal.SIGKILL)
    # Connections made now wait in the sockets that the supervisor holds.
    assert httpx.post(crashing.base_url + "/chat/completions", json=BODY, timeout=10, trust_env=False).status_code == 200
    wait_until("/readyz", crashing.is_ready, 5)


def test_sigterm_ends_the_whole_tree(fake_process, start_gateway):
    gateway = start_gateway(gateway_yaml(fake_process, ()))
    pids = [*gateway.worker_pids().values(), gateway.child.pid]
    gateway.child.send_signal(signal.SIGTERM)
    assert gateway.child.wait(10) == 0
    wait_until("all processes gone", lambda: all(is_gone(pid) for pid in pids), 5)
