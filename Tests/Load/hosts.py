"""The host is unkind: no descriptors, no room, no right to write, a clock that jumps; and what the tree costs when nobody asks."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import time

from rig import NotifySocket, compiled, kill, promise_events, promise_no_loss, promise_tidy, status_of, wait_until


class NotHere(Exception):
    """This host lets no one try."""


# MARK: Descriptors


def processor_seconds(pids):
    """User and system time of these processes."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def few_descriptors(rig):
    """256 descriptors a process, and many more clients."""
    result = rig.result
    tree = rig.tree(wrapper=["sh", "-c", 'ulimit -n 256; exec "$@"', "sh"])
    pids = [tree.child.pid, *tree.wait_serving(2).values()]
    load = rig.load(tree, plain=4, keep=4, rate=100, timeout_ms=5000)
    load.wait_for_more(100)
    held = []
    for number in range(1200):
        connection = socket.socket()
        connection.setblocking(False)
        connection.bind((f"127.0.0.{2 + number % 8}", 0))
        with contextlib.suppress(BlockingIOError):
            connection.connect(("127.0.0.1", tree.port))
        held.append(connection)
    crowded = time.monotonic()
    before = processor_seconds(pids)
    load.window()
    wait_until("three seconds of the crowd", lambda: time.monotonic() - crowded > 3, 5, 0.1)
    used = processor_seconds(pids) - before
    stats = load.stats()
    open_descriptors = {pid: len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir())) for pid in pids}
    for connection in held:
        connection.close()
    freed = time.monotonic()
    wait_until("/readyz after the crowd", tree.is_ready, 10)
    ok = load.stats()["ok"]
    load.wait_for("answers after the crowd", lambda s: s["ok"] > ok + 100, 20)
    back = time.monotonic() - freed
    calm = load.stats()
    load.wait_for_more(200)
    final = load.quit()
    result.figure("descriptors in the crowd", sorted(open_descriptors.values()))
    result.figure("of the load in the crowd", json.dumps(stats["classes"]))
    result.figure("processor seconds in 3 s of crowd", used)
    result.figure("serves again after (s)", back)
    result.promise("no worker dies", tree.restarts() == 0 and set(pids[1:]) == set(tree.serving().values()), tree.workers())
    result.promise("no busy loop", used < 1.5, f"{used:.2f} s of 3 s")
    result.promise("0 refused connections, no reset before an answer", not {"refused", "reset_before", "truncated"} & final["classes"].keys(), final["classes"])
    result.promise("after the crowd nothing is lost", final["lost"] - calm["lost"] <= calm["outstanding"], final["classes"])
    promise_tidy(result, tree)


# MARK: The state directory


def in_a_namespace(*, size=None, read_only=False):
    """A wrapper that gives the tree a mount namespace of its own with another state directory."""
    own_user = [] if os.geteuid() == 0 else ["--map-root-user"]
    if subprocess.run(["unshare", "-m", *own_user, "true"], capture_output=True, check=False).returncode:
        raise NotHere("this host allows no mount namespaces")
    limits = ",".join(["mode=700", *([f"size={size}"] if size else []), *(["ro"] if read_only else [])])
    script = f'mount -t tmpfs -o {limits} tmpfs "$1" && shift && exec "$@"'
    return lambda state: ["unshare", "-m", *own_user, "sh", "-c", script, "sh", state]


def inside(tree, *command):
    own_user = [] if os.geteuid() == 0 else ["-U", "--preserve-credentials"]
    return subprocess.run(["nsenter", "-t", str(tree.child.pid), "-m", *own_user, *command], capture_output=True, text=True, check=True)


def refusals(rig, tree, load, begin, end, names):
    """Between `begin` and `end` requests cannot be recorded: they are refused in words, and never answered without an event."""
    result = rig.result
    load.wait_for_more(50)
    before = tree.wait_serving(2)
    begin()
    word = load.wait_for("requests that are refused", lambda s: any(name.startswith("status_5") for name in s["classes"]), 60)
    load.wait_for("many of them", lambda s: sum(s["classes"].values()) > sum(word["classes"].values()) + 50, 30)
    ready_meanwhile = status_of(tree.port, "/readyz")
    # A worker that dies now must find its successor.
    victim = sorted(before.values())[0]
    kill(victim, signal.SIGKILL)
    workers = lambda: {pid for pid, name in tree.children().items() if name.startswith("kt-worker")} - {victim}  # noqa: E731
    wait_until("a successor in these conditions", lambda: len(workers()) == 2, 10)
    end()
    freed = time.monotonic()

    def calm_again():
        lost = load.stats()["lost"]
        return load.wait_for_more(100)["lost"] == lost and time.monotonic()

    back = wait_until("answers without refusals", calm_again, 20) - freed
    truth = wait_until("gateway.json tells of the successor", lambda: (lambda s: len(s) == 2 and victim not in s.values() and s)(tree.serving()), 10)
    calm = load.stats()
    load.wait_for_more(100)
    final = load.quit()
    result.figure("refused meanwhile", json.dumps(final["classes"]))
    result.figure("/readyz meanwhile", ready_meanwhile)
    result.figure("answers again after (s)", back)
    allowed = {"status_500", "status_503", "reset_before", "lost_idle_race", "truncated"}
    result.promise(f"{names}: requests are refused in words", set(final["classes"]) <= allowed, final["classes"])
    result.promise("at most the killed worker's requests are broken off", sum(final["classes"].get(c, 0) for c in allowed if c[0] != "s") <= 24, final["classes"])
    result.promise("no refusal any more 4 s later", back <= 4, f"{back:.2f} s")
    result.promise("afterwards nothing is lost", final["lost"] - calm["lost"] <= calm["outstanding"], final["classes"])
    result.promise("the other worker lives on", set(truth.values()) & set(before.values()), tree.workers())
    return final


