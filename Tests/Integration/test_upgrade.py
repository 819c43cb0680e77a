"""The programs are exchanged under load: same process, same sockets, no request fails; a build that does not fit changes nothing."""

import collections
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from conftest import gateway_yaml
from harness import BINARIES, ROOT, RawClient, request_bytes, wait_until
from test_crash import BODY, Load

pytestmark = [pytest.mark.gateway, pytest.mark.slow]

PROGRAMS = ("kt", "kt-supervisor", "kt-worker", "kt-compile", "kt-demo", "kt-console")
STREAM = {"model": "fake", "messages": [{"role": "user", "content": "hello"}], "stream": True}
ONE, TWO, ODD = "1.0.0", "2.0.0~test+1", "9.9.9"


@pytest.fixture(scope="session")
def builds(tmp_path_factory):
    """The same programs stamped as three builds: version to folder."""
    folders = {}
    for version in (ONE, TWO, ODD):
        folder = tmp_path_factory.mktemp("build")
        for name in PROGRAMS:
            shutil.copy2(BINARIES / name, folder / name)
            subprocess.run([ROOT / "tools/stamp-version.sh", folder / name, version], check=True)
        folders[version] = folder
    return folders


class Installed:
    """A gateway whose programs lie in a folder where a package manager replaces them."""

    def __init__(self, folder, builds, fake, start_gateway, **environment):
        self.folder, self.builds = folder, builds
        self.install(builds[ONE])
        self.gateway = start_gateway(
            gateway_yaml(fake, ()), binaries=folder, environment={"KEEPTRUSTS_TEST_FAULTS": "1", **environment}
        )
        self.pid = self.status()["pid"]

    def install(self, source, names=PROGRAMS):
        """As dpkg does it: unpacked beside, then renamed into place."""
        for name in names:
            self.replace(name, pathlib.Path(source) / name)

    def replace(self, name, source):
        new = self.folder / f"{name}.dpkg-new"
        shutil.copy2(source, new)
        new.rename(self.folder / name)

    def status(self):
        return wait_until("gateway.json", self.gateway.status)

    def log(self):
        self.gateway.log.flush()
        return (self.gateway.folder / "gateway.log").read_text(errors="replace")

    def ask(self):
        os.kill(self.pid, signal.SIGUSR2)

    def workers(self):
        """Of the current generation, slot to pid."""
        status = self.status()
        return {
            w["slot"]: w["pid"] for w in status["workers"] if w["generation"] == status["generation"] and w["state"] == "serving"
        }

    def serves(self, version, generation):
        status = self.gateway.status() or {}
        return (
            status.get("version") == version
            and status.get("generation", 0) > generation
            and status.get("state") == "serving"
            and len(self.workers()) == 2
        )

    def upgrade(self, version):
        generation = self.status()["generation"]
        self.install(self.builds[version])
        self.ask()
        wait_until(f"build {version} serves", lambda: self.serves(version, generation), 30, pause=0.02)

    def refused(self, reason):
        """Asks, and waits until the log says why not; the build that ran goes on with its workers."""
        before, workers, length = self.status(), self.workers(), len(self.log())
        self.ask()
        pattern = rf"upgrade failed: [^\n]*{reason}[^\n]*; build {re.escape(before['version'])} goes on"
        wait_until(f"{pattern!r} in the log", lambda: re.search(pattern, self.log()[length:]), 30, pause=0.02)
        wait_until("the state is as before", lambda: self.status()["state"] == "serving" and self.status()["version"] == before["version"], 10)
        after = self.status()
        assert (after["pid"], after["generation"]) == (before["pid"], before["generation"])
        assert self.workers() == workers

    def descriptors(self):
        """What the supervisor holds: how many of each kind, with names of files but not their numbers."""
        kinds = collections.Counter()
        for entry in pathlib.Path(f"/proc/{self.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                name = re.sub(r"\[\d+\]", "[]", os.readlink(entry)).removesuffix(" (deleted)")
                # The state file is open while it is written.
                if "/gateway.json" not in name:
                    kinds[name] += 1
        return kinds

    def answers(self):
        """Returns once the supervisor has answered: nothing that was due before keeps it."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(30)
            client.connect(str(self.gateway.state / "control.sock"))
            client.sendall(b"status\n")
            while client.recv(65536):
                pass

    def still_descriptors(self):
        """As `descriptors`, once the console runs too and nothing changes."""
        wait_until("the whole family", lambda: sorted(self.children().values()) == self.family(), 30)
        looks = [self.descriptors()]

        def is_still():
            # To close the last descriptor of a program that was replaced takes as long as the disk needs to forget it.
            self.answers()
            looks.append(self.descriptors())
            return looks[-1] == looks[-2] and looks[-1]

        return wait_until("nothing changes", is_still, 10, pause=0.1)

    def holds(self, held):
        """Waits until the supervisor holds exactly `held` again; else says what it has too much and what it lacks."""
        try:
            wait_until("as many descriptors as before", lambda: self.descriptors() == held, 10)
        except AssertionError:
            now = self.descriptors()
            raise AssertionError(f"too many: {now - held}, too few: {held - now}") from None

    def family(self):
        """The executables that run when nothing else goes on."""
        return [str(self.folder / name) for name in ("kt-console", "kt-worker", "kt-worker")]

    def children(self):
        """All children, dead ones not yet buried included: pid to executable."""
        children = {}
        for pid in pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            children[int(pid)] = "gone"
            with contextlib.suppress(OSError):
                children[int(pid)] = os.readlink(f"/proc/{pid}/exe")
        return children


@pytest.fixture
def installed(tmp_path, builds, fake_process, start_gateway):
    fake_process.reset()
    made = []

    def make(**environment):
        folder = tmp_path / "current"
        folder.mkdir()
        made.append(Installed(folder, builds, fake_process, start_gateway, **environment))
        return made[-1]

    yield make
    for installation in made:
        installation.gateway.stop()


class KeptAlive(Load):
    """Asks again and again on one connection as long as the gateway keeps it."""

    def run(self):
        client = None
        while not self.stop.is_set():
            began = time.monotonic()
            if client is None:
                client = RawClient(self.gateway.port)
            seen = len(client.received)
            client.send(request_bytes(BODY))
            done = client.read_until(lambda b: self.complete(b[seen:]), 10)
            answer = client.received[seen:]
            self.results.append((began, int(answer[9:12]) if done else f"broken off after {len(answer)} bytes", time.monotonic()))
            if not done or b"connection: close" in answer.lower():
                client.close()
                client = None

    @staticmethod
    def complete(answer):
        head, separator, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        return bool(separator and length and len(body) >= int(length.group(1)))


class Stream(threading.Thread):
    """One slow stream."""

    def __init__(self, gateway):
        super().__init__(daemon=True)
        self.client = RawClient(gateway.port, timeout=60)
        self.outcome = None

    def run(self):
        with self.client as client:
            client.send(request_bytes(STREAM, headers=["Connection: close"]))
            self.outcome = client.read_to_end(60)


def failures(loads):
    return [outcome for load in loads for _, outcome, _ in load.results if outcome != 200]


def test_builds_take_over_from_each_other_under_load(installed, fake, record_property):
    here = installed()
    stop = threading.Event()
    loads = [Load(here.gateway, stop) for _ in range(3)] + [KeptAlive(here.gateway, stop) for _ in range(3)]
    with fake.modes("chunks30.interval50"):
        for load in loads:
            load.start()
        wait_until("some answers", lambda: sum(len(load.results) for load in loads) > 50)
        for number in range(10):
            streams = [Stream(here.gateway) for _ in range(4)]
            for stream in streams:
                stream.start()
            wait_until("the streams run", lambda: all(b"data:" in s.client.received for s in streams))
            here.upgrade((TWO, ONE)[number % 2])
            assert here.status()["pid"] == here.pid
            assert os.readlink(f"/proc/{here.pid}/exe") == str(here.folder / "kt-supervisor")
            for stream in streams:
                stream.join(60)
                assert stream.outcome.startswith(b"HTTP/1.1 200") and b"data: [DONE]" in stream.outcome
            wait_until("only new workers", lambda: sorted(here.children().values()) == here.family(), 30)
            if number == 1:
                held = here.still_descriptors()
            elif number > 1:
                here.holds(held)
        stop.set()
        for load in loads:
            load.join(30)
    assert failures(loads) == []
    record_property("requests", sum(len(load.results) for load in loads))
    # The last image notices the end of a worker as the first did.
    victim = here.workers()[0]
    os.kill(victim, signal.SIGKILL)
    wait_until("a successor", lambda: here.workers().get(0) not in (None, victim) and len(here.workers()) == 2)
    assert victim not in here.children()


def test_a_death_in_the_generation_before_is_noticed(installed, fake):
    here = installed()
    # The gateway is ready with its first worker.
    old = wait_until("both workers", lambda: len(here.workers()) == 2 and here.workers())
    with fake.modes("chunks100.interval100"):
        stream = Stream(here.gateway)
        stream.start()
        wait_until("the stream runs", lambda: b"data:" in stream.client.received)
        here.upgrade(TWO)
        left = wait_until("one worker of the old build is left", lambda: [p for p in old.values() if p in here.children()])
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        wait_until("they are buried", lambda: not set(left) & set(here.children()), 5)
    assert len(here.workers()) == 2


@pytest.mark.parametrize(
    ("name", "other", "reason"),
    [
        ("kt-supervisor", "/bin/false", "--preflight exited with status 1"),
        ("kt-supervisor", "/etc/passwd", "kt-supervisor cannot be executed"),
        ("kt-supervisor", "/bin/echo", "did not answer as a kt-supervisor does"),
        ("kt-worker", "/bin/false", "kt-worker --version exited with status 1"),
        ("kt-worker", "/etc/passwd", "kt-worker cannot be executed"),
        ("kt-compile", "/bin/echo", f'kt-compile is .*not of build {re.escape(TWO)}'),
    ],
)
def test_a_build_that_does_not_fit_is_refused(installed, name, other, reason):
    here = installed()
    here.install(here.builds[TWO])
    here.replace(name, other)
    (here.folder / name).chmod(0o755)
    here.refused(reason)
    # The next one fits.
    here.upgrade(TWO)


def test_a_build_that_reads_other_hand_overs_is_refused(installed):
    here = installed(KEEPTRUSTS_TEST_HANDOVER_REFUSE=ODD)
    here.install(here.builds[ODD])
    here.refused("reads hand-overs 65535, this one writes 1")


def test_a_build_without_its_worker_is_refused(installed):
    here = installed()
    here.install(here.builds[TWO], ("kt-supervisor", "kt-compile", "kt-demo"))
    (here.folder / "kt-worker").unlink()
    here.refused("kt-worker is missing")
    # A worker that dies meanwhile is started from the program that is held.
    victim = here.workers()[0]
    os.kill(victim, signal.SIGKILL)
    wait_until("a successor", lambda: here.workers().get(0) not in (None, victim) and len(here.workers()) == 2)


def test_a_build_that_cannot_adopt_gives_back(installed):
    here = installed(KEEPTRUSTS_TEST_ADOPTION_REFUSE=ODD)
    held = here.still_descriptors()
    here.install(here.builds[ODD])
    here.refused("the new build cannot take over: a test asked for it")
    here.holds(held)
    here.upgrade(TWO)


def test_a_build_whose_workers_cannot_start_goes_back(installed, builds, fake):
    here = installed(KEEPTRUSTS_TEST_WORKER_REFUSE=ODD)
    held = here.still_descriptors()
    stop = threading.Event()
    loads = [Load(here.gateway, stop) for _ in range(2)] + [KeptAlive(here.gateway, stop) for _ in range(2)]
    here.install(here.builds[ODD])
    for load in loads:
        load.start()
    wait_until("some answers", lambda: sum(len(load.results) for load in loads) > 20)
    here.refused("worker [01] exited with status 1")
    stop.set()
    for load in loads:
        load.join(30)
    assert failures(loads) == []
    here.holds(held)
    here.upgrade(TWO)


def test_a_configuration_that_the_new_build_cannot_use_goes_back(installed):
    here = installed()
    good = here.gateway.config.read_text()
    here.gateway.config.write_text("pack: [\n")
    here.install(here.builds[TWO])
    here.refused("the configuration cannot be used")
    here.gateway.config.write_text(good)
    here.upgrade(TWO)
