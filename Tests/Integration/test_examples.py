"""Every example of the repository lints without an error, starts, and says so."""

import subprocess

import pytest

from harness import BINARIES, Gateway, ROOT

EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/policy-config.yaml"))


def test_the_eleven_configurations_of_the_page_are_there():
    assert len([name for name in EXAMPLES if name != "demo"]) == 11


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_lints_and_starts(name, tmp_path):
    path = ROOT / "examples" / name / "policy-config.yaml"
    lint = subprocess.run([BINARIES / "kt", "policy", "lint", "--file", path], capture_output=True, text=True, timeout=60)
    assert lint.returncode == 0, lint.stdout + lint.stderr
    gateway = Gateway(tmp_path, path.read_text())
    try:
        assert gateway.is_ready()
        assert len(gateway.worker_pids()) == 2
    finally:
        gateway.stop()
