"""A soak of seconds: `make soak` is the whole one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BRIEF = "--accounts 5 --articles 16 --seconds 30 --speed 30".split()


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc")
def test_senders_that_are_killed_again_and_again_post_everything_once() -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
    command = [sys.executable, "-m", "soak.run", *BRIEF]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr), done.stdout
    figures = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert ("0", "0", "80 to 5 accounts, 120 posts") == (
        figures["duplicates"],
        figures["losses"],
        figures["deliveries"],
    )
