"""Injuries at random, and a dozen ways to break the supervisor's world on purpose."""

import bisect
import contextlib
import json
import os
import shutil
import signal
import socket
import time

from rig import FAULTS, NotifySocket, alive, compiled, free_port, kill, promise_events, promise_tidy, status_of, wait_until

INJURIES = (
    ("worker", signal.SIGKILL), ("worker", signal.SIGSEGV), ("worker", signal.SIGSTOP), ("worker", signal.SIGABRT),
    ("worker", signal.SIGTERM), ("any child", signal.SIGKILL), ("two workers", signal.SIGKILL), ("supervisor", signal.SIGKILL),
    ("supervisor", signal.SIGSTOP), ("supervisor", signal.SIGHUP), ("compiler", signal.SIGKILL),
)  # fmt: skip
# How rarely each of them, relative to the others.
WEIGHTS = (10, 6, 3, 3, 2, 4, 3, 1, 1, 3, 2)


def injure(rig, tree):
    """One injury; (words, whether the port may refuse, the longest time that its consequences may last)."""
    (who, number), *_ = rig.random.choices(INJURIES, WEIGHTS)
    children = tree.children()
    workers = [pid for pid, name in children.items() if name.startswith("kt-worker")]
    name = signal.Signals(number).name
    if who == "supervisor" and number == signal.SIGKILL:
        orphans = list(children)
        tree.child.kill()
        tree.child.wait()
        tree.start(waits=False)
        return f"{name} of the supervisor", orphans, 15
    if who == "supervisor":
        kill(tree.child.pid, number)
        if number == signal.SIGSTOP:
            stood_still = time.monotonic()
            pause = rig.random.uniform(0.2, 4)
            wait_until("the end of the pause", lambda: time.monotonic() - stood_still > pause, 10, 0.05)
            kill(tree.child.pid, signal.SIGCONT)
        return f"{name} of the supervisor", [], 12
    if who == "compiler":
        kill(tree.child.pid, signal.SIGHUP)
        with contextlib.suppress(AssertionError):
            found = wait_until("kt-compile", lambda: [p for p, n in tree.children().items() if n.startswith("kt-compile")], 0.5, 0.001)
            kill(found[0], number)
        return f"{name} of kt-compile", [], 12
    if not workers:
        return "nobody", [], 1
    victims = rig.random.sample(workers, min(len(workers), 2)) if who == "two workers" else [rig.random.choice(workers if who == "worker" else list(children))]
    for victim in victims:
        kill(victim, number)
    return f"{name} of {who}", victims if number == signal.SIGSTOP else [], 14 if number == signal.SIGSTOP else 8


