"""The control socket: what may be asked, by whom, and that no client holds the gateway up."""

import json
import os
import pathlib
import signal
import socket
import stat
import subprocess

import httpx
import pytest

from conftest import gateway_yaml
from harness import BINARIES, RawClient, request_bytes, status_of, wait_until

pytestmark = pytest.mark.gateway

BODY = {"model": "fake", "messages": [{"role": "user", "content": "hello"}]}
FIELDS = ["pid", "version", "generation", "config", "state", "workers", "children", "targets", "reloads", "restarts"]
WORKER_FIELDS = {"slot", "pid", "generation", "state", "since", "heartbeat_ms", "in_flight", "open_streams", "requests"}
TARGET_FIELDS = {"id", "breaker", "available", "why", "latency_ms", "in_flight", "probe"}


class Control:
    """One connection to the control socket."""

    def __init__(self, path, line=None):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(str(path))
        self.reader = self.socket.makefile("rb")
        if line is not None:
            self.socket.sendall(line)

    def line(self):
        """The next answer; None at the end."""
        line = self.reader.readline()
        return json.loads(line) if line else None

    def lines(self):
        return [json.loads(line) for line in self.reader]

    def close(self):
        self.reader.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@pytest.fixture(scope="module")
def asked(fake_process, start_gateway):
    """A gateway whose configuration the tests may change and reload."""
    fake_process.reset()
    gateway = start_gateway(gateway_yaml(fake_process, ()))
    yield gateway
    gateway.stop()


@pytest.fixture
def own(fake_process, start_gateway):
    """A gateway that a test may end."""
    fake_process.reset()
    gateway = start_gateway(gateway_yaml(fake_process, ()))
    yield gateway
    gateway.stop()


def control(gateway):
    return gateway.state / "control.sock"


def test_it_is_there_before_readiness_and_open_to_the_group_only(asked):
    facts = os.stat(control(asked))
    assert stat.S_ISSOCK(facts.st_mode)
    assert stat.S_IMODE(facts.st_mode) == 0o660


def test_status_has_the_documented_fields(asked):
    httpx.post(asked.base_url + "/chat/completions", json=BODY, timeout=10, trust_env=False).raise_for_status()
    report = asked.report()
    assert [name for name in report if name in FIELDS] == FIELDS
    assert list(report)[len(FIELDS):] == ["listen", "admin_listen", "deaths", "uptime_seconds"]
    assert report["pid"] == asked.child.pid
    assert report["state"] == "serving"
    assert set(report["config"]) == {"name", "version", "hash", "loaded"}
    assert (report["config"]["name"], report["config"]["version"]) == ("integration", "1.0.0")
    assert len(report["config"]["hash"]) == 64
    assert [worker["slot"] for worker in report["workers"]] == [0, 1]
    for worker in report["workers"]:
        assert set(worker) == WORKER_FIELDS
        assert worker["state"] == "serving" and worker["heartbeat_ms"] >= 0
        assert pathlib.Path(f"/proc/{worker['pid']}").exists()
    assert sum(worker["requests"] for worker in report["workers"]) >= 1
    assert set(report["children"]) == {"ledger", "console"}
    assert [target["id"] for target in report["targets"]][:2] == ["fake", "mistral-fake"]
    for target in report["targets"]:
        assert set(target) == TARGET_FIELDS
        assert target["breaker"] is None and target["probe"] is None
    assert set(report["restarts"]) == {"crash", "hang", "oom"}
    assert report["listen"] == [f"127.0.0.1:{asked.port}"]


def test_status_counts_what_is_in_flight(asked, fake):
    with fake.modes("chunks200.interval20"), RawClient(asked.port) as client:
        client.send(request_bytes({**BODY, "stream": True}))
        assert client.read_until(lambda data: b"data: {" in data)
        workers = asked.report()["workers"]
        assert sum(worker["in_flight"] for worker in workers) == 1
        assert sum(worker["open_streams"] for worker in workers) == 1


def test_status_for_people_is_one_screen_without_colours(asked):
    result = asked.kt("status")
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("serving for ")
    assert len(lines) <= 40 and "\x1b" not in result.stdout
    assert any(line.startswith("fake ") and "available" in line for line in lines)


def test_a_killed_worker_is_among_the_deaths(own):
    victim = own.report()["workers"][0]["pid"]
    os.kill(victim, signal.SIGKILL)
    report = wait_until("the death in the status", lambda: (r := own.report())["deaths"] and r, 10)
    assert report["deaths"][0]["pid"] == victim
    assert report["restarts"]["crash"] == 1


# MARK: Reload


