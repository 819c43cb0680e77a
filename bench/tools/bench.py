#!/usr/bin/env python3
"""Compares kt with nginx on this machine: CPU per plain request and per streamed event, start time, idle memory.

    bench/tools/bench.py [--mock-upstream FOLDER] [--kt FOLDER] [--rounds N] [--seconds S] [--only NAME,...] [--write]

The proxy under test runs on core 0; the fake provider and the load run on core 1. All processes are ours and on loopback.
With --write the table goes into docs/performance.md between its markers.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench"
PROXY_CORE = "0"
LOAD_CORE = "1"
CONNECTIONS = 32
STREAMS = 300
EVENTS_PER_STREAM_SECOND = 50
TICKS = os.sysconf("SC_CLK_TCK")
DEADLINE_SECONDS = 20

# What the issue asks for, as a ratio to nginx `proxy_pass` in the same run.
TARGETS = {"kt, empty chain": (2.0, 1.1), "kt, four policies": (2.7, 1.3)}
READY_MS_MAX = 150
PSS_MIB_MAX = 30


class Failure(Exception):
    pass


def pinned(core, command):
    return ["taskset", "-c", core, *map(str, command)]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(what, test, seconds=DEADLINE_SECONDS, pause=0.01):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if test():
            return
        time.sleep(pause)
    raise Failure(f"{what}: not within {seconds} s")


def answers(port, path="/", method="GET", body=b"", ok=(200,)):
    """Whether the port answers `path` with one of the statuses; one raw request, so that polling costs little."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as s:
            s.sendall(head + body)
            first = s.recv(64)
        return len(first) > 12 and int(first[9:12]) in ok
    except (OSError, ValueError):
        return False