def random_storm(rig):
    """Any process, any moment, open-loop load; the seed is in the report."""
    result, options = rig.result, rig.options
    seconds = options.seconds or 600
    tree = rig.tree(rig.yaml(workers=3))
    load = rig.load(tree, plain=64, keep=24, streams=options.streams, rate=300, timeout_ms=20000, trace=True)
    load.wait_for("a warm load", lambda s: s["ok"] > 300)
    began, log, refusing, next_injury = time.monotonic(), [], [], 0.0
    gone = []
    while time.monotonic() - began < seconds:
        now = time.monotonic()
        if now < next_injury:
            time.sleep(min(0.05, next_injury - now))
            continue
        at = time.monotonic()
        words, victims, lasts = injure(rig, tree)
        if words == "SIGKILL of the supervisor":
            wait_until("the restarted one serves", lambda: tree._alive_and(tree.is_ready)(), 20, 0.01)
            refusing.append((at, time.monotonic()))
            gone += victims
        log.append((at, at + lasts, words))
        next_injury = time.monotonic() + rig.random.expovariate(1 / 2.0) + 0.05
    calm = time.monotonic()
    tree.wait_serving(3, 60)
    wait_until("all injured ones have gone", lambda: not any(alive(pid) for pid in gone), 15, 0.05)
    wait_until("the consequences are over", lambda: time.monotonic() - calm > 3, 60, 0.1)
    quiet = load.stats()
    load.wait_for_more(500)
    final = load.quit()
    times = [at for at, _, _ in log]
    strangers, refused, late = [], [], []
    for loss in final["losses"]:
        recent = [words for at, until, words in log[max(0, bisect.bisect_right(times, loss["ended"]) - 12) :] if at <= loss["ended"] <= until]
        if not recent:
            strangers.append(loss)
        if loss["class"] in ("refused", "connect_failed") and not any(a - 0.01 <= loss["ended"] <= b + 6 for a, b in refusing):
            refused.append(loss)
        if loss["class"] in ("timed_out", "malformed") or loss["class"] == "status" and loss["status"] != 503:
            late.append(loss)
    kinds = {}
    for _, _, words in log:
        kinds[words] = kinds.get(words, 0) + 1
    result.figure("injuries", len(log))
    result.figure("by kind", json.dumps(kinds))
    result.figure("exchanges", final["started"])
    result.figure("lost", json.dumps(final["classes"]))
    result.promise("every loss belongs to an injury", not strangers, strangers[:3] or "")
    result.promise("a port refuses only while its supervisor is dead", not refused, refused[:3] or "")
    result.promise("no answer is wrong, none is missing for ever", not late, late[:3] or "")
    result.promise("afterwards nothing is lost", final["lost"] - quiet["lost"] <= quiet["outstanding"], final["lost"] - quiet["lost"])
    promise_events(result, tree, load, final, 60)
    promise_tidy(result, tree)


# MARK: A dozen ways to break it


def truth(tree):
    """What is told outside: (state, serving slots, /readyz)."""
    status = tree.status() or {}
    return status.get("state"), len(tree.serving()), status_of(tree.port, "/readyz")


def break_supervisor(rig):
    """Each way of breaking must show: in gateway.json, in /readyz, in STATUS, and in the watchdog's silence."""
    ways = [
        compiler_missing, worker_missing, demo_missing, compiler_hangs, compiler_dies, workers_end_at_once, address_taken, all_workers_stopped, one_slot_failing,
        state_lost, supervisor_stopped, reload_compiler_hangs, reload_workers_die,
    ]  # fmt: skip
    for way in ways[: rig.options.count or len(ways)]:
        try:
            way(rig)
        except Exception as problem:  # noqa: BLE001: the next way is tried all the same
            rig.result.promise(way.__doc__, False, f"{type(problem).__name__}: {problem}".splitlines()[0][:200])


def ended_with_words(rig, tree, words, notify=None):
    with contextlib.suppress(Exception):
        tree.child.wait(30)
    told = tree.log_text().strip().splitlines()
    kept = tree.child.returncode not in (None, 0) and bool(told)
    if notify:
        kept = kept and not notify.times("READY=1")
    rig.result.promise(words, kept, f"exit {tree.child.returncode}: {told[-1][:160] if told else 'no word'}")


def without(rig, program):
    folder = rig.binaries(f"without-{program}")
    (folder / program).unlink()
    return folder


def socket_folder(rig):
    folder = rig.folder / f"notify{len(rig.started)}"
    folder.mkdir()
    return rig.own(NotifySocket(folder))


def compiler_missing(rig):
    """kt-compile is not there: it does not start, and says why"""
    notify = socket_folder(rig)
    tree = rig.tree(binaries=without(rig, "kt-compile"), waits=False, environment=notify.variables())
    ended_with_words(rig, tree, compiler_missing.__doc__, notify)


def worker_missing(rig):
    """kt-worker is not there: it does not start, and says why"""
    notify = socket_folder(rig)
    tree = rig.tree(binaries=without(rig, "kt-worker"), waits=False, environment=notify.variables())
    ended_with_words(rig, tree, worker_missing.__doc__, notify)


