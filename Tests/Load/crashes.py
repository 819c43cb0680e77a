"""A process of the tree dies, stops or is poisoned."""

import bisect
import json
import os
import signal
import statistics
import time

from rig import FAULTS, MESSAGES, NotifySocket, alive, kill, promise_events, promise_tidy, quantile, status_of, wait_until

# From the kill to the client's reading the reset.
SEEN_WITHIN = 1.0
# A request that was on its way into the victim's socket, or in it and not yet read, has no event.
UNREAD_WITHIN = 0.1


def match_losses(result, final, found, ends, pool):
    """`ends`: (time of the kill, time of its last possible consequence, slot). Losses must come from them and nothing else."""
    times = [began for began, _, _ in ends]
    strangers, unread, in_flight, elsewhere = [], [], [], []
    for loss in final["losses"]:
        at = bisect.bisect_right(times, loss["ended"]) - 1
        if at < 0 or loss["ended"] > ends[at][1] or loss["class"] not in ("reset_before", "lost_idle_race", "truncated"):
            strangers.append(loss)
            continue
        events = found.get(loss["id"], [])
        if not events and loss["sent"] >= times[at] - UNREAD_WITHIN:
            unread.append(loss)
        elif [outcome for outcome, _ in events] == ["aborted"] or events and loss["class"] != "truncated" and events[0][0] in ("completed", "client_closed"):
            (in_flight if events[0][1] == ends[at][2] % pool else elsewhere).append(loss)
        else:
            strangers.append(loss)
    aborted = [(i, worker) for i, events in found.items() for outcome, worker in events if outcome == "aborted"]
    result.figure("deaths", len(ends))
    result.figure("exchanges", final["started"])
    result.figure("lost in flight on the victim, with an event", len(in_flight))
    result.figure("lost unread in the victim's sockets, no event", len(unread))
    result.figure("aborted events", len(aborted))
    result.figure("losses by class", json.dumps(final["classes"]))
    lost = {loss["id"] for loss in final["losses"]}
    result.promise("0 refused connections", not final["classes"].get("refused") and not final["classes"].get("connect_failed"), final["classes"])
    result.promise("nothing is lost but what was in flight on the victim", not strangers and not elsewhere, (strangers + elsewhere)[:3] or "")
    result.promise("every aborted event is a loss that a client saw", all(i in lost for i, _ in aborted), [a for a in aborted if a[0] not in lost][:3] or "")


# A worker that served this long is replaced at once however often its slot died before; a younger one meets the back-off.
LONG_LIFE = 10.3