def tree(pid):
    """The process and all that descend from it."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = pathlib.Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue
            children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry))
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        todo += children.get(one, [])
    return found


def cpu_seconds(pid):
    """utime + stime of the tree."""
    total = 0
    for one in tree(pid):
        try:
            fields = pathlib.Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def pss_kib(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+) kB", text, re.M).group(1))


class Process:
    def __init__(self, command, log, **options):
        self.log = open(log, "wb")
        self.child = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT, **options)
        self.pid = self.child.pid

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(10)
            except subprocess.TimeoutExpired:
                # A second signal makes the gateway end at once; only then by force.
                self.child.send_signal(signal.SIGTERM)
                try:
                    self.child.wait(3)
                except subprocess.TimeoutExpired:
                    self.child.kill()
                    self.child.wait()
        self.log.close()

    def check(self):
        if self.child.poll() is not None:
            raise Failure(f"{self.log.name}: ended with {self.child.returncode}:\n" + pathlib.Path(self.log.name).read_text()[-2000:])


def start_upstream(arguments, folder):
    if arguments.mock_upstream:
        build = folder / "mock-upstream"
        shutil.copytree(arguments.mock_upstream, build)
        subprocess.run(["make", "-s", "-C", build], check=True)
        program, port = build / "mock-upstream", free_port()
        process = Process(pinned(LOAD_CORE, [program, "-p", port]), folder / "upstream.log")
    else:
        program, port = pathlib.Path(arguments.kt) / "kt-demo", free_port()
        process = Process(pinned(LOAD_CORE, [program, "--listen", f"127.0.0.1:{port}"]), folder / "upstream.log")
    wait_until("fake provider", lambda: process.check() or answers(port, "/health"))
    return process, port


# MARK: Proxies under test


class Nginx:
    def __init__(self, name, template):
        self.name, self.template = name, template

    def start(self, folder, upstream_port):
        run = folder / self.template
        run.mkdir()
        self.port = free_port()
        text = (BENCH / "nginx" / f"{self.template}.conf.in").read_text()
        for key, value in {"RUN": run, "PORT": self.port, "UPSTREAM_PORT": upstream_port, "LUA": BENCH / "nginx"}.items():
            text = text.replace(f"@{key}@", str(value))
        if os.geteuid() == 0:
            text = "user root;\n" + text
        (run / "nginx.conf").write_text(text)
        self.process = Process(pinned(PROXY_CORE, ["nginx", "-e", run / "error.log", "-c", run / "nginx.conf"]), run / "log")
        wait_until(self.name, lambda: self.process.check() or answers(self.port, "/health", ok=(200, 401, 500)))


class Gateway:
    POLICIES = {
        "empty": ([], {}),
        "chain": (
            ["prompt-injection", "pii-detector", "safety-filter", "audit-logger"],
            {
                "prompt-injection": "{ threshold: 0.8, action: block }",
                "pii-detector": "{ action: redact }",
                "safety-filter": "{ mode: strict, action: block }",
                "audit-logger": "{ retention_days: 365 }",
            },
        ),
    }

    def __init__(self, name, binaries, chain):
        self.name, self.binaries, self.chain = name, binaries, chain
        self.starts = 0

    def start(self, folder, upstream_port, workers=1):
        self.starts += 1
        state = folder / f"kt-{self.chain}-{self.starts}"
        state.mkdir(exist_ok=True)
        (state / "gateway.json").unlink(missing_ok=True)
        chain, blocks = self.POLICIES[self.chain]
        lines = ["pack: { name: bench, version: 1.0.0 }", "policies:", f"  chain: [{', '.join(chain)}]"]
        if blocks:
            lines += ["policy:"] + [f"  {kind}: {options}" for kind, options in blocks.items()]
        lines += [
            "providers:",
            "  targets:",
            "    - id: bench",
            "      provider: openai-compatible",
            "      model: mock",
            f"      base_url: http://127.0.0.1:{upstream_port}/v1",
            "      secret_key_ref: { env: BENCH_UPSTREAM_KEY }",
            "    - id: bench-stream",
            "      provider: openai-compatible",
            f"      model: mock.chunks{self.stream_events}.interval{1000 // EVENTS_PER_STREAM_SECOND}",
            f"      base_url: http://127.0.0.1:{upstream_port}/v1",
            "      secret_key_ref: { env: BENCH_UPSTREAM_KEY }",
            "gateway:",
            "  limits: { connections_per_address: 16384 }",
        ]
        (state / "policy-config.yaml").write_text("\n".join(lines) + "\n")
        self.port = free_port()
        command = [
            pathlib.Path(self.binaries) / "kt", "gateway", "run", "--listen", f"127.0.0.1:{self.port}",
            "--admin-listen", f"127.0.0.1:{free_port()}", "--policy-config", state / "policy-config.yaml",
            "--workers", workers, "--max-concurrency", "4096", "--state-dir", state,
        ]  # fmt: skip
        environment = dict(os.environ, BENCH_UPSTREAM_KEY="upstream-key")
        began = time.monotonic()
        self.process = Process(pinned(PROXY_CORE, command), state / "log", env=environment)
        wait_until(self.name, lambda: self.process.check() or answers(self.port, "/readyz"), pause=0.001)
        self.ready_ms = (time.monotonic() - began) * 1000


# MARK: Measuring


def plain_round(proxy, seconds):
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", BENCH / "load/plain.lua", f"http://127.0.0.1:{proxy.port}"]
    before = cpu_seconds(proxy.process.pid)
    output = subprocess.run(pinned(LOAD_CORE, command), capture_output=True, text=True, timeout=seconds + 60, check=True).stdout
    used = cpu_seconds(proxy.process.pid) - before
    result = json.loads(re.search(r"^RESULT (.*)$", output, re.M).group(1))
    if not result["requests"] or result["failed"]:
        raise Failure(f"{proxy.name}: plain load: {result}")
    result["microseconds"] = used * 1e6 / result["requests"]
    return result


def stream_round(proxy, load, model, seconds):
    command = [load, "-p", proxy.port, "-n", STREAMS, "-t", seconds + 30, "-m", model]
    before = cpu_seconds(proxy.process.pid)
    output = subprocess.run(pinned(LOAD_CORE, command), capture_output=True, text=True, timeout=seconds + 60).stdout
    used = cpu_seconds(proxy.process.pid) - before
    result = json.loads(output)
    if result["failed"] or result["unfinished"] or not result["events"]:
        raise Failure(f"{proxy.name}: stream load: {result}")
    result["microseconds"] = used * 1e6 / result["events"]
    return result


def measure(proxy, folder, upstream_port, load, arguments, results):
    proxy.start(folder, upstream_port)
    try:
        model = "bench-stream" if isinstance(proxy, Gateway) else paced_model(arguments.seconds)
        plain_round(proxy, 1)  # warm
        # The bench's plain requests name the model "bench": a target of the gateway, and an ordinary answer of the fake.
        for _ in range(arguments.repeat):
            results[proxy.name]["plain"].append(plain_round(proxy, arguments.seconds))
            results[proxy.name]["stream"].append(stream_round(proxy, load, model, arguments.seconds))
    finally:
        proxy.process.stop()


def paced_model(seconds):
    return f"mock.chunks{seconds * EVENTS_PER_STREAM_SECOND}.interval{1000 // EVENTS_PER_STREAM_SECOND}"


def start_times(binaries, folder, upstream_port, count):
    """The first start compiles the patterns; later ones find them in the state directory."""
    times = []
    for _ in range(count):
        gateway = Gateway("kt", binaries, "chain")
        gateway.starts = 100
        gateway.start(folder, upstream_port, workers=2)
        times.append(gateway.ready_ms)
        gateway.process.stop()
    return times


def idle_memory(binaries, folder, upstream_port):
    """PSS in MiB of the supervisor and two workers, two seconds after they are ready."""
    gateway = Gateway("kt", binaries, "chain")
    gateway.starts = 200
    gateway.start(folder, upstream_port, workers=2)
    try:
        time.sleep(2)
        parts = {}
        for pid in tree(gateway.process.pid):
            name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
            parts[f"{name} {pid}"] = pss_kib(pid) / 1024
        return parts
    finally:
        gateway.process.stop()


# MARK: Report


def median(rows, key):
    return statistics.median(row[key] for row in rows) if rows else None


def table(results, ready, memory, arguments, upstream_name):
    base = results.get("nginx proxy_pass", {"plain": [], "stream": []})
    plain_base, stream_base = median(base["plain"], "microseconds"), median(base["stream"], "microseconds")
    when = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    lines = [
        f"Measured {when} on {platform.machine()}, {cpu_name()}, {os.cpu_count()} cores, Linux {platform.release()}; upstream"
        f" {upstream_name}; medians of {arguments.rounds} alternating rounds; plain: {CONNECTIONS} connections, 1 KiB prompts,"
        f" {arguments.seconds} s; streams: {STREAMS} at once, {EVENTS_PER_STREAM_SECOND} paced events/s each. CPU is utime + stime of the"
        " proxy's whole process tree, pinned to one core. Brackets: the least and the greatest round.",
        "",
        "| | CPU per request | × nginx | requests/s | p50 / p99 | CPU per event | × nginx | first event |",
        "|---|---|---|---|---|---|---|---|",
    ]
    verdicts = []
    for name, rows in results.items():
        plain, stream = median(rows["plain"], "microseconds"), median(rows["stream"], "microseconds")
        if plain is None:
            continue
        ratios = [plain / plain_base if plain_base else None, stream / stream_base if stream_base else None]
        cells = [f"{r:.2f}" if r else "" for r in ratios]
        spread = [f"({min(r['microseconds'] for r in rows[k]):.1f}-{max(r['microseconds'] for r in rows[k]):.1f})" for k in ("plain", "stream")]
        rate = statistics.median(r["requests"] / r["seconds"] for r in rows["plain"])
        lines.append(
            f"| {name} | {plain:.1f} µs {spread[0]} | {cells[0]} | {rate:.0f} | {median(rows['plain'], 'p50_ms'):.1f} /"
            f" {median(rows['plain'], 'p99_ms'):.1f} ms | {stream:.1f} µs {spread[1]} | {cells[1]} |"
            f" {median(rows['stream'], 'first_event_ms'):.1f} ms |"
        )
        for what, ratio, most in zip(("plain request", "streamed event"), ratios, TARGETS.get(name, ())):
            if ratio:
                verdicts.append(f"- {name}, {what}: {ratio:.2f} × nginx, wanted at most {most}: {'met' if ratio <= most else 'MISSED'}.")
    lua = results.get("nginx + Lua")
    ours = results.get("kt, four policies")
    if lua and ours and lua["plain"] and ours["plain"]:
        for key, what in (("plain", "plain request"), ("stream", "streamed event")):
            a, b = median(ours[key], "microseconds"), median(lua[key], "microseconds")
            verdicts.append(f"- kt with four policies against nginx + Lua, {what}: {a:.1f} µs to {b:.1f} µs: {'below it' if a < b else 'NOT below it'}.")
    if ready:
        first, value = ready[0], statistics.median(ready[1:])
        verdicts.append(
            f"- Ready after start (two workers, four policies): median {value:.0f} ms of {len(ready) - 1} starts, greatest {max(ready[1:]):.0f} ms"
            f" (the very first, which compiles the patterns: {first:.0f} ms),"
            f" wanted at most {READY_MS_MAX}: {'met' if value <= READY_MS_MAX else 'MISSED'}."
        )
    if memory:
        value = sum(memory.values())
        parts = ", ".join(f"{name.split()[0]} {size:.1f}" for name, size in memory.items())
        verdicts.append(
            f"- Idle PSS of the tree (two workers): {value:.1f} MiB ({parts}), wanted at most {PSS_MIB_MAX}:"
            f" {'met' if value <= PSS_MIB_MAX else 'MISSED'}."
        )
    return "\n".join(lines + [""] + verdicts) + "\n"


def cpu_name():
    match = re.search(r"^model name\s*:\s*(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    return match.group(1) if match else "unknown CPU"


def write_report(text):
    path = ROOT / "docs" / "performance.md"
    begin, end = "<!-- bench:begin -->", "<!-- bench:end -->"
    page = path.read_text() if path.exists() else f"# Performance\n\nBy `make bench`.\n\n{begin}\n{end}\n"
    head, _, rest = page.partition(begin)
    _, _, tail = rest.partition(end)
    path.write_text(f"{head}{begin}\n{text}{end}{tail}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mock-upstream", default=os.environ.get("MOCK_UPSTREAM"), help="folder with the source of mock-upstream; else kt-demo")
    parser.add_argument("--kt", default=os.environ.get("KT_BIN", str(ROOT / ".build/release")), help="folder with the built programs")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=1, help="measurements within a round")
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--only", help="names, or parts of them, separated by commas")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md, unless only a part was measured")
    arguments = parser.parse_args()
    if not (1 <= arguments.rounds <= 20 and 1 <= arguments.seconds <= 60 and 1 <= arguments.repeat <= 5):
        parser.error("1 to 20 rounds of 1 to 60 seconds")

    Gateway.stream_events = arguments.seconds * EVENTS_PER_STREAM_SECOND
    wanted = [w.strip() for w in arguments.only.split(",")] if arguments.only else [""]
    proxies = [
        Nginx("nginx proxy_pass", "proxy"),
        Nginx("nginx + Lua", "lua"),
        Gateway("kt, empty chain", arguments.kt, "empty"),
        Gateway("kt, four policies", arguments.kt, "chain"),
    ]
    proxies = [p for p in proxies if any(w in p.name for w in wanted)]
    results = {p.name: {"plain": [], "stream": []} for p in proxies}
    gateways = any(isinstance(p, Gateway) for p in proxies)
    ready, memory = [], {}
    with tempfile.TemporaryDirectory(prefix="kt-bench-") as name:
        folder = pathlib.Path(name)
        load = folder / "stream-load"
        subprocess.run(["cc", "-O2", "-o", load, BENCH / "load/stream-load.c"], check=True)
        upstream, upstream_port = start_upstream(arguments, folder)
        try:
            for number in range(arguments.rounds):
                # Alternating and in turned order, so that drift of the machine falls on all alike.
                for proxy in proxies[number % len(proxies):] + proxies[: number % len(proxies)]:
                    run = folder / f"round-{number}-{proxy.name.replace(' ', '-').replace(',', '')}"
                    run.mkdir()
                    measure(proxy, run, upstream_port, load, arguments, results)
                    plain, stream = results[proxy.name]["plain"][-1], results[proxy.name]["stream"][-1]
                    print(
                        f"round {number + 1}: {proxy.name}: {plain['microseconds']:.1f} µs/request, {stream['microseconds']:.1f} µs/event",
                        file=sys.stderr, flush=True,
                    )  # fmt: skip
            if gateways:
                ready = start_times(arguments.kt, folder, upstream_port, arguments.starts)
                memory = idle_memory(arguments.kt, folder, upstream_port)
        finally:
            upstream.stop()
    report = table(results, ready, memory, arguments, "mock-upstream" if arguments.mock_upstream else "kt-demo")
    print(report)
    if arguments.write and not arguments.only:
        write_report(report)


if __name__ == "__main__":
    try:
        main()
    except (Failure, subprocess.SubprocessError) as problem:
        sys.exit(f"bench: {problem}")
