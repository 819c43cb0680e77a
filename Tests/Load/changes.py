"""Reloads and upgrades under load: nobody notices."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time


from rig import ROOT, free_port, promise_events, promise_no_loss, promise_tidy, quantile, target, wait_until

POLICY_SETS = (
    ("audit-logger",), ("pii-detector", "audit-logger"), ("prompt-injection", "audit-logger"), ("pii-detector", "safety-filter", "audit-logger"),
)  # fmt: skip

# What is broken, and how: (word for the report, change of the text).
BREAKAGES = (
    ("a worker count that is a word", lambda y: re.sub(r"workers: \d+", "workers: several", y)),
    ("a worker count below one", lambda y: re.sub(r"workers: \d+", "workers: -1", y)),
    ("an unknown policy kind", lambda y: y.replace("chain: [", "chain: [no-such-policy, ")),
    ("a target twice", lambda y: y.replace("- id: brief", "- id: plain")),
    ("a bracket that nobody closes", lambda y: y.replace("pack: {", "pack: [{", 1)),
    ("a tab as indentation", lambda y: y.replace("  targets:", "\ttargets:", 1)),
    ("an unknown provider", lambda y: y.replace("provider: openai-compatible", "provider: nobody", 1)),
    ("an unknown key at the top", lambda y: y + "no_such_section: 1\n"),
    ("a strategy that does not exist", lambda y: re.sub(r"strategy: \w+", "strategy: hope", y)),
    ("an address that is none", lambda y: re.sub(r"base_url: \S+", "base_url: not-an-address", y, count=1)),
)


def variant(rig, tree, workers, number, ports):
    """One more configuration, with other policies, targets and addresses."""
    policies = POLICY_SETS[rig.random.randrange(len(POLICY_SETS))]
    extra = [(f"extra-{number}", target(rig.fake.url))] if rig.random.random() < 0.5 else []
    listen = ", ".join(f"127.0.0.1:{port}" for port in ports)
    return rig.yaml(workers=workers, policies=policies, targets=extra, gateway=f"  listen: [{listen}]\n")


def in_force(tree):
    status = tree.status() or {}
    return status.get("generation"), (status.get("config") or {}).get("hash")


def reload_by(rig, tree, way):
    """Asks for a reload; (went well, words). With a signal nobody answers, so the generation says it."""
    if way == "signal":
        generation, _ = in_force(tree)
        os.kill(tree.child.pid, signal.SIGHUP)
        wait_until("a new generation", lambda: (in_force(tree)[0] or 0) > generation, 60, 0.01)
        return True, ""
    ended = tree.kt("reload", seconds=90)
    return ended.returncode == 0, ended.stdout + ended.stderr


def reloads(rig):
    result, options = rig.result, rig.options
    count, broken_count = options.count or 100, max(1, (options.count or 100) // 5)
    exchanges = options.exchanges or (1_000_000 if not options.count else 0)
    ports = [free_port(), free_port()]
    yaml = rig.yaml(workers=2, gateway=f"  listen: [127.0.0.1:{ports[0]}]\n")
    tree = rig.tree(yaml, ports=ports[:1], says_listen=False)
    load = rig.load(tree, plain=8, keep=16, streams=options.streams)
    load.wait_for_streams(options.streams * 0.8)
    pid, workers, has_second, took, failed, counts = tree.child.pid, 2, False, [], [], []
    descriptors = tree.descriptors()
    broken_seen, silent, changed = 0, [], []
    good = 0
    while good < count or load.stats()["started"] < exchanges:
        if broken_seen < broken_count and good * broken_count >= broken_seen * count:
            name, change = BREAKAGES[broken_seen % len(BREAKAGES)]
            before, text = in_force(tree), tree.config.read_text()
            spoiled = change(text)
            assert spoiled != text, f"{name} changes nothing"
            tree.config.write_text(spoiled)
            went_well, words = reload_by(rig, tree, "command")
            tree.config.write_text(text)
            broken_seen += 1
            if went_well or not re.search(r"policy-config\.yaml:\d+", words):
                silent.append((name, went_well, words[-200:]))
            if in_force(tree) != before or tree.child.poll() is not None:
                changed.append(name)
            continue
        workers = rig.random.choice([n for n in (1, 2, 3, 4) if n != workers])
        if has_second:  # clients leave an address before it goes
            load.ask(f"addresses 127.0.0.1:{ports[0]}")
            load.wait_for_more(50)
        has_second = not has_second if good % 4 == 3 else has_second
        tree.config.write_text(variant(rig, tree, workers, good, ports[: 2 if has_second else 1]))
        way = "signal" if good % 7 == 6 else "command"
        began = time.monotonic()
        went_well, words = reload_by(rig, tree, way)
        took.append(time.monotonic() - began)
        if not went_well:
            failed.append(words[-300:])
        serving = wait_until("the new generation's workers", lambda n=workers: (lambda s: len(s) == n and s)(tree.serving()), 20, 0.01)
        counts.append(len(serving))
        if has_second:
            load.ask(f"addresses 127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}")
        good += 1
        load.wait_for_more(300)
    wait_until("the end of the drained generations", lambda: len({w["generation"] for w in tree.workers()}) == 1, 60, 0.1)
    final = load.quit()
    result.figure("reloads", good)
    result.figure("of them with other worker counts", len(set(counts)))
    result.figure("broken configurations", broken_seen)
    result.figure("a reload took, median / max (s)", f"{quantile(took, 0.5):.2f} / {max(took):.2f}")
    promise_no_loss(result, final, exchanges)
    result.promise("every good configuration came into force", not failed, failed[:2] or "")
    result.promise("every broken one was refused with file and line", broken_seen and not silent, silent[:3] or f"{broken_seen} tried")
    result.promise("and changed nothing", broken_seen and not changed, changed or "")
    result.promise("the supervisor is the same process", tree.child.poll() is None and (tree.status() or {}).get("pid") == pid, "")
    result.promise("no worker died", tree.restarts() == 0, tree.restarts())
    promise_events(result, tree, load, final)
    tree.config.write_text(rig.yaml(workers=2, gateway=f"  listen: [127.0.0.1:{ports[0]}]\n"))
    reload_by(rig, tree, "command")
    wait_until("one generation", lambda: len({w["generation"] for w in tree.workers()}) == 1, 60, 0.1)
    most = max(len(descriptors), len(descriptors) + 2 * 4 + 4)  # sockets of the two more indices and of the other address stay
    result.promise("descriptors do not pile up", len(tree.descriptors()) <= most, f"{len(descriptors)} -> {len(tree.descriptors())}")
    promise_tidy(result, tree)


def stamped(rig, version):
    """A copy of the build with another version."""
    folder = rig.binaries(f"build-{version}")
    for program in folder.iterdir():
        subprocess.run([ROOT / "tools/stamp-version.sh", str(program), version], check=True, capture_output=True, text=True)
    return folder


def install(source, destination):
    """As a package does: a new file takes the old one's name."""
    for program in pathlib.Path(source).iterdir():
        shutil.copy2(program, f"{destination}/.{program.name}.new")
        os.replace(f"{destination}/.{program.name}.new", f"{destination}/{program.name}")


