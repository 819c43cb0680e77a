"""Notices to the service manager, and sockets from it: the test is the service manager."""

import array
import contextlib
import os
import re
import signal
import socket
import threading
import time

import httpx
import pytest

from conftest import gateway_yaml
from harness import RawClient, free_port, request_bytes, wait_until

pytestmark = pytest.mark.gateway

BODY = {"model": "fake", "messages": [{"role": "user", "content": "hello"}]}


class Manager:
    """Listens where NOTIFY_SOCKET points; keeps what it is given, and answers barriers."""

    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.notices = []
        self.stored = {}
        self.barriers = 0
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        while True:
            text, ancillary, _, _ = self.socket.recvmsg(65536, socket.CMSG_SPACE(4 * 64))
            if not text:
                return
            numbers = array.array("i")
            for _, _, data in ancillary:
                numbers.frombytes(data[: len(data) - len(data) % 4])
            notice = dict(line.partition("=")[::2] for line in text.decode().splitlines())
            notice["at"] = time.monotonic()
            if notice.get("FDSTORE") == "1":
                self.stored.setdefault(notice["FDNAME"], []).extend(numbers)
            else:
                for number in numbers:
                    os.close(number)
            if notice.get("BARRIER") == "1":
                self.barriers += 1
            if notice.get("FDSTOREREMOVE") == "1":
                for number in self.stored.pop(notice["FDNAME"], []):
                    os.close(number)
            self.notices.append(notice)

    def saying(self, name):
        return [notice for notice in list(self.notices) if name in notice]

    def wait_for(self, name, count=1, seconds=30):
        return wait_until(f"{count} notices of {name}", lambda: len(found := self.saying(name)) >= count and found, seconds)

    @property
    def environment(self):
        return {"NOTIFY_SOCKET": self.path}

    def stop(self):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self.path)
        self.thread.join(5)
        for numbers in self.stored.values():
            for number in numbers:
                os.close(number)
        self.socket.close()


@pytest.fixture
def manager(tmp_path):
    manager = Manager(tmp_path / "notify")
    yield manager
    manager.stop()


@pytest.fixture
def start(fake_process, start_gateway):
    """start(extra YAML, …) starts a gateway that ends with the test."""
    fake_process.reset()
    running = []

    def begin(extra="", **options):
        yaml = gateway_yaml(fake_process, ())
        yaml = yaml.replace("gateway:\n", f"gateway:\n{extra}") if extra else yaml
        gateway = start_gateway(yaml, **options)
        running.append(gateway)
        return gateway

    yield begin
    for gateway in running:
        gateway.stop()


def answers(port):
    response = httpx.post(f"http://127.0.0.1:{port}/v1/chat/completions", json=BODY, timeout=20, trust_env=False)
    return response.status_code == 200


# MARK: Notices


def test_ready_is_told_once_with_the_state_in_words(manager, start):
    gateway = start(environment=manager.environment)
    ready = manager.wait_for("READY")
    assert len(ready) == 1
    assert ready[0]["STATUS"] == f"serving on 127.0.0.1:{gateway.port} with 2 workers (pack integration 1.0.0)"
    assert "MAINPID" not in ready[0]


def test_a_reload_is_announced_and_ended(manager, start):
    gateway = start(environment=manager.environment)
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert gateway.kt("reload").returncode == 0
    after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    reloading = manager.wait_for("RELOADING")
    ready = manager.wait_for("READY", 2)
    assert len(reloading) == 1 and before <= int(reloading[0]["MONOTONIC_USEC"]) <= after
    assert ready[0]["at"] < reloading[0]["at"] < ready[1]["at"]
    assert ready[1]["STATUS"].startswith("serving on ")


def test_a_failed_reload_ends_too_and_says_so(manager, start):
    gateway = start(environment=manager.environment)
    good = gateway.config.read_text()
    gateway.config.write_text("nonsense\n")
    assert gateway.kt("reload").returncode == 1
    ready = manager.wait_for("READY", 2)
    assert ready[1]["STATUS"].startswith("reload FAILED")
    gateway.config.write_text(good)
    assert gateway.kt("reload").returncode == 0
    assert manager.wait_for("READY", 3)[2]["STATUS"].startswith("serving on ")


