"""One configuration takes the place of another under load, and nobody notices; or it does not, and nothing has changed."""

import contextlib
import os
import re
import select
import signal
import socket
import threading
import time

import pytest

from conftest import gateway_yaml
from harness import RawClient, free_port, request_bytes, status_of, wait_until

pytestmark = pytest.mark.gateway

BODY = {"model": "fake", "messages": [{"role": "user", "content": "hello"}]}
THREADS = 6


@pytest.fixture
def yaml(fake):
    return gateway_yaml(fake, ())


@pytest.fixture
def start(start_gateway):
    """Starts gateways that end with the test. Workers and addresses come from the file, so that a reload can change them."""
    with contextlib.ExitStack() as running:

        def start(yaml):
            gateway = start_gateway(yaml, workers=None)
            running.callback(gateway.stop)
            return gateway

        yield start


def with_gateway(yaml, workers=2, listen=("127.0.0.1:0",), drain=300, hang=5, level="info"):
    lines = [f"  workers: {workers}", f"  listen: [{', '.join(repr(a) for a in listen)}]", f"  drain_seconds: {drain}"]
    lines += [f"  hang_seconds: {hang}", f"  log: {{ level: {level} }}"]
    return yaml.replace("gateway:\n", "gateway:\n" + "\n".join(lines) + "\n")


def generation(gateway):
    return (gateway.status() or {}).get("generation", 0)


def reload(gateway, yaml=None, result="applied"):
    """Asks by signal and waits until a reload has come to its end."""
    if yaml is not None:
        gateway.config.write_text(yaml)
    known = len(gateway.status()["reloads"])
    gateway.child.send_signal(signal.SIGHUP)
    state = wait_until("the end of a reload", lambda: ended(gateway, known), 60)
    assert state["reloads"][-1]["result"] == result, state["reloads"][-1]
    return state


def ended(gateway, known):
    state = gateway.status()
    return state if state and len(state["reloads"]) > known and state["state"] == "serving" else None


class Load(threading.Thread):
    """Asks again and again, on new connections and on kept ones in turn, and notes what was not answered well."""

    def __init__(self, port, stop, keeps):
        super().__init__(daemon=True)
        self.port, self.stop, self.keeps = port, stop, keeps
        self.answered, self.failures = 0, []

    def run(self):
        client = None
        while not self.stop.is_set():
            try:
                client = client or RawClient(self.port)
                close = not self.keeps
                client.send(request_bytes(BODY, headers=["Connection: close"] if close else []))
                head, body = read_answer(client)
                if not head.startswith(b"HTTP/1.1 200 ") or not body.endswith(b"}"):
                    self.failures.append(head + body)
                self.answered += 1
                if close or b"connection: close" in head.lower():
                    client.close()
                    client = None
            except (OSError, ValueError) as problem:
                self.failures.append(repr(problem))
                client = None


def read_answer(client):
    client.received = b""
    received = client.read_until(is_whole, 10)
    if received is None or not is_whole(client.received):
        raise ValueError(f"broken off after {client.received!r}")
    head, _, body = client.received.partition(b"\r\n\r\n")
    return head, body


def is_whole(data):
    head, end, body = data.partition(b"\r\n\r\n")
    match = re.search(rb"content-length: *(\d+)", head, re.I)
    return bool(end) and len(body) >= (int(match.group(1)) if match else 0)


