"""Imports point down: a room may use what lies below it, and nothing above."""

from __future__ import annotations

import ast
from pathlib import Path

import bot

ROOT = Path(bot.__file__).parent
FLOORS = (
    {"bot.model", "bot.errors"},
    {"bot.text", "bot.files", "bot.schedule", "bot.wire"},
    {"bot.networks.base", "bot.fetch", "bot.showing"},
    {"bot.pictures", "bot.pages"},
    {"bot.intake", "bot.compose", "bot.ledger", "bot.networks", "bot.environment"},
    {"bot.corrections"},
    {"bot.settings", "bot.deliver", "bot.planning", "bot.pricing"},
    {"bot.daemon", "bot.operations"},
    {"bot.app"},
    {"bot.cli"},
    {"bot.__main__"},
)


def floor_of(module: str) -> int | None:
    """The floor of the room that a module belongs to, by its longest name that is known."""
    parts = module.split(".")
    names = [".".join(parts[:n]) for n in range(len(parts), 1, -1)]
    return next((floor for name in names for floor, rooms in enumerate(FLOORS) if name in rooms), None)


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return {name for name in found if name.startswith("bot.")}


def test_imports_point_down() -> None:
    upward: list[str] = []
    for path in ROOT.rglob("*.py"):
        module = ".".join(("bot", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
        here = floor_of(module)
        for used in imports_of(path):
            there = floor_of(used)
            if room_of(used) != room_of(module) and here is not None and there is not None and there >= here:
                upward.append(f"{module} imports {used}")
    assert [] == upward


def test_the_courier_knows_no_network() -> None:
    named = {name for name in imports_of(ROOT / "deliver.py") if name.startswith("bot.networks")}
    assert {"bot.networks.base.Adapter"} == named