def test_a_stop_is_announced_and_asks_for_time_while_it_drains(manager, start, fake):
    gateway = start(environment=manager.environment)
    with fake.modes("chunks400.interval20"), RawClient(gateway.port) as stream:
        stream.send(request_bytes({**BODY, "stream": True}))
        assert stream.read_until(lambda data: b"data: {" in data)
        gateway.child.send_signal(signal.SIGTERM)
        stopping = manager.wait_for("STOPPING")
        assert stopping[0]["EXTEND_TIMEOUT_USEC"] == "10000000"
        more = manager.wait_for("EXTEND_TIMEOUT_USEC", 2, 15)
        assert more[1]["EXTEND_TIMEOUT_USEC"] == "10000000"
        wait_until("words", lambda: any("1 request is in flight" in n["STATUS"] for n in manager.saying("STATUS")), 5)
        gateway.child.send_signal(signal.SIGTERM)
        gateway.child.wait(10)


def test_the_watchdog_is_fed_while_workers_serve(manager, start):
    gateway = start(environment={**manager.environment, "WATCHDOG_USEC": "800000"})
    manager.wait_for("WATCHDOG", 10)
    workers = list(gateway.worker_pids().values())
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    stopped = time.monotonic()

    def is_hungry():
        return time.monotonic() - manager.saying("WATCHDOG")[-1]["at"] > 1

    wait_until("no notice for a second", is_hungry, 10)
    fed = manager.saying("WATCHDOG")
    assert fed[-1]["at"] - stopped > 1, "a pause shorter than a stale heartbeat is none"
    # The hung workers are replaced, and it is fed again.
    count = len(fed)
    manager.wait_for("WATCHDOG", count + 3, 30)


def test_without_a_service_manager_nothing_is_missed(start):
    gateway = start()
    assert gateway.kt("reload").returncode == 0


# MARK: Sockets


def test_each_socket_is_stored_under_a_name_of_its_own_before_readiness(manager, start):
    gateway = start(environment=manager.environment)
    ready = manager.wait_for("READY")[0]
    stored = manager.saying("FDSTORE")
    address = f"127.0.0.1:{gateway.port}".encode().hex()
    assert [notice["FDNAME"] for notice in stored] == [f"kt-{address}-0", f"kt-{address}-1"]
    assert all(notice["FDPOLL"] == "0" and notice["at"] < ready["at"] for notice in stored)
    barrier = manager.saying("BARRIER")
    assert len(barrier) == 1 and stored[-1]["at"] <= barrier[0]["at"] < ready["at"]
    for numbers in manager.stored.values():
        with socket.socket(fileno=os.dup(numbers[0])) as kept:
            assert kept.getsockname() == ("127.0.0.1", gateway.port)
            assert kept.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1


def test_an_address_that_goes_leaves_the_store(manager, start):
    first, second = free_port(), free_port()
    gateway = start(f"  workers: 2\n  listen: ['127.0.0.1:{first}', '127.0.0.1:{second}']\n", environment=manager.environment, workers=None)
    assert len(manager.stored) == 4
    gateway.config.write_text(gateway.config.read_text().replace(f", '127.0.0.1:{second}'", ""))
    assert gateway.kt("reload").returncode == 0
    gone = f"127.0.0.1:{second}".encode().hex()
    removed = manager.wait_for("FDSTOREREMOVE", 2)
    assert sorted(notice["FDNAME"] for notice in removed) == [f"kt-{gone}-0", f"kt-{gone}-1"]
    assert len(manager.stored) == 2