def demo_missing(rig):
    """kt-demo is asked for and not there: it does not start, or serves without it, and says so"""
    yaml = rig.yaml().replace("  targets:\n", "  targets:\n    - { id: demo, provider: demo, model: demo }\n", 1)
    tree = rig.tree(yaml, binaries=without(rig, "kt-demo"), waits=False)
    wait_until("an end or a start", lambda: tree.child.poll() is not None or tree.is_ready(), 20)
    told = "demo" in tree.log_text()
    rig.result.promise(demo_missing.__doc__, told, (tree.log_text().strip().splitlines() or [""])[-1][:160])
    tree.stop()


def with_stub(rig, program, behaviour):
    folder = rig.binaries(f"{program}-{behaviour[:5]}")
    (folder / program).unlink()
    compiled("stub.c", folder / program, f"-DBEHAVIOUR={behaviour}")
    return folder


def compiler_hangs(rig):
    """kt-compile hangs: after ten seconds it does not start, and says why"""
    folder = with_stub(rig, "kt-compile", "sleep(60)")
    notify = socket_folder(rig)
    began = time.monotonic()
    tree = rig.tree(binaries=folder, waits=False, environment=notify.variables())
    ended_with_words(rig, tree, compiler_hangs.__doc__, notify)
    rig.result.promise("… within its time", time.monotonic() - began < 15, f"{time.monotonic() - began:.1f} s")


def compiler_dies(rig):
    """kt-compile crashes: it does not start, and says why"""
    folder = with_stub(rig, "kt-compile", "abort()")
    notify = socket_folder(rig)
    tree = rig.tree(binaries=folder, waits=False, environment=notify.variables())
    ended_with_words(rig, tree, compiler_dies.__doc__, notify)


def workers_end_at_once(rig):
    """every worker ends at once at the start: READY is never said, and it gives up with words"""
    notify = socket_folder(rig)
    tree = rig.tree(binaries=with_stub(rig, "kt-worker", "_exit(3)"), waits=False, environment=notify.variables(2))
    ended_with_words(rig, tree, workers_end_at_once.__doc__, notify)


def address_taken(rig):
    """the address belongs to another program: it does not start, and says why"""
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        notify = socket_folder(rig)
        tree = rig.tree(ports=[port], waits=False, environment=notify.variables())
        ended_with_words(rig, tree, address_taken.__doc__, notify)


def all_workers_stopped(rig):
    """all workers stand still: not ready, not fed, STATUS says so; then they are replaced"""
    notify = socket_folder(rig)
    tree = rig.tree(environment=notify.variables(2))
    wait_until("a WATCHDOG notice", lambda: len(notify.times("WATCHDOG=1")) > 1, 10)
    pids = set(tree.wait_serving(2).values())
    began = time.monotonic()
    for pid in pids:
        kill(pid, signal.SIGSTOP)
    shown = wait_until("gateway.json without a serving worker", lambda: not set(tree.serving().values()) and truth(tree)[0], 6)
    back = wait_until("a successor", lambda: set(tree.serving().values()) - pids and time.monotonic(), 20, 0.005)
    fed = [t for t in notify.times("WATCHDOG=1") if began + 3.5 < t < back]
    told = [words for at, words in notify.states() if began < at < back]
    rig.result.promise(all_workers_stopped.__doc__, not fed and told and shown != "serving", f"state {shown}, fed {len(fed)} times, STATUS {told[:2]}")
    tree.stop()


def one_slot_failing(rig):
    """one slot dies again and again: it is shown as in back-off, with its restarts, and the other serves"""
    notify = socket_folder(rig)
    tree = rig.tree(environment=notify.variables(2))
    other = tree.wait_serving(2)[1]
    for _ in range(6):
        # gateway.json may still name the one before.
        pid = wait_until(
            "a worker in slot 0", lambda: next((w["pid"] for w in tree.workers() if w["slot"] == 0 and w["pid"] and alive(w["pid"])), None), 30, 0.002)  # fmt: skip
        kill(pid, signal.SIGKILL)
        wait_until("its end", lambda gone=pid: not alive(gone), 5, 0.002)
    shown = wait_until("back-off in gateway.json", lambda: next((w for w in tree.workers() if w["slot"] == 0 and w["state"] == "backoff"), None), 5, 0.002)
    asked = [status_of(tree.port, "/readyz") for _ in range(20)]
    rig.result.promise(
        one_slot_failing.__doc__, shown["restarts"] >= 4 and asked == [200] * 20 and other in tree.serving().values(), f"{shown}, 20 times /readyz: {set(asked)}")  # fmt: skip
    tree.wait_serving(2, 30)
    tree.stop()


