"""What every scenario needs: a running tree that can be looked at from outside, a load on it, and promises that are kept or not."""

import contextlib
import dataclasses
import json
import os
import pathlib
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Integration"))

from harness import BINARIES, KEY, NO_BREAKER, ROOT, Fake, Gateway, configuration, free_port, status_of, target, wait_until  # noqa: E402, F401

MESSAGES = [{"role": "user", "content": "Good morning. What does the harbour master write in his book?"}]
PROGRAMS = ("kt", "kt-supervisor", "kt-worker", "kt-compile", "kt-demo", "kt-console")
# With it the hidden policy kind `test-fault` may be configured.
FAULTS = {"KEEPTRUSTS_TEST_FAULTS": "1"}
GCC = ["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-std=gnu17"]


def compiled(source, output, *flags):
    """A C file of this folder as a program."""
    subprocess.run([*GCC, *flags, "-o", output, HERE / source], check=True)
    return output


# MARK: Promises


class Result:
    """What a scenario has shown."""

    def __init__(self, scenario, seed):
        self.scenario, self.seed = scenario, seed
        self.promises, self.figures, self.notes = [], {}, []

    def promise(self, words, kept, seen=""):
        self.promises.append({"promise": words, "kept": bool(kept), "seen": str(seen)})

    def figure(self, name, value):
        self.figures[name] = round(value, 4) if isinstance(value, float) else value

    def note(self, words):
        self.notes.append(words)

    @property
    def broken(self):
        return [p for p in self.promises if not p["kept"]]

    def table(self):
        lines = [f"{self.scenario} (seed {self.seed})"]
        lines += [f"  {name:<44} {value}" for name, value in self.figures.items()]
        lines += [f"  {'kept  ' if p['kept'] else 'BROKEN'} {p['promise']}" + (f": {p['seen']}" if p["seen"] else "") for p in self.promises]
        lines += [f"  note   {words}" for words in self.notes]
        return "\n".join(lines)

    def document(self):
        return {
            "scenario": self.scenario, "seed": self.seed, "kept": not self.broken, "promises": self.promises, "figures": self.figures,
            "notes": self.notes,
        }  # fmt: skip


@dataclasses.dataclass
class Options:
    count: int = 0
    seconds: float = 0
    exchanges: int = 0
    streams: int = 200
    seed: int = 1
    folder: pathlib.Path | None = None
    builds: tuple = ()
    keep: bool = False


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0


# MARK: Load