def deaths(rig, number, count, pool=4, rate=600):
    """Kills `count` random workers, one after the other, each when all serve and some more was answered."""
    result, options = rig.result, rig.options
    tree = rig.tree(rig.yaml(workers=pool))
    load = rig.load(tree, plain=32, keep=16, streams=options.streams, rate=rate, trace=True)
    load.wait_for("a warm load", lambda s: s["ok"] > 200 and s["open_streams"] > options.streams * 0.5)
    before = tree.descriptors()
    ends, took, steps, ready_at = [], [], [], {}
    for _ in range(count):
        pids = tree.wait_serving(pool, 45)
        old_enough = wait_until(
            "a worker of some age", lambda: [s for s in pids if time.monotonic() - ready_at.get(s, 0) > LONG_LIFE], LONG_LIFE + 5)  # fmt: skip
        slot = rig.random.choice(old_enough)
        victim = pids[slot]
        load.wait_for_more(rig.random.randint(40, 200))
        began = time.monotonic()
        kill(victim, number)

        def successor():
            return any(w["slot"] == slot and w["pid"] not in (None, victim) and w["state"] == "serving" for w in tree.workers())

        wait_until("a serving successor", successor, 45, pause=0.001)
        ready = time.monotonic()
        ready_at[slot] = ready
        took.append(ready - began)
        steps.append((began, ready))
        wait_until("the victim has gone", lambda: not alive(victim), 15, pause=0.002)
        ends.append((began, max(ready, time.monotonic()) + SEEN_WITHIN, slot))
    tree.wait_serving(pool, 45)
    load.wait_for_more(200)
    final = load.quit()
    found = promise_events(result, tree, load, final)
    match_losses(result, final, found, ends, pool)
    # Begun while the slot was vacant and answered after: they waited in the dead one's queue.
    waits = []
    for kind, outcome, _, began, _, _, ended, _ in load.traced():
        if kind == "plain" and outcome == "ok":
            at = bisect.bisect_right(steps, (began, float("inf"))) - 1
            if at >= 0 and began <= steps[at][1] <= ended:
                waits.append(ended - began)
    result.figure("successor ready, median (ms)", statistics.median(took) * 1000)
    result.figure("successor ready, p99 / max (ms)", f"{quantile(took, 0.99) * 1000:.0f} / {max(took) * 1000:.0f}")
    result.figure("connections that waited for a successor", len(waits))
    result.figure("their wait, p50 / p99 (ms)", f"{quantile(waits, 0.5) * 1000:.1f} / {quantile(waits, 0.99) * 1000:.1f}")
    result.promise("the successor is ready in < 50 ms (median)", statistics.median(took) < 0.05, f"{statistics.median(took) * 1000:.0f} ms")
    result.promise("queued connections are served within 50 ms (p99)", quantile(waits, 0.99) <= 0.05, f"{quantile(waits, 0.99) * 1000:.1f} ms of {len(waits)}")
    promise_tidy(result, tree, before)


def sigkill(rig):
    deaths(rig, signal.SIGKILL, rig.options.count or 100)


def sigsegv(rig):
    deaths(rig, signal.SIGSEGV, rig.options.count or 100)


def sigstop(rig):
    """A worker that stands still is steered around, then replaced; the others do not notice."""
    result, pool = rig.result, 2
    tree = rig.tree(rig.yaml(workers=pool))
    load = rig.load(tree, plain=1500, keep=16, streams=min(rig.options.streams, 60), rate=100, trace=True)
    ends, steps = [], []
    for _ in range(rig.options.count or 5):
        pids = tree.wait_serving(pool, 60)
        load.wait_for_more(200)
        slot = rig.random.choice(sorted(pids))
        began = time.monotonic()
        kill(pids[slot], signal.SIGSTOP)

        def replaced():
            return any(w["slot"] == slot and w["pid"] not in (None, pids[slot]) and w["state"] == "serving" for w in tree.workers())

        wait_until("a successor", replaced, 20, pause=0.005)
        steps.append((began, time.monotonic()))
        wait_until("the victim has gone", lambda: not alive(pids[slot]), 20, pause=0.01)
        ends.append((began, time.monotonic() + SEEN_WITHIN, slot))
        load.wait_for_more(100)
    final = load.quit()
    found = promise_events(result, tree, load, final)
    match_stopped(result, final, found, ends, pool)
    late = []
    for kind, outcome, _, began, _, _, ended, _ in load.traced():
        at = bisect.bisect_right(steps, (began, float("inf"))) - 1
        if kind == "plain" and outcome == "ok" and at >= 0 and steps[at][0] + 3.5 <= began <= steps[at][1]:
            late.append(ended - began)
    took = [ready - began for began, ready in steps]
    result.figure("replaced after (s)", ", ".join(f"{t:.2f}" for t in took))
    result.figure("begun after 3.5 s of standing still", len(late))
    result.promise("steered around after 3.5 s", late and max(late) < 0.5, f"slowest of {len(late)}: {max(late, default=0) * 1000:.0f} ms")
    result.promise("replaced within 8 s", max(took) <= 8, f"{max(took):.2f} s")
    promise_tidy(result, tree)