def state_full(rig):
    """The state directory has sixteen mebibytes, and is then full to its last byte."""
    wrapper = in_a_namespace(size="16m")
    tree = rig.tree(mounts=wrapper)
    load = rig.load(tree, plain=8, keep=8, rate=200)
    filler = tree.view / "filler"

    def fill():
        file = os.open(filler, os.O_WRONLY | os.O_CREAT, 0o600)
        with contextlib.suppress(OSError):
            while os.write(file, bytes(4096)):
                pass
        os.close(file)

    final = refusals(rig, tree, load, fill, filler.unlink, "full")
    promise_events(rig.result, tree, load, final, 10)


def state_read_only(rig):
    """A state directory that nobody can write to: at the start, and later."""
    wrapper = in_a_namespace(read_only=True)
    tree = rig.tree(mounts=wrapper, waits=False)
    with contextlib.suppress(subprocess.TimeoutExpired):
        tree.child.wait(10)
    words = tree.log_text()
    rig.result.figure("started on a read-only state directory", f"exit {tree.child.returncode}: {words.strip().splitlines()[-1][:160] if words.strip() else ''}")
    rig.result.promise("it does not start without a place for its events, and says why", tree.child.returncode not in (None, 0) and words.strip(), "")

    tree = rig.tree(mounts=in_a_namespace())
    load = rig.load(tree, plain=8, keep=8, rate=200)
    state = str(tree.state)
    refusals(
        rig, tree, load, lambda: inside(tree, "mount", "-t", "tmpfs", "-o", "ro", "tmpfs", state), lambda: inside(tree, "umount", state), "read-only")  # fmt: skip


# MARK: Clocks


def clock_jump(rig):
    """The time of day jumps; nothing that waits, counts or watches may notice."""
    result = rig.result
    shim = compiled("clock-shift.c", rig.folder / "clock-shift.so", "-shared", "-fPIC")
    shift = rig.folder / "shift"
    shift.write_bytes(struct.pack("<q", 0))
    notify = rig.own(NotifySocket(rig.folder))
    variables = {"LD_PRELOAD": str(shim), "KT_CLOCK_SHIFT": str(shift), **notify.variables(4)}
    tree = rig.tree(environment=variables)
    load = rig.load(tree, plain=8, keep=16, streams=min(rig.options.streams, 60), rate=300)
    load.wait_for_streams(10)
    before = tree.wait_serving(2)
    jumps = (86_400, -86_400, 3600, -7200, 400 * 86_400, 0)
    years = set()
    for jump in jumps[: rig.options.count or len(jumps)]:
        with open(shift, "r+b") as file:
            file.write(struct.pack("<q", jump))
        load.wait_for_more(300)
        years |= {event["time"][:10] for event in tree.events()[-50:]}
    fed = notify.times("WATCHDOG=1")
    gap = max((b - a for a, b in zip(fed, fed[1:])), default=99)
    final = load.quit()
    promise_no_loss(result, final)
    promise_events(result, tree, load, final)
    identifiers = [event["id"] for event in tree.events()]
    result.figure("dates in the events", len(years))
    result.figure("longest pause between two WATCHDOG notices (s)", gap)
    result.promise("the shim was at work: events follow the clock", len(years) > 1, sorted(years))
    result.promise("no worker is taken for hung", tree.serving() == before, tree.workers())
    result.promise("the watchdog is fed on time", gap < 3, f"{gap:.2f} s")
    result.promise("event identifiers stay unique", len(identifiers) == len(set(identifiers)), len(identifiers) - len(set(identifiers)))


# MARK: Idle


def switches(pids):
    """Voluntary context switches of all threads: each is one wake-up."""
    total = {}
    for pid in pids:
        for status in pathlib.Path(f"/proc/{pid}/task").glob("*/status"):
            with contextlib.suppress(OSError):
                text = status.read_text()
                name = re.search(r"^Name:\s+(\S+)", text, re.M).group(1)
                total[name] = total.get(name, 0) + int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", text, re.M).group(1))
    return total


def idle(rig):
    """What the whole tree costs while nobody asks."""
    result, seconds = rig.result, rig.options.seconds or 10
    notify = rig.own(NotifySocket(rig.folder))
    tree = rig.tree(environment=notify.variables(20))
    tree.wait_serving(2)
    # One request through each path first: what it leaves behind (kept connections) is part of the cost.
    load = rig.load(tree, plain=2, keep=2, rate=50)
    load.wait_for_more(50)
    load.quit()
    settled = time.monotonic()
    wait_until("the end of what follows a start", lambda: time.monotonic() - settled > min(5, seconds), 10, 0.5)
    pids = [tree.child.pid, *tree.children()]
    began, before, used = time.monotonic(), switches(pids), processor_seconds(pids)
    wait_until("the time of the measurement", lambda: time.monotonic() - began >= seconds, seconds + 5, 0.5)
    taken, after, used = time.monotonic() - began, switches(pids), processor_seconds(pids) - used
    by_name = {name: round((after[name] - before.get(name, 0)) / taken, 2) for name in after}
    total = sum(by_name.values())
    result.figure("wake-ups a second", by_name)
    result.figure("processor time a second (ms)", used / taken * 1000)
    result.promise("at most 5 wake-ups a second in the whole tree", total <= 5, f"{total:.2f}")


SCENARIOS = {
    "few-descriptors": few_descriptors, "state-full": state_full, "state-read-only": state_read_only, "clock-jump": clock_jump, "idle": idle,
}  # fmt: skip