def upgrades(rig):
    result, options = rig.result, rig.options
    count = options.count or 100
    builds = [pathlib.Path(b) for b in options.builds] or [stamped(rig, "9.9.1"), stamped(rig, "9.9.2")]
    installed = rig.binaries("installed", builds[0])
    tree = rig.tree(rig.yaml(workers=2), binaries=installed)
    load = rig.load(tree, plain=8, keep=16, streams=options.streams)
    load.wait_for_streams(options.streams * 0.8)
    pid, descriptors = tree.child.pid, tree.descriptors()
    versions, failed, took = [(tree.status() or {})["version"]], [], []
    for number in range(count):
        install(builds[(number + 1) % 2], installed)
        began = time.monotonic()
        ended = tree.kt("upgrade", seconds=90)
        took.append(time.monotonic() - began)
        if ended.returncode:
            failed.append((ended.stdout + ended.stderr)[-300:])
        tree.wait_serving(2, 20)
        versions.append((tree.status() or {}).get("version"))
        load.wait_for_more(300)
    # A build that cannot start is refused, and the old one goes on.
    (installed / ".kt-supervisor.new").write_bytes(b"\x7fELF is not enough")
    os.chmod(installed / ".kt-supervisor.new", 0o755)
    os.replace(installed / ".kt-supervisor.new", installed / "kt-supervisor")
    refused = tree.kt("upgrade", seconds=60)
    load.wait_for_more(300)
    final = load.quit()
    result.figure("upgrades", count)
    result.figure("versions seen", sorted(set(map(str, versions))))
    result.figure("an upgrade took, median / max (s)", f"{quantile(took, 0.5):.2f} / {max(took):.2f}")
    promise_no_loss(result, final)
    result.promise("every upgrade went well", not failed, failed[:2] or "")
    result.promise("the version changed each time", all(a != b for a, b in zip(versions, versions[1:])), len(set(versions)))
    result.promise("the process is the same", tree.child.poll() is None and (tree.status() or {}).get("pid") == pid, pid)
    result.promise("a broken build is refused, the old one goes on", refused.returncode != 0 and len(tree.serving()) == 2, (refused.stdout + refused.stderr)[-200:])
    promise_events(result, tree, load, final)
    wait_until("one generation", lambda: len({w["generation"] for w in tree.workers()}) == 1, 60, 0.1)
    result.promise("descriptors do not pile up", len(tree.descriptors()) <= len(descriptors) + 8, f"{len(descriptors)} -> {len(tree.descriptors())}")
    promise_tidy(result, tree)


SCENARIOS = {"reloads": reloads, "upgrades": upgrades}

