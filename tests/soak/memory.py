"""
Whether a sender keeps more the longer it works: an ordinary process, with Python and the C library as they are.

What it holds resident is more than it uses: every round has new threads, and glibc keeps what they let go of for others, in
heaps of which there come to be some. So that is watched for standing still in the end, and what is in use for not growing.
"""

from __future__ import annotations

import ctypes
import os
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

MOST_OF_C, MOST_OF_PYTHON = 0.1, 3.0
"""Megabytes and thousands of blocks that may be in use more for each 1,000 deliveries: who kept these would need many of each."""

MOST_RESIDENT = 0.15  # more than at the first quarter
WARM = 1500  # deliveries after which connections and caches hold all that they ever need


class Sample(NamedTuple):
    """Megabytes that a process holds, those of them that C programs in it use, and the blocks that Python does, in thousands."""

    resident: float
    used: float
    blocks: float


class _Mallinfo(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    ]


def tell(folder: Path) -> None:
    """Write down what this process uses."""
    libc = ctypes.CDLL(None)
    libc.mallinfo2.restype = _Mallinfo
    told = libc.mallinfo2()
    fresh = folder / f"telling-{os.getpid()}"
    fresh.write_text(f"{(told.uordblks + told.hblkhd) / 2**20} {sys.getallocatedblocks() / 1000}")
    fresh.replace(folder / f"uses-{os.getpid()}")


def seen(number: int, folder: Path) -> Sample | None:
    """What this process holds now, and used at the end of its last round; None before its first."""
    pages = int(Path(f"/proc/{number}/statm").read_text().split()[1])
    try:
        used, blocks = map(float, (folder / f"uses-{number}").read_text().split())
    except FileNotFoundError:
        return None
    return Sample(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, used, blocks)


@dataclass
class Held:
    """What one sender held, with how much was delivered by then."""

    samples: list[tuple[int, Sample]] = field(default_factory=list)

    def note(self, delivered: int, sample: Sample | None) -> None:
        if sample is not None:
            self.samples.append((delivered, sample))

    @property
    def flat(self) -> bool:
        """Whether it grew by no more than it may, as far as there was enough to tell."""
        if not self._told:
            return True
        resident = [sample.resident for sample in self._quarters]
        settles = resident[4] <= resident[1] * (1 + MOST_RESIDENT)
        return settles and self._growth("used") <= MOST_OF_C and self._growth("blocks") <= MOST_OF_PYTHON

    def lines(self) -> dict[str, str]:
        """What to print of it: at its beginning and at each quarter of its time."""
        if not self.samples:
            return {"memory": "never seen"}
        few = "" if self._told else "; too few deliveries to see it grow"
        return {
            "resident": f"{self._all('resident')} MB{few or f' (at most {MOST_RESIDENT:+.0%} since its first quarter)'}",
            "C heap": f"{self._all('used')} MB in use{few or self._by('used', MOST_OF_C)}",
            "Python": f"{self._all('blocks')} thousand blocks in use{few or self._by('blocks', MOST_OF_PYTHON)}",
        }

    def _all(self, what: str) -> str:
        return " → ".join(f"{getattr(sample, what):.1f}" for sample in self._quarters)

    def _by(self, what: str, most: float) -> str:
        return f"; {self._growth(what):+.2f} with each 1,000 deliveries (at most {most:+.2f})"

    @property
    def _quarters(self) -> list[Sample]:
        last = len(self.samples) - 1
        return [self.samples[last * quarter // 4][1] for quarter in range(5)]

    @property
    def _warm(self) -> list[tuple[int, Sample]]:
        return [(delivered, sample) for delivered, sample in self.samples if delivered >= self.samples[0][0] + WARM]

    @property
    def _told(self) -> bool:
        """Whether enough was delivered since it was warm."""
        return bool(self._warm) and self._warm[-1][0] - self._warm[0][0] >= WARM / 2

    def _growth(self, what: str) -> float:
        """How much more for each thousand deliveries, once it is warm."""
        thousands = [delivered / 1000 for delivered, _ in self._warm]
        return statistics.linear_regression(thousands, [getattr(sample, what) for _, sample in self._warm]).slope