def inherited(descriptors, names):
    """Options of a gateway that gets these descriptors as 3, 4, … """
    count = len(descriptors)
    # pass_fds keeps numbers: the wrapper moves them to where the service manager would put them.
    moves = "".join(f"exec {3 + place}<&{number}; " for place, number in enumerate(descriptors))
    closing = "".join(f"exec {number}<&-; " for number in descriptors)
    return {
        "wrapper": ("bash", "-c", f'{moves}{closing}export LISTEN_PID=$$; exec "$@"', "bash"),
        "pass_fds": descriptors,
        "environment": {"LISTEN_FDS": str(count), "LISTEN_FDNAMES": ":".join(names)},
    }


def high(descriptor):
    """The same descriptor with a number beyond those that the wrapper fills."""
    import fcntl

    return fcntl.fcntl(descriptor, fcntl.F_DUPFD, 100)


def listening(port=0, shares_port=True):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shares_port:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    s.bind(("127.0.0.1", port))
    s.listen(16)
    return s


def test_connections_queued_at_stored_sockets_survive_the_gateway(manager, start):
    port = free_port()
    gateway = start(environment=manager.environment, listen=f"127.0.0.1:{port}")
    gateway.child.send_signal(signal.SIGKILL)
    gateway.child.wait(10)
    wait_until("its workers are gone", lambda: not any(os.path.exists(f"/proc/{pid}") for pid in gateway.worker_pids().values()), 15)
    waiting = [RawClient(port) for _ in range(8)]
    for client in waiting:
        client.send(request_bytes(BODY, headers=["Connection: close"]))
    # Returned in another order than that of their indices.
    names = sorted(manager.stored, reverse=True)
    descriptors = [high(manager.stored[name][0]) for name in names]
    options = inherited(descriptors, names)
    options["environment"].update(manager.environment)
    again = start(listen=f"127.0.0.1:{port}", **options)
    for number in descriptors:
        os.close(number)
    for client in waiting:
        assert client.read_to_end(20).startswith(b"HTTP/1.1 200")
        client.close()
    assert "listening on inherited sockets" in again.log_text()
    assert answers(port)


def test_a_socket_unit_gives_each_worker_its_own(start):
    sockets = [listening()]
    port = sockets[0].getsockname()[1]
    sockets.append(listening(port))
    options = inherited([high(s.fileno()) for s in sockets], ["web.socket", "web.socket"])
    gateway = start(listen=f"127.0.0.1:{port}", **options)
    for s in sockets:
        s.close()
    for number in options["pass_fds"]:
        os.close(number)
    assert all(answers(port) for _ in range(16))
    counts = wait_until("both workers answer", lambda: [w["requests"] for w in gateway.report()["workers"]], 5)
    assert sum(counts) >= 16
    # One worker away: nothing waits at its socket for long.
    os.kill(gateway.worker_pids()[0], signal.SIGKILL)
    assert all(answers(port) for _ in range(16))


def test_a_single_socket_serves_all_workers(start):
    with listening(shares_port=False) as s:
        port = s.getsockname()[1]
        options = inherited([high(s.fileno())], ["web.socket"])
        gateway = start(listen=f"127.0.0.1:{port}", **options)
    os.close(options["pass_fds"][0])
    assert all(answers(port) for _ in range(8))
    os.kill(gateway.worker_pids()[0], signal.SIGKILL)
    assert all(answers(port) for _ in range(8))


def test_sockets_that_nobody_asked_for_are_closed_and_told(start):
    with listening() as stranger:
        options = inherited([high(stranger.fileno())], ["other.socket"])
        gateway = start(**options)
        port = stranger.getsockname()[1]
    os.close(options["pass_fds"][0])
    assert port != gateway.port
    assert re.search(r'the inherited socket \\?"other\.socket\\?" is closed: its address is not configured', gateway.log_text())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_sockets_for_another_process_are_not_ours(start):
    with listening() as s:
        options = inherited([high(s.fileno())], ["web.socket"])
        options["wrapper"] = ()
        options["environment"]["LISTEN_PID"] = "1"
        gateway = start(**options)
    os.close(options["pass_fds"][0])
    assert "inherited" not in gateway.log_text()
