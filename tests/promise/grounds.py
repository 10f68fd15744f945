"""A pytest plugin: writes down on what grounds the first test failed, for whoever asks whether it was the promise."""

from __future__ import annotations

import json
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from typing import Any


@dataclass(frozen=True)
class Grounds:
    """What a test failed with: `asserted` says that it was a demand that was not met, raised in `file`, as `words` tell."""

    test: str
    asserted: bool
    file: str
    words: str


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--grounds", type=Path, required=True)


def pytest_exception_interact(node: Any, call: pytest.CallInfo[None]) -> None:
    """Keep the first."""
    path: Path = node.config.getoption("--grounds")
    if call.excinfo is None or path.exists():
        return
    error = call.excinfo.value
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if "_pytest" not in Path(frame.filename).parts
    ]
    asserted = isinstance(error, AssertionError | pytest.fail.Exception)
    words = f"{type(error).__name__}: {error}" if not asserted else str(error)
    path.write_text(json.dumps(asdict(Grounds(node.nodeid, asserted, frames[-1].filename, words))), encoding="utf-8")


def read(path: Path) -> Grounds | None:
    """Why a test failed; None where none did."""
    return Grounds(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None