def match_stopped(result, final, found, ends, pool):
    """As above; but what went into the victim's sockets while it stood still was never read, however long ago."""
    strangers = []
    for loss in final["losses"]:
        inside = [e for e in ends if e[0] - 10 <= loss["began"] and e[0] <= loss["ended"] <= e[1]]
        events = found.get(loss["id"], [])
        good = inside and loss["class"] in ("reset_before", "lost_idle_race", "truncated") and (not events or events[0][1] == inside[0][2] % pool)
        if not good:
            strangers.append((loss, events))
    result.figure("losses by class", json.dumps(final["classes"]))
    result.promise("0 refused connections", not final["classes"].get("refused"), final["classes"])
    result.promise("the others are undisturbed: losses only on the stopped worker", not strangers, strangers[:3] or "")


def sigstop_all(rig):
    """All workers stand still: the service manager is told the truth."""
    result, pool = rig.result, 2
    notify = rig.own(NotifySocket(rig.folder))
    tree = rig.tree(rig.yaml(workers=pool), environment=notify.variables(2))
    wait_until("a WATCHDOG notice", lambda: len(notify.times("WATCHDOG=1")) > 2, 20)
    pids = tree.wait_serving(pool)
    began = time.monotonic()
    for pid in pids.values():
        kill(pid, signal.SIGSTOP)
    first_back = wait_until("a worker that serves again", lambda: set(tree.serving().values()) - set(pids.values()) and time.monotonic(), 30, 0.005)
    tree.wait_serving(pool, 30)
    wait_until("WATCHDOG again", lambda: [t for t in notify.times("WATCHDOG=1") if t > first_back], 20)
    wait_until("/readyz", tree.is_ready, 10)
    false_notices = [t - began for t in notify.times("WATCHDOG=1") if began + 3.5 < t < first_back]
    told = [words for at, words in notify.states() if began < at < first_back]
    result.figure("all stopped for (s)", first_back - began)
    result.figure("STATUS meanwhile", told[:3])
    result.promise("no WATCHDOG notice while no worker serves (after the 3.5 s in which it shows)", not false_notices, false_notices or "")
    result.promise("STATUS says so", told, "")
    result.promise("replaced within 8 s", first_back - began <= 8, f"{first_back - began:.2f} s")


def poison(rig):
    """A request that kills its worker is repeated by the SDK, and by people."""
    import openai

    result, pool = rig.result, 2
    tree = rig.tree(rig.faulty_yaml(workers=pool), environment=FAULTS)
    load = rig.load(tree, plain=8, keep=8, streams=min(rig.options.streams, 40), rate=200)
    load.wait_for_more(200)
    before = tree.wait_serving(pool)
    answers = []
    began = time.monotonic()
    with openai.OpenAI(base_url=tree.base_url, api_key="unused", timeout=20, max_retries=2) as client:
        for _ in range(3):
            try:
                client.chat.completions.create(model="plain", messages=[*MESSAGES, {"role": "user", "content": "kt-fault:crash"}])
                answers.append("200")
            except openai.APIStatusError as problem:
                answers.append(f"{problem.status_code} {problem.code}")
            except openai.APIConnectionError:
                answers.append("connection broken")
    tree.wait_serving(pool)
    after = tree.serving()
    load.wait_for_more(200)
    final = load.quit()
    promise_events(result, tree, load, final)
    policies = [e for e in tree.events() if "policy_crashed" in json.dumps(e)]
    result.figure("answers", answers)
    result.figure("taken (s)", time.monotonic() - began)
    result.promise("the poison kills one worker, not two", len(set(before.values()) - set(after.values())) == 1 and tree.restarts() == 1, tree.workers())
    result.promise("the repetitions are answered 400 policy_crash_quarantined", set(answers) == {"400 policy_crash_quarantined"}, answers)
    result.promise("one policy_crashed event names policy and request", len(policies) == 1, policies[:2] or "none")
    result.promise("0 refused connections", not final["classes"].get("refused"), final["classes"])


