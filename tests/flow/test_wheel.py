"""The wheel works outside the checkout, with all that it needs to travel in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel brings, beside nothing of the checkout."""
    made, target = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(made), cwd=ROOT)
    (wheel,) = made.glob("*.whl")
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(wheel), cwd=made)
    return target


def run(*command: str, cwd: Path, **more: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    return subprocess.run(command, cwd=cwd, env=kept | more, check=True, capture_output=True, text=True).stdout


def test_it_posts_with_the_templates_that_it_brings(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "story.md").write_text("# Harbour bridge opens\n\nIt is so.\n")
    inside = {"PYTHONPATH": str(installed), "BOT_HOME": str(tmp_path)}
    place = run(sys.executable, "-c", "import bot; print(bot.__file__)", cwd=tmp_path, **inside)
    assert place.startswith(str(installed))
    packaged = "from bot.compose import packaged_templates as p; print(p())"
    assert f"{installed}/bot/templates\n" == run(sys.executable, "-c", packaged, cwd=tmp_path, **inside)
    run(sys.executable, "-m", "bot", "post", "story.md", cwd=tmp_path, **inside)
    assert "Harbour bridge opens" in (tmp_path / "var" / "outbox" / "index.html").read_text()
    page = run(sys.executable, "-m", "bot", "preview", "story.md", "--html", "-", cwd=tmp_path, **inside)
    assert "Harbour bridge opens" in page
    assert (installed / "bin" / "bot").exists()
