"""Short versions of the scenarios in Tests/Load: each breaks something and checks every promise. `make chaos` runs the long ones."""

import os
import pathlib
import sys
import tempfile

import pytest

LOAD = pathlib.Path(__file__).resolve().parents[1] / "Load"
sys.path.insert(0, str(LOAD))

import chaos  # noqa: E402
import hosts  # noqa: E402
from rig import Options  # noqa: E402

pytestmark = [pytest.mark.gateway]

# Promises about time need the optimised build and a host with nothing else to do.
TIMED = ("50 ms", "300 ms", "within 8 s", "wake-ups")
EXACT = os.environ.get("KT_TIMED") == "1"


@pytest.fixture
def tmp_path():
    """Short: the path of a local socket has at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="kt") as folder:
        yield pathlib.Path(folder)


def play(name, tmp_path, **options):
    try:
        result = chaos.play(name, Options(folder=tmp_path, **{"streams": 24, **options}))
    except hosts.NotHere as reason:
        pytest.skip(str(reason))
    print(result.table())
    broken = [p for p in result.broken if EXACT or not any(word in p["promise"] for word in TIMED)]
    assert not broken, result.table()


def test_reloads_lose_nothing(tmp_path):
    play("reloads", tmp_path, count=6)


def test_upgrades_lose_nothing(tmp_path):
    play("upgrades", tmp_path, count=2)


def test_a_killed_worker_loses_only_what_it_had_in_its_hands(tmp_path):
    play("sigkill", tmp_path, count=4)


def test_a_worker_that_faults_loses_only_what_it_had_in_its_hands(tmp_path):
    play("sigsegv", tmp_path, count=3)


def test_a_worker_that_stands_still_is_replaced(tmp_path):
    play("sigstop", tmp_path, count=1)


def test_a_poison_request_kills_one_worker(tmp_path):
    play("poison", tmp_path)


def test_the_supervisor_is_killed(tmp_path):
    play("supervisor-kill", tmp_path, count=1)


def test_workers_that_die_at_once(tmp_path):
    play("fork-bomb", tmp_path, seconds=2)


def test_few_descriptors(tmp_path):
    play("few-descriptors", tmp_path)


def test_state_directory_full(tmp_path):
    play("state-full", tmp_path)


def test_state_directory_read_only(tmp_path):
    play("state-read-only", tmp_path)


def test_the_clock_jumps(tmp_path):
    play("clock-jump", tmp_path, count=3)


def test_idle(tmp_path):
    play("idle", tmp_path, seconds=2)
