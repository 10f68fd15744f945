"""The cases that the networks' own projects hold themselves to."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

Vectors = Callable[[str], Any]
FOLDER = Path(os.environ.get("BOT_TEST_VECTORS") or Path(__file__).parents[4] / "shared" / "vectors")


@pytest.fixture(scope="session")
def vectors() -> Vectors:
    """Reads one file of them; a test that asks for one that is not here is skipped."""

    def read(name: str) -> Any:
        file = FOLDER / name
        if not file.is_file():
            pytest.skip(f"needs {file}: set BOT_TEST_VECTORS to the folder of vectors")
        text = file.read_text(encoding="utf-8")
        return json.loads(text) if file.suffix == ".json" else yaml.load(text, Loader=_Loader)

    return read


_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