@contextlib.contextmanager
def load(gateway):
    """Load from a handful of threads; at its end all must have been answered."""
    stop = threading.Event()
    threads = [Load(gateway.port, stop, keeps=bool(number % 2)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    answered = lambda: sum(thread.answered for thread in threads)
    wait_until("answers", lambda: answered() > 20)
    try:
        yield answered
        seen = answered()
        wait_until("answers at the end", lambda: answered() > seen + 50)
    finally:
        stop.set()
        for thread in threads:
            thread.join(15)
    assert [failure for thread in threads for failure in thread.failures] == []


def test_policies_targets_and_settings_change_under_load(start, yaml, fake):
    gateway = start(with_gateway(yaml))
    first = gateway.status()
    assert status_of(gateway.port, "/v1/models") == 200
    with load(gateway):
        renamed = yaml.replace("id: narrow", "id: wide").replace("version: 1.0.0", "version: 2.0.0")
        state = reload(gateway, with_gateway(renamed, hang=7, level="debug"))
    assert state["generation"] == 2 and state["config"]["version"] == "2.0.0" and state["config"]["hash"] != first["config"]["hash"]
    assert state["pid"] == first["pid"] and state["listen"] == first["listen"]
    assert "generation 2 is in force" in state["reloads"][-1]["message"] and state["reloads"][-1]["cause"] == "signal"
    with RawClient(gateway.port) as client:
        client.send(b"GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = client.read_to_end()
    assert b'"wide"' in received and b'"narrow"' not in received
    wait_until("the old generation is gone", lambda: {w["generation"] for w in gateway.status()["workers"]} == {2}, 20)


def test_the_number_of_workers_changes_under_load(start, yaml):
    gateway = start(with_gateway(yaml, workers=1))
    with load(gateway) as answered:
        for workers in (4, 1, 2):
            reload(gateway, with_gateway(yaml, workers=workers))
            serving = lambda: [w for w in gateway.status()["workers"] if w["generation"] == generation(gateway)]
            assert len(serving()) == workers
            seen = answered()
            wait_until("answers", lambda: answered() > seen + 100)


def test_an_address_is_added_and_removed_under_load(start, yaml):
    gateway = start(with_gateway(yaml))
    kept, added = f"127.0.0.1:{gateway.port}", free_port()
    local = str(gateway.folder / "gateway.sock")
    with load(gateway):
        state = reload(gateway, with_gateway(yaml, listen=(kept, f"127.0.0.1:{added}", f"unix:{local}")))
        assert state["listen"] == [kept, f"127.0.0.1:{added}", f"unix:{local}"]
        assert status_of(added, "/readyz") == 200 and os.path.exists(local)
        state = reload(gateway, with_gateway(yaml, listen=(kept,)))
        assert state["listen"] == [kept] and not os.path.exists(local)
        wait_until("the address is closed", lambda: is_refused(added), 10)


def test_who_is_idle_on_an_address_that_stays_is_left_alone_when_another_goes(start, yaml):
    gateway = start(with_gateway(yaml, workers=1))
    kept, added = f"127.0.0.1:{gateway.port}", free_port()
    reload(gateway, with_gateway(yaml, workers=1, listen=(kept, f"127.0.0.1:{added}")))
    ask = b"GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n"
    with RawClient(gateway.port) as client:
        client.send(ask)
        read_answer(client)
        reload(gateway, with_gateway(yaml, workers=1, listen=(kept,)))
        wait_until("the address is closed", lambda: is_refused(added), 10)
        assert without_answer([client], 3) == [client]
        client.send(ask)
        head, _ = read_answer(client)
        assert head.startswith(b"HTTP/1.1 200") and b"connection: close" in head
    wait_until("the old generation is gone", lambda: {w["generation"] for w in gateway.status()["workers"]} == {3}, 20)


def test_a_request_that_still_arrives_is_waited_for_when_the_gateway_stops(start, yaml):
    gateway = start(with_gateway(yaml))
    request = request_bytes(BODY)
    with RawClient(gateway.port) as uploading, RawClient(gateway.port) as beginning:
        uploading.send(request[:-10])
        beginning.send(request[:20])
        gateway.child.send_signal(signal.SIGTERM)
        wait_until("the address is closed", lambda: is_refused(gateway.port), 10)
        assert without_answer([uploading, beginning], 3) == [uploading, beginning]
        uploading.send(request[-10:])
        beginning.send(request[20:])
        for client in (uploading, beginning):
            head, _ = read_answer(client)
            assert head.startswith(b"HTTP/1.1 ") and b"connection: close" in head
    assert gateway.child.wait(10) == 0


def is_refused(port):
    try:
        RawClient(port, timeout=3).close()
    except ConnectionRefusedError:
        return True
    except TimeoutError:
        pass
    return False


def test_an_address_that_is_taken_changes_nothing(start, yaml):
    gateway = start(with_gateway(yaml))
    kept, free = f"127.0.0.1:{gateway.port}", free_port()
    with load(gateway):
        with contextlib.closing(listener()) as other:
            taken = other.getsockname()[1]
            state = reload(gateway, with_gateway(yaml, listen=(kept, f"127.0.0.1:{free}", f"127.0.0.1:{taken}")), "failed")
        assert f"cannot listen on 127.0.0.1:{taken}" in state["reloads"][-1]["message"]
        assert state["listen"] == [kept] and state["generation"] == 1
        assert is_refused(free)


def listener():
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen()
    return s


def test_a_broken_configuration_changes_nothing(start, yaml):
    gateway = start(with_gateway(yaml))
    pids = gateway.worker_pids()
    with load(gateway):
        broken = with_gateway(yaml).replace("strategy: fallback", "strategy: nonsense")
        line = 1 + broken[: broken.index("strategy: nonsense")].count("\n")
        state = reload(gateway, broken, "failed")
    assert re.search(rf"policy-config\.yaml:{line}\b", gateway.log_text()), gateway.log_text()
    assert re.search(rf"policy-config\.yaml:{line}\b", state["reloads"][-1]["message"])
    assert state["generation"] == 1 and gateway.worker_pids() == pids
    reload(gateway, with_gateway(yaml))
    assert generation(gateway) == 2


def test_a_new_need_for_the_demo_provider(start, yaml):
    gateway = start(with_gateway(yaml))
    assert gateway.status()["demo_port"] is None
    demo = yaml.replace("  targets:\n", "  targets:\n    - id: built-in\n      provider: demo\n      model: demo\n")
    state = reload(gateway, with_gateway(demo))
    assert state["demo_port"]
    with RawClient(gateway.port) as client:
        client.send(request_bytes({**BODY, "model": "built-in"}, headers=["Connection: close"]))
        assert client.read_to_end().startswith(b"HTTP/1.1 200 ")


def test_a_storm_of_reloads_is_folded(start, yaml, fake):
    """A stream keeps the first generation alive meanwhile; never more than three live, and the stream is whole."""
    gateway = start(with_gateway(yaml))
    most, stop = [0], threading.Event()

    def watch():
        while not stop.wait(0.002):
            workers = (gateway.status() or {}).get("workers", [])
            most[0] = max(most[0], len({w["generation"] for w in workers}))

    watcher = threading.Thread(target=watch, daemon=True)
    with fake.modes("chunks40.interval100"), RawClient(gateway.port) as client:
        client.send(request_bytes({**BODY, "stream": True}))
        assert client.read_until(lambda data: b"data: {" in data)
        watcher.start()
        for _ in range(20):
            gateway.child.send_signal(signal.SIGHUP)
            time.sleep(0.05)
        received = client.read_until(lambda data: data.endswith(b"0\r\n\r\n"), 20)
        assert received and b"[DONE]" in client.received
    wait_until("rest", lambda: is_at_rest(gateway), 30)
    stop.set()
    watcher.join()
    assert 2 <= most[0] <= 3
    assert 2 <= generation(gateway) <= 21


def is_at_rest(gateway):
    state = gateway.status()
    return state["state"] == "serving" and {w["generation"] for w in state["workers"]} == {state["generation"]}


def test_a_generation_that_keeps_crashing_is_rolled_back(start, yaml):
    gateway = start(with_gateway(yaml))
    good = gateway.status()["config"]
    reload(gateway, with_gateway(yaml.replace("version: 1.0.0", "version: 2.0.0")))
    victims = set()
    for _ in range(3):
        pid = wait_until("a worker in slot 0", lambda: serving_pid(gateway, 0, 2, victims), 10)
        victims.add(pid)
        os.kill(pid, signal.SIGKILL)
    state = wait_until("the way back", lambda: s if (s := gateway.status()) and s["generation"] == 3 else None, 30)
    assert state["config"] == good
    assert [(r["generation"], r["result"], r["cause"]) for r in state["reloads"]] == [
        (2, "rolled_back", "signal"),
        (3, "applied", "rollback"),
    ]
    assert status_of(gateway.port, "/readyz") == 200


def serving_pid(gateway, slot, number, other_than=()):
    for worker in (gateway.status() or {}).get("workers", []):
        if (worker["slot"], worker["generation"], worker["state"]) == (slot, number, "serving") and worker["pid"] not in other_than:
            return worker["pid"]
    return None


def test_the_queue_of_a_slot_in_back_off_is_served(start, yaml):
    """Connections wait in the queue of a worker that then stays away for longer than a second: its sibling takes them over."""
    gateway = start(with_gateway(yaml, hang=60))
    victims = set()
    # 0, 100, 200, 400, 800 ms: the sixth death is answered after about 1.6 s.
    for _ in range(5):
        victims.add(pid := wait_until("a worker in slot 0", lambda: serving_pid(gateway, 0, 1, victims), 10))
        os.kill(pid, signal.SIGKILL)
    pid = wait_until("a worker in slot 0", lambda: serving_pid(gateway, 0, 1, victims), 10)
    os.kill(pid, signal.SIGSTOP)
    clients = [RawClient(gateway.port) for _ in range(32)]
    for client in clients:
        client.send(b"GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    waiting = without_answer(clients, 0.5)
    assert waiting, "nobody got into the stopped worker's queue"
    killed = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    for client in waiting:
        assert client.read_to_end(3).startswith(b"HTTP/1.1 200 "), "a queued connection was lost"
    took = time.monotonic() - killed
    state = [w["state"] for w in gateway.status()["workers"] if w["slot"] == 0]
    for client in clients:
        client.close()
    print(f"{len(waiting)} waiting connections were served within {took * 1000:.0f} ms")
    assert took < 1 and state == ["backoff"]
    wait_until("the slot serves again", lambda: serving_pid(gateway, 0, 1, {pid, *victims}), 10)


def without_answer(clients, seconds):
    """Those that have heard nothing when this time is over."""
    deadline, waiting = time.monotonic() + seconds, {client.socket: client for client in clients}
    while waiting and (left := deadline - time.monotonic()) > 0:
        for ready in select.select(list(waiting), [], [], left)[0]:
            del waiting[ready]
    return list(waiting.values())


def test_usr1_harms_nobody_and_quit_ends(start, yaml):
    gateway = start(with_gateway(yaml))
    gateway.child.send_signal(signal.SIGUSR1)
    wait_until("a line about it", lambda: "SIGUSR1 is ignored" in gateway.log_text(), 5)
    assert status_of(gateway.port, "/readyz") == 200
    gateway.child.send_signal(signal.SIGQUIT)
    assert gateway.child.wait(10) == 0
