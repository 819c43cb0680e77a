"""What a worker's end leaves behind, and what it may not take with it."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading

import pytest

from conftest import gateway_yaml
from harness import BINARIES, FOUR_POLICIES, RawClient, request_bytes, wait_until

pytestmark = pytest.mark.gateway

BODY = {"model": "fake", "messages": [{"role": "user", "content": "hello"}]}
STREAM = {**BODY, "stream": True}


@pytest.fixture
def start(fake_process, start_gateway):
    """Gateways of one test: start(policies, **options)."""
    fake_process.reset()
    running = []

    def begin(policies=("audit-logger",), **options):
        running.append(start_gateway(gateway_yaml(fake_process, policies), **options))
        return running[-1]

    yield begin
    for gateway in running:
        gateway.stop()


def is_gone(pid):
    """Reaped, or only still known to a parent that does not look."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in "ZX"


def status_line(pid, name):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return line.split()[1]
    return None


def has_backtracer():
    if (BINARIES / "swift-backtrace").exists():
        return True
    swift = shutil.which("swift")
    return bool(swift) and (pathlib.Path(os.path.realpath(swift)).parents[1] / "libexec/swift/linux/swift-backtrace").exists()


def open_streams(gateway, count):
    clients = []
    for _ in range(count):
        client = RawClient(gateway.port)
        client.send(request_bytes(STREAM))
        assert client.read_until(lambda data: b"data: {" in data)
        clients.append(client)
    return clients


def close_all(clients):
    for client in clients:
        client.close()


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGTRAP])
def test_a_crash_signal_ends_the_worker_and_a_successor_serves(start, number):
    gateway = start(workers=1)
    victim = gateway.worker_pids()[0]
    os.kill(victim, number)
    wait_until("the worker is gone after one signal", lambda: is_gone(victim), 15)
    with RawClient(gateway.port, timeout=15) as client:
        client.send(request_bytes(BODY, headers=["Connection: close"]))
        assert client.read_to_end(15).startswith(b"HTTP/1.1 200 ")
    assert gateway.worker_pids()[0] != victim


@pytest.mark.skipif(not has_backtracer(), reason="no backtracer beside the programs, and no toolchain")
def test_a_crash_leaves_a_report(start):
    gateway = start(workers=1)
    folder = gateway.state / "crash"
    assert folder.stat().st_mode & 0o777 == 0o700
    victim = gateway.worker_pids()[0]
    os.kill(victim, signal.SIGSEGV)

    def report():
        found = [path for path in folder.iterdir() if f"-{victim}-" in path.name]
        return found and "took" in found[0].read_text() and found[0].read_text()

    text = wait_until("a report", report, 20)
    assert "crashed" in text
    assert "rax" not in text and "Registers" not in text


def test_a_worker_denies_itself_what_it_does_not_need(start):
    gateway = start(workers=2)
    for pid in gateway.worker_pids().values():
        assert status_line(pid, "NoNewPrivs") == "1"
        assert int(pathlib.Path(f"/proc/{pid}/oom_score_adj").read_text()) >= 200
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        assert [line.split()[4] for line in limits.splitlines() if line.startswith("Max core file size")] == ["0"]
        data = next(line.split()[3] for line in limits.splitlines() if line.startswith("Max data size"))
        assert data != "unlimited" and int(data) >= 1 << 30


def test_streams_cut_by_a_stop_are_aborted_events(start, fake, fake_process, start_gateway):
    yaml = gateway_yaml(fake_process, ("audit-logger",)).replace("gateway:\n", "gateway:\n  drain_seconds: 1\n")
    gateway = start_gateway(yaml, workers=2)
    with fake.modes("chunks4000.interval20"):
        clients = open_streams(gateway, 6)
        gateway.child.send_signal(signal.SIGTERM)
        for client in clients:
            received = client.read_to_end(20)
            assert not received.endswith(b"0\r\n\r\n"), "a cut stream does not end well"
        gateway.child.wait(20)
    close_all(clients)
    assert [event["outcome"] for event in gateway.events()] == ["aborted"] * 6