def state_lost(rig):
    """the state directory is removed: what cannot be recorded is not served, and comes back with the directory"""
    tree = rig.tree()
    shutil.move(tree.state, f"{tree.state}-gone")
    seen = wait_until("/readyz 503", lambda: status_of(tree.port, "/readyz") == 503, 10)
    shutil.move(f"{tree.state}-gone", tree.state)
    back = wait_until("/readyz 200", lambda: status_of(tree.port, "/readyz") == 200, 10)
    rig.result.promise(state_lost.__doc__, seen and back, "")
    tree.stop()


def supervisor_stopped(rig):
    """the supervisor stands still: nobody feeds the watchdog, the workers serve on, and nobody dies when it wakes"""
    notify = socket_folder(rig)
    tree = rig.tree(environment=notify.variables(2))
    before = tree.wait_serving(2)
    load = rig.load(tree, plain=4, keep=4, rate=100)
    load.wait_for_more(50)
    began = time.monotonic()
    kill(tree.child.pid, signal.SIGSTOP)
    wait_until("seven seconds", lambda: time.monotonic() - began > 7, 10, 0.1)
    fed = [t for t in notify.times("WATCHDOG=1") if t > began + 0.2]
    kill(tree.child.pid, signal.SIGCONT)
    load.wait_for_more(200)
    final = load.quit()
    rig.result.promise(
        supervisor_stopped.__doc__, not fed and final["lost"] == 0 and tree.serving() == before, f"fed {len(fed)} times, lost {final['lost']}, {tree.workers()}")  # fmt: skip
    tree.stop()


def reload_fails(rig, words, seconds, **options):
    """A new configuration that cannot come into force: the old one serves, and everybody is told."""
    notify = socket_folder(rig)
    tree = rig.tree(environment={**FAULTS, **notify.variables(4)})
    load = rig.load(tree, plain=4, keep=4, rate=100)
    load.wait_for_more(50)
    before, pids = tree.status(), tree.wait_serving(2)
    tree.config.write_text(rig.faulty_yaml(**options))
    began = time.monotonic()
    ended = tree.kt("reload", seconds=60)
    took = time.monotonic() - began
    load.wait_for_more(100)
    final, after = load.quit(), tree.status()
    told = [text for at, text in notify.states() if at > began]
    ready_again = notify.times("READY=1")[1:]
    fed = [began, *(t for t in notify.times("WATCHDOG=1") if t > began), time.monotonic()]
    result = rig.result
    result.promise(words, ended.returncode == 1 and took < seconds, f"exit {ended.returncode} after {took:.1f} s: {(ended.stdout + ended.stderr).strip()[-200:]}")
    result.promise("… and the old one goes on without a loss", final["lost"] == 0 and tree.serving() == pids, f"{final['classes']} {tree.workers()}")
    same = after["config"]["hash"] == before["config"]["hash"] and after["state"] == "serving"
    result.promise("… and status, STATUS and READY tell it", same and ready_again and any("reload" in t.lower() for t in told), told[-2:])
    result.promise("… and the watchdog was fed all the while", max(b - a for a, b in zip(fed, fed[1:])) < 3, "")
    tree.stop()


def reload_compiler_hangs(rig):
    """kt-compile hangs at a reload: after ten seconds the caller gets an error"""
    reload_fails(rig, reload_compiler_hangs.__doc__, 15, compile="hang")


def reload_workers_die(rig):
    """the new workers die at a reload: the caller gets an error"""
    reload_fails(rig, reload_workers_die.__doc__, 20, start="crash")


SCENARIOS = {"random": random_storm, "break-supervisor": break_supervisor}