class Load:
    """The load client (load.c) as a child."""

    def __init__(self, rig, addresses, plain=8, keep=16, streams=0, rate=0, pause_ms=20, timeout_ms=15000, prefix="load", trace=False):
        self.prefix = prefix
        self.trace = rig.folder / f"{prefix}.trace" if trace else None
        command = [
            rig.load_program, "--address", ",".join(addresses), "--plain", plain, "--keep", keep, "--streams", streams, "--rate", rate,
            "--pause-ms", pause_ms, "--timeout-ms", timeout_ms, "--prefix", prefix, "--seed", rig.options.seed,
            "--body", rig.body("plain", "plain"), "--body", rig.body("long", "plain", text=8000),
            "--stream-body", rig.body("stream", "stream", stream=True), "--stream-body", rig.body("brief", "brief", stream=True),
        ]  # fmt: skip
        if trace:
            command += ["--trace", self.trace]
        self.child = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.final = None

    def ask(self, line, seconds=30):
        self.child.stdin.write(line + "\n")
        return self._answer(line, seconds)

    def _answer(self, line, seconds):
        assert select.select([self.child.stdout], [], [], seconds)[0], f"the load client does not answer {line!r}"
        text = self.child.stdout.readline()
        assert text, f"the load client ended with {self.child.wait()}"
        return json.loads(text)

    def stats(self):
        return self.ask("stats")

    def window(self):
        """The counts; the latencies are those since the last window."""
        return self.ask("window")

    def wait_for(self, what, test, seconds=60, pause=0.02):
        return wait_until(what, lambda: (lambda s: test(s) and s)(self.stats()), seconds, pause)

    def wait_for_more(self, exchanges, seconds=60):
        """That many more good exchanges from now on."""
        goal = self.stats()["ok"] + exchanges
        return self.wait_for(f"{exchanges} more exchanges", lambda s: s["ok"] >= goal, seconds)

    def wait_for_streams(self, count, seconds=60):
        return self.wait_for(f"{count} open streams", lambda s: s["open_streams"] >= count, seconds)

    def quit(self, seconds=60):
        if self.final is None:
            self.child.stdin.write("quit\n")
            self.final = self._answer("quit", seconds)
            self.child.wait(10)
        return self.final

    def stop(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()

    def traced(self):
        """(kind, class, id, began, sent, first byte, ended, port), times in seconds of the monotonic clock."""
        for line in self.trace.read_text().splitlines():
            kind, outcome, identifier, began, sent, first, ended, port = line.split(" ")
            yield kind, outcome, identifier, int(began) / 1e6, int(sent) / 1e6, int(first) / 1e6, int(ended) / 1e6, int(port)


# MARK: The tree


class Tree(Gateway):
    """A gateway of its own configuration, with what /proc and the state directory say about it."""

    def __init__(
        self, folder, yaml, binaries=BINARIES, wrapper=(), environment=None, ports=None, says_listen=True, arguments=(), waits=True, mounts=None
    ):  # fmt: skip
        self.folder = pathlib.Path(folder)
        self.state = self.folder / "state"
        self.state.mkdir(parents=True, exist_ok=True)
        self.config = self.folder / "policy-config.yaml"
        self.config.write_text(yaml)
        self.log = open(self.folder / "gateway.log", "ab")
        self.binaries = pathlib.Path(binaries)
        # Addresses come from the command line, which no reload changes, unless the configuration is to say them.
        self.ports, self.says_listen = ports or [free_port()], says_listen
        self.wrapper, self.arguments, self.environment = [*wrapper], [*arguments], dict(environment or {})
        # `mounts`: a wrapper by state directory, whose tree has a mount namespace of its own.
        self.is_elsewhere = mounts is not None
        if mounts:
            self.wrapper += mounts(self.state)
        self.start(waits)

    @property
    def view(self):
        """The state directory as the tree sees it."""
        return pathlib.Path(f"/proc/{self.child.pid}/root{self.state}") if self.is_elsewhere else self.state

    def start(self, waits=True):
        """As a service manager starts it again: same addresses, same state directory."""
        command = [*self.wrapper, self.binaries / "kt", "gateway", "run", "--policy-config", self.config, "--state-dir", self.state]
        for port in self.ports if self.says_listen else ():
            command += ["--listen", f"127.0.0.1:{port}"]
        if "--admin-listen" not in self.arguments:
            command += ["--admin-listen", "127.0.0.1:0"]
        variables = dict(os.environ, FAKE_KEY=KEY, **self.environment)
        variables.pop("NOTIFY_SOCKET", None) if "NOTIFY_SOCKET" not in self.environment else None
        began = time.monotonic()
        self.child = subprocess.Popen([str(word) for word in command + self.arguments], stdout=self.log, stderr=self.log, env=variables)
        self.url = f"http://127.0.0.1:{self.ports[0]}"
        if waits:
            try:
                wait_until("/readyz", self._alive_and(self.is_ready), pause=0.002)
                wait_until("gateway.json of this process", self._alive_and(lambda: (self.status() or {}).get("pid") == self.child.pid), 5)
            except BaseException:
                self.stop()
                raise
        self.ready_seconds = time.monotonic() - began

    def status(self):
        try:
            return json.loads((self.view / "gateway.json").read_text())
        except (OSError, ValueError):
            return None

    def events(self):
        lines = []
        for path in sorted((self.view / "spool").rglob("*")):
            with contextlib.suppress(OSError):
                for line in path.read_bytes().split(b"\n") if path.is_file() else ():
                    with contextlib.suppress(ValueError):
                        lines.append(json.loads(line[line.index(b"{") :]))
        return lines

    @property
    def addresses(self):
        return [f"127.0.0.1:{port}" for port in self.ports]

    def kt(self, *words, seconds=60):
        """`kt gateway WORDS` against this tree."""
        command = [str(self.binaries / "kt"), "gateway", *words, "--state-dir", str(self.state)]
        return subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)

    def workers(self):
        return (self.status() or {}).get("workers", [])

    def serving(self):
        """slot -> pid of the workers that serve in the generation in force."""
        status = self.status() or {}
        return {
            w["slot"]: w["pid"] for w in status.get("workers", [])
            if w["pid"] and w["state"] == "serving" and w["generation"] == status.get("generation")
        }  # fmt: skip

    def wait_serving(self, count, seconds=15):
        return wait_until(f"{count} serving workers", lambda: (lambda s: len(s) == count and s)(self.serving()), seconds, 0.002)

    def restarts(self):
        return sum(w["restarts"] for w in self.workers())

    def children(self, pid=None):
        """pid -> name of the living children."""
        found = {}
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                text = stat.read_text()
                name, rest = text[text.index("(") + 1 : text.rindex(")")], text[text.rindex(")") + 2 :].split()
                if int(rest[1]) == (pid or self.child.pid) and rest[0] != "Z":
                    found[int(stat.parent.name)] = name
        return found

    def zombies(self):
        found = []
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                rest = stat.read_text().rpartition(")")[2].split()
                if int(rest[1]) == self.child.pid and rest[0] == "Z":
                    found.append(int(stat.parent.name))
        return found

    def descriptors(self, pid=None):
        """What each open descriptor is, without its numbers."""
        names = []
        for link in pathlib.Path(f"/proc/{pid or self.child.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                names.append(re.sub(r"\d+", "N", os.readlink(link)))
        return sorted(names)

    def outcomes(self, prefix):
        """id -> [(outcome, worker)] of the events of one load client."""
        found = {}
        pattern = re.compile(rb'"request_id":"(' + re.escape(prefix.encode()) + rb'-\d+)","worker":(\d+).*?"outcome":"(\w+)"')
        for path in (self.view / "spool").rglob("*"):
            with contextlib.suppress(OSError):
                if path.is_file():
                    for identifier, worker, outcome in pattern.findall(path.read_bytes()):
                        found.setdefault(identifier.decode(), []).append((outcome.decode(), int(worker)))
        return found


def alive(pid):
    """Neither gone nor a zombie."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def kill(pid, number):
    """False when it had gone already."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


class NotifySocket:
    """Stands in for the service manager: every notice with its time."""

    def __init__(self, folder):
        self.path = str(pathlib.Path(folder) / "notify.sock")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(0.2)
        self.notices, self.ends = [], False
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        while not self.ends:
            with contextlib.suppress(TimeoutError):
                data, control, _, _ = self.socket.recvmsg(65536, 4096)
                for _, _, numbers in control:
                    for at in range(0, len(numbers) - 3, 4):
                        os.close(int.from_bytes(numbers[at : at + 4], sys.byteorder))
                self.notices.append((time.monotonic(), data.decode(errors="replace")))

    def times(self, line):
        return [at for at, text in self.notices if line in text.split("\n")]

    def states(self):
        """(time, text) of each STATUS."""
        return [(at, line[7:]) for at, text in self.notices for line in text.split("\n") if line.startswith("STATUS=")]

    def variables(self, watchdog_seconds=20):
        return {"NOTIFY_SOCKET": self.path, "WATCHDOG_USEC": str(int(watchdog_seconds * 1e6))}

    def stop(self):
        self.ends = True
        self.thread.join()
        self.socket.close()


class Rig:
    """One scenario's processes. Everything it started ends with it."""

    def __init__(self, options, name):
        self.options = options
        self.random = random.Random(options.seed)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"kt-{name}-", dir=options.folder))
        self.started = []
        self.load_program = compiled("load.c", self.folder / "load")
        self.fake = self.own(Fake(self.folder / "fake.log"))
        self.result = Result(name, options.seed)

    def own(self, thing):
        self.started.append(thing)
        return thing

    def body(self, name, model, stream=False, text=0):
        messages = MESSAGES if not text else [{"role": "user", "content": "The harbour is calm today. " * (text // 27)}]
        document = {"model": model, "messages": messages, **({"stream": True} if stream else {})}
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(document))
        return path

    def yaml(self, workers=2, policies=("pii-detector", "audit-logger"), targets=(), gateway=""):
        """`plain` answers at once, `stream` in about three seconds, `brief` in 0.3."""
        fake = self.fake.url
        all_targets = [
            ("plain", target(fake)),
            ("stream", target(fake, model="mock.chunks60.interval50")),
            ("brief", target(fake, model="mock.chunks15.interval20")),
            *targets,
        ]
        text = configuration(all_targets, policies).replace("providers:\n", "providers:\n" + NO_BREAKER)
        return text + f"gateway:\n  workers: {workers}\n  limits: {{ connections_per_address: 8192 }}\n{gateway}"

    def faulty_yaml(self, workers=2, **options):
        """With `test-fault` in the chain: it does what `kt-fault:NAME` in a text says, or `options` (compile, start)."""
        words = "{ " + ", ".join(f"{name}: {value}" for name, value in options.items()) + " }"
        yaml = self.yaml(workers=workers, policies=("audit-logger",)).replace("chain: [", "chain: [test-fault, ", 1)
        return yaml.replace("\npolicy:\n", f"\npolicy:\n  test-fault: {words}\n", 1)

    def tree(self, yaml=None, **options):
        folder = self.folder / f"tree{len(self.started)}"
        folder.mkdir()
        return self.own(Tree(folder, yaml or self.yaml(), **options))

    def load(self, tree, **options):
        return self.own(Load(self, tree.addresses, **options))

    def binaries(self, name, source=None):
        """A copy of the programs that a scenario may replace."""
        folder = self.folder / name
        folder.mkdir()
        for program in PROGRAMS:
            if (pathlib.Path(source or BINARIES) / program).exists():
                shutil.copy2(pathlib.Path(source or BINARIES) / program, folder / program)
        return folder

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for thing in reversed(self.started):
            with contextlib.suppress(OSError, AssertionError, subprocess.TimeoutExpired):
                thing.stop()
        if not self.options.keep and kind is None and not self.result.broken:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            self.result.note(f"kept for a look: {self.folder}")


# MARK: What several scenarios promise


def promise_no_loss(result, final, least=0):
    result.figure("exchanges", final["started"])
    result.figure("streams", final["kinds"]["stream"]["ok"])
    result.figure("idle connections closed by the server", final["closed_idle"])
    result.figure("answers with Connection: close", final["told_to_close"])
    result.figure("plain p50 / p99 / max (ms)", "{:.1f} / {:.1f} / {:.1f}".format(*(final["kinds"]["plain"][k] / 1000 for k in ("p50_us", "p99_us", "max_us"))))
    result.promise("0 exchanges lost", final["lost"] == 0, f"{final['lost']} of {final['started']} {final['classes'] or ''}")
    for loss in final["losses"][:5]:
        result.note(json.dumps(loss))
    if least:
        result.promise(f"at least {least} exchanges", final["started"] >= least, final["started"])


def promise_events(result, tree, load, final, seconds=30):
    """Every answered exchange has exactly one event; of the lost ones none has two."""
    lost = {loss["id"] for loss in final["losses"]}
    expected = {f"{load.prefix}-{n}" for n in range(1, final["requests"] + 1)} - lost
    found = {}

    def complete():
        nonlocal found
        found = tree.outcomes(load.prefix)
        return not expected - found.keys()

    with contextlib.suppress(AssertionError):
        wait_until("all events", complete, seconds, pause=0.5)
    missing = sorted(expected - found.keys())
    doubled = [i for i, events in found.items() if len(events) > 1]
    result.promise("every answered request has its event", not missing, f"{len(missing)} of {len(expected)} missing {missing[:3] or ''}")
    result.promise("no request has two events", not doubled, f"{len(doubled)} {[(i, found[i]) for i in doubled[:3]] or ''}")
    return found


def promise_tidy(result, tree, descriptors_before=None):
    wait_briefly = time.monotonic() + 5
    while tree.zombies() and time.monotonic() < wait_briefly:
        time.sleep(0.05)
    result.promise("no zombies", not tree.zombies(), tree.zombies() or "")
    if descriptors_before is not None:
        after = tree.descriptors()
        extra = list(after)
        for name in descriptors_before:
            if name in extra:
                extra.remove(name)
        result.promise("the supervisor holds no more descriptors than before", len(after) <= len(descriptors_before), extra[:8] or "")
