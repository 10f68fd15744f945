"""How the scripts in this folder time a whole command: alone, in turn with the other, the median of several."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Cost:
    """What one run of a command took."""

    seconds: float
    megabytes: float


def once(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run a command to its end; its own peak memory, asked from a child that did nothing else."""
    reader, writer = os.pipe()
    begun = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.close(reader)
        done = subprocess.run(
            command, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
        )
        taken = time.perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        os.write(writer, f"{taken} {peak} {done.returncode}".encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        seconds, megabytes, code = answer.read().split()
    os.waitpid(child, 0)
    if code != "0":
        raise SystemExit(f"{command[:4]} ended with {code}")
    return Cost(float(seconds), float(megabytes))


def in_turn(
    commands: Mapping[str, Sequence[str]], environment: Mapping[str, str], *, rounds: int = 9
) -> dict[str, Cost]:
    """The median cost of each command, all run in turn so that a slow moment of the machine hits them alike."""
    runs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, command in commands.items():
            runs[name].append(once(command, environment))
    return {name: _median(costs[1:]) for name, costs in runs.items()}  # the first warms the caches


def clean_environment(**settings: str) -> dict[str, str]:
    """This environment without settings of the bot, and with compiled modules kept as everywhere."""
    left_out = ("BOT_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return kept | settings


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(statistics.median(cost.seconds for cost in costs), statistics.median(cost.megabytes for cost in costs))