def test_workers_without_supervisor_go_and_leave_their_events(start, fake):
    gateway = start(workers=2)
    pids = list(gateway.worker_pids().values())
    with fake.modes("chunks4000.interval20"):
        clients = open_streams(gateway, 6)
        gateway.child.kill()
        gateway.child.wait(10)
        wait_until("the workers are gone", lambda: all(is_gone(pid) for pid in pids), 6)
        for client in clients:
            assert not client.read_to_end(5).endswith(b"0\r\n\r\n")
    close_all(clients)
    assert [event["outcome"] for event in gateway.events()] == ["aborted"] * 6
    assert len({event["id"] for event in gateway.events()}) == 6


def test_workers_without_supervisor_and_without_work_go_soon(start):
    gateway = start(workers=2)
    pids = list(gateway.worker_pids().values())
    with RawClient(gateway.port):
        gateway.child.kill()
        gateway.child.wait(10)
        wait_until("the workers are gone", lambda: all(is_gone(pid) for pid in pids), 4)


def test_a_request_that_comes_late_is_still_answered_by_an_orphan(start, fake):
    """Its connection was open when the supervisor went."""
    gateway = start(workers=1)
    with RawClient(gateway.port) as busy, RawClient(gateway.port) as idle, fake.modes("delay1500"):
        busy.send(request_bytes(BODY))
        fake.wait_for("requests", 1)
        gateway.child.kill()
        gateway.child.wait(10)
        idle.send(request_bytes(BODY))
        for client in (busy, idle):
            answer = client.read_to_end(10)
            assert answer.startswith(b"HTTP/1.1 200 ") and b"connection: close" in answer
    outcomes = wait_until("both events", lambda: len(gateway.events()) == 2 and [e["outcome"] for e in gateway.events()], 5)
    assert outcomes == ["completed"] * 2


class FewDescriptors:
    """`subprocess.Popen` under `ulimit -n 256`."""

    def __init__(self, monkeypatch):
        import harness
        import resource

        popen = subprocess.Popen

        def limited(command, **options):
            if "gateway" in command:
                options["preexec_fn"] = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
            return popen(command, **options)

        monkeypatch.setattr(harness.subprocess, "Popen", limited)


def test_few_descriptors_are_survived(fake, start, monkeypatch):
    FewDescriptors(monkeypatch)
    gateway = start(workers=2)
    before = gateway.worker_pids()
    assert gateway.log_text().count("the limit of open files lets a worker serve 96 connections") == 1
    barrier = threading.Barrier(300)
    results = []

    def ask():
        result = "nothing"
        with contextlib.suppress(OSError, TimeoutError):
            client = RawClient(gateway.port, timeout=30)
            barrier.wait(30)
            with client:
                client.send(request_bytes(BODY, headers=["Connection: close"]))
                received = client.read_to_end(30)
                result = int(received[9:12]) if received else "closed"
        results.append(result)

    threads = [threading.Thread(target=ask) for _ in range(300)]
    with fake.modes("delay100"):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert len(results) == 300
    assert results.count(200) >= 96, {r: results.count(r) for r in set(results)}
    assert set(results) <= {200, 502, 503, "closed", "nothing"}, set(results)
    assert gateway.worker_pids() == before, "a worker died"
    with RawClient(gateway.port) as client:
        client.send(request_bytes(BODY, headers=["Connection: close"]))
        assert client.read_to_end().startswith(b"HTTP/1.1 200 ")
    for pid in before.values():
        assert len(os.listdir(f"/proc/{pid}/fd")) < 256


def test_every_request_under_way_has_its_own_event(start, fake):
    """Ids are unique over workers that follow one another in a slot."""
    gateway = start(FOUR_POLICIES, workers=1)
    for _ in range(2):
        for _ in range(3):
            with RawClient(gateway.port, timeout=15) as client:
                client.send(request_bytes(BODY, headers=["Connection: close"]))
                assert json.loads(client.read_to_end(15).partition(b"\r\n\r\n")[2])["choices"]
        victim = gateway.worker_pids()[0]
        os.kill(victim, signal.SIGKILL)
        wait_until("a successor", lambda: gateway.worker_pids().get(0) not in (None, victim), 10)
    ids = [event["id"] for event in gateway.events()]
    assert len(ids) == len(set(ids)) == 6
    assert all(identifier.startswith("evt-0-1-") for identifier in ids)