def test_a_reload_answers_when_the_new_workers_serve(asked):
    before = asked.report()
    with Control(control(asked), b"reload\n") as client:
        lines = client.lines()
    assert all(set(line) == {"progress"} for line in lines[:-1]) and len(lines) > 1
    assert lines[-1]["exit"] == 0, lines
    after = asked.report()
    assert after["generation"] == before["generation"] + 1
    assert after["config"]["loaded"] > before["config"]["loaded"]
    serving = {worker["pid"] for worker in after["workers"] if worker["generation"] == after["generation"]}
    assert len(serving) == 2 and serving.isdisjoint(worker["pid"] for worker in before["workers"])
    assert after["reloads"][-1]["result"] == "applied"


def test_a_failed_reload_says_where_and_changes_nothing(asked):
    before = asked.report()
    good = asked.config.read_text()
    asked.config.write_text(good.replace("strategy: fallback", "strategy: nonsense"))
    try:
        result = asked.kt("reload")
    finally:
        asked.config.write_text(good)
    assert result.returncode == 1
    line = good[: good.index("strategy: ")].count("\n") + 1
    assert f"policy-config.yaml:{line}:" in result.stderr
    after = asked.report()
    assert after["generation"] == before["generation"]
    assert after["config"] == before["config"]
    assert after["reloads"][-1]["result"] == "failed"
    assert asked.is_ready()


def test_who_leaves_during_a_reload_does_not_stop_it(asked):
    generation = asked.report()["generation"]
    with Control(control(asked), b"reload\n") as client:
        assert "progress" in client.line()
    wait_until("the reload", lambda: (r := asked.report())["generation"] > generation and r["state"] == "serving", 30)


def test_many_who_ask_at_once_share_a_reload(asked):
    generation = asked.report()["generation"]
    clients = [Control(control(asked), b"reload\n") for _ in range(8)]
    for client in clients:
        assert client.lines()[-1]["exit"] == 0
        client.close()
    assert generation < asked.report()["generation"] <= generation + 2


# MARK: Clients that do not do as they should


def test_an_unknown_command_is_refused_with_the_known_ones(asked):
    with Control(control(asked), b"explode\n") as client:
        assert client.lines() == [
            {"exit": 2, "message": 'unknown command "explode"; commands are status, reload, upgrade, drain, stop'}
        ]


def test_a_line_that_is_too_long_is_refused(asked):
    with Control(control(asked), b"s" * 300) as client:
        assert client.lines() == [{"exit": 2, "message": "a command is one line of at most 256 bytes"}]


def test_slow_and_deaf_clients_hold_nobody_up(asked):
    silent = [Control(control(asked)) for _ in range(8)]
    half = Control(control(asked), b"stat")
    assert asked.report()["state"] == "serving"
    half.socket.sendall(b"us\n")
    assert half.line()["pid"] == asked.child.pid
    for client in silent:
        assert client.lines() == [{"exit": 2, "message": "no command within 5 s"}]
        client.close()
    half.close()


def test_a_crowd_is_answered_or_told_to_try_again(asked):
    crowd = []
    try:
        for _ in range(40):
            crowd.append(Control(control(asked)))
        late = [client for client in crowd[32:] if client.line() == {"exit": 1, "message": "32 others are asking; try again"}]
        assert len(late) == 8
    finally:
        for client in crowd:
            client.close()
    wait_until("room again", lambda: asked.kt("status", "--json").returncode == 0, 10)


def test_an_end_of_sending_is_an_end_of_line(asked):
    with Control(control(asked), b"status") as client:
        client.socket.shutdown(socket.SHUT_WR)
        assert client.line()["state"] == "serving"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can ask as somebody else")
def test_strangers_whom_the_file_lets_in_may_look_and_no_more(asked, tmp_path):
    # The folders of a test are nobody's but ours: a stranger gets the connected socket from us, but connects itself.
    script = (
        "import os, socket, sys\n"
        "os.chdir(sys.argv[1]); os.setgid(65534); os.setgroups([]); os.setuid(65534)\n"
        "s = socket.socket(socket.AF_UNIX); s.connect('control.sock'); s.sendall(sys.argv[2].encode() + b'\\n')\n"
        "print(s.makefile().readline())\n"
    )
    os.chmod(control(asked), 0o666)
    try:
        def ask(word):
            command = ["python3", "-c", script, str(asked.state), word]
            result = subprocess.run(command, capture_output=True, text=True, timeout=30)
            assert result.returncode == 0, result.stderr
            return json.loads(result.stdout)

        assert ask("status")["pid"] == asked.child.pid
        for word in ("upgrade", "drain", "stop"):
            assert ask(word) == {"exit": 1, "message": f"only root and the gateway's own user may ask for {word}"}
    finally:
        os.chmod(control(asked), 0o660)


# MARK: Drain and stop