def supervisor_kill(rig):
    """The supervisor is killed: its children end, the next one serves, the spool is complete."""
    result, pool = rig.result, 2
    tree = rig.tree(rig.yaml(workers=pool))
    took, gone, missing_total = [], [], 0
    for round_number in range(rig.options.count or 20):
        load = rig.load(tree, plain=8, keep=8, streams=min(rig.options.streams, 40), rate=300, prefix=f"round{round_number}")
        load.wait_for("a warm load", lambda s: s["ok"] > 150)
        children = tree.children()
        tree.child.kill()
        tree.child.wait()
        killed = time.monotonic()
        tree.start()
        took.append(tree.ready_seconds)
        wait_until("the orphans have gone", lambda: not any(alive(pid) for pid in children), 20, pause=0.01)
        gone.append(time.monotonic() - killed)
        load.wait_for_more(50)
        final = load.quit()
        found, lost = tree.outcomes(load.prefix), {loss["id"] for loss in final["losses"]}
        missing = [i for i in (f"{load.prefix}-{n}" for n in range(1, final["requests"] + 1)) if i not in lost and i not in found]
        missing_total += len(missing) + sum(len(events) > 1 for events in found.values())
        if missing:
            result.note(f"round {round_number}: without event {missing[:5]}")
        load.stop()
    result.figure("rounds", len(took))
    result.figure("serves again, median / max (ms)", f"{statistics.median(took) * 1000:.0f} / {max(took) * 1000:.0f}")
    result.figure("children gone, max (s)", max(gone))
    result.promise("children drained and gone within 6 s", max(gone) <= 6, f"{max(gone):.2f} s")
    result.promise("a restarted one serves within 300 ms (median)", statistics.median(took) <= 0.3, f"{statistics.median(took) * 1000:.0f} ms")
    result.promise("the spool is complete: every answered request has exactly one event", missing_total == 0, missing_total)


def fork_bomb(rig):
    """Workers that die at once are not started again and again without a pause."""
    result = rig.result
    seconds = rig.options.seconds or 10
    tree = rig.tree(rig.yaml(workers=4))
    tree.wait_serving(4)
    seen, started = set(tree.serving().values()), 0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for pid, name in tree.children().items():
            if name.startswith("kt-worker") and kill(pid, signal.SIGKILL) and pid not in seen:
                seen.add(pid)
                started += 1
        time.sleep(0.002)
    state = (tree.status() or {}).get("state")
    states = sorted(w["state"] for w in tree.workers())
    ticks = os.sysconf("SC_CLK_TCK")
    fields = open(f"/proc/{tree.child.pid}/stat").read().rpartition(")")[2].split()
    used = (int(fields[11]) + int(fields[12])) / ticks
    ended = time.monotonic()
    tree.wait_serving(4, 45)
    result.figure("workers started in the bombardment", started)
    result.figure("per second and slot", started / seconds / 4)
    result.figure("state meanwhile", f"{state}, workers {states}")
    result.figure("supervisor's processor time (s)", used)
    result.figure("whole again after (s)", time.monotonic() - ended)
    # A death at once, then 100 ms doubled each time: in 10 s not ten a slot.
    result.promise("at most ten starts a slot in ten seconds", started <= 4 * 10 * max(1, seconds / 10), started)
    result.promise("the supervisor stays alive and idle", tree.child.poll() is None and used < seconds * 0.2, f"{used:.2f} s in {seconds:.0f} s")
    result.promise("the pool is whole again within the longest back-off", time.monotonic() - ended <= 31, f"{time.monotonic() - ended:.1f} s")
    result.promise("and serves", status_of(tree.port, "/readyz") == 200, "")
    promise_tidy(result, tree)


SCENARIOS = {
    "sigkill": sigkill, "sigsegv": sigsegv, "sigstop": sigstop, "sigstop-all": sigstop_all, "poison": poison,
    "supervisor-kill": supervisor_kill, "fork-bomb": fork_bomb,
}  # fmt: skip