def test_a_drain_waits_for_what_is_in_flight_and_a_reload_ends_it(own, fake):
    # The gateway serves from its first worker on.
    wait_until("all workers", lambda: own.report()["state"] == "serving", 10)
    with fake.modes("chunks60.interval20"), RawClient(own.port) as stream:
        stream.send(request_bytes({**BODY, "stream": True}))
        assert stream.read_until(lambda data: b"data: {" in data)
        with Control(control(own), b"drain\n") as client:
            assert client.line() == {"progress": "1 request is in flight"}
            assert own.report()["state"] == "draining"
            wait_until("/readyz says no", lambda: status_of(own.port, "/readyz") == 503, 5)
            # Who still asks is served, and asked to leave.
            answer = httpx.post(own.base_url + "/chat/completions", json=BODY, timeout=20, trust_env=False)
            assert answer.status_code == 200 and answer.headers["connection"] == "close"
            assert client.lines()[-1] == {"exit": 0, "message": "drained: no request is in flight"}
        assert stream.read_until(lambda data: data.endswith(b"0\r\n\r\n"), 10)
    assert own.kt("drain").returncode == 0
    assert own.kt("reload").returncode == 0
    wait_until("/readyz", own.is_ready, 5)
    assert own.report()["state"] == "serving"


def test_a_successor_in_a_drained_gateway_knows_it(own):
    assert own.kt("drain").returncode == 0
    for worker in own.report()["workers"]:
        os.kill(worker["pid"], signal.SIGKILL)
    wait_until("both successors", lambda: all(w["state"] == "serving" for w in own.report()["workers"]), 10)
    wait_until("/readyz says no", lambda: status_of(own.port, "/readyz") == 503, 5)


def test_stop_answers_when_all_is_done(own, fake):
    with fake.modes("chunks40.interval20"), RawClient(own.port) as stream:
        stream.send(request_bytes({**BODY, "stream": True}))
        assert stream.read_until(lambda data: b"data: {" in data)
        with Control(control(own), b"stop\n") as client:
            lines = client.lines()
        assert stream.read_until(lambda data: data.endswith(b"0\r\n\r\n"), 10)
        assert b"[DONE]" in stream.received
    assert lines[0] == {"progress": "1 request is in flight"}
    assert lines[-1] == {"exit": 0, "message": "stopped"}
    assert own.child.wait(10) == 0
    assert not control(own).exists()


def test_without_a_gateway_the_path_is_told(tmp_path):
    for word in ("status", "reload", "upgrade", "drain", "stop"):
        command = [BINARIES / "kt", "gateway", word, "--state-dir", tmp_path]
        result = subprocess.run(command, capture_output=True, text=True, timeout=30)
        assert result.returncode == 1
        assert result.stderr == f"kt: no gateway runs ({tmp_path}/control.sock does not exist)\n"
        assert subprocess.run([*command, "--nonsense"], capture_output=True, timeout=30).returncode == 2
        help_text = subprocess.run([*command[:3], "--help"], capture_output=True, text=True, timeout=30)
        assert help_text.returncode == 0 and "EXAMPLE" in help_text.stdout


def test_the_runtime_directory_goes_before(fake_process, start_gateway, tmp_path):
    runtime = tmp_path / "run"
    runtime.mkdir()
    gateway = start_gateway(gateway_yaml(fake_process, ()), environment={"RUNTIME_DIRECTORY": f"{runtime}:{tmp_path}/other"})
    assert (runtime / "control.sock").is_socket() and not control(gateway).exists()
    # A state directory leads there all the same.
    assert gateway.report()["pid"] == gateway.child.pid
    gateway.stop()
    assert not (runtime / "control.sock").exists()


def test_a_path_that_is_too_long_is_said_to_be(tmp_path):
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    config = tmp_path / "policy-config.yaml"
    config.write_text("pack: { name: x, version: 1.0.0 }\npolicies: { chain: [] }\nproviders: { targets: [ { id: d, provider: demo, model: demo } ] }\n")
    command = [BINARIES / "kt", "gateway", "run", "--listen", "127.0.0.1:0", "--policy-config", config, "--state-dir", deep]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert "the path of the control socket has" in result.stderr and "may have 107" in result.stderr


def test_a_socket_that_a_dead_gateway_left_is_replaced(fake_process, start_gateway):
    gateway = start_gateway(gateway_yaml(fake_process, ()))
    path = control(gateway)
    gateway.child.send_signal(signal.SIGKILL)
    gateway.child.wait(10)
    assert path.exists()
    assert gateway.kt("status").stderr.startswith(f"kt: no gateway runs (nobody listens on {path}")
    # It would tell the test an old address.
    (gateway.state / "gateway.json").unlink()
    again = type(gateway)(gateway.folder, gateway.config.read_text())
    try:
        assert again.report()["pid"] == again.child.pid
    finally:
        again.stop()
        gateway.stop()
