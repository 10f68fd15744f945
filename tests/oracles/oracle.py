"""Asks a reference implementation, which runs under Node, about many texts at once."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from servers.need import missing
from servers.node import command, environment, installed

if TYPE_CHECKING:
    from collections.abc import Sequence

AMOUNT = 12_000


def answers(script: str, texts: Sequence[str] = ()) -> list[Any]:
    """What the script says of each text, in order: one process, JSON lines in and out."""
    if not installed():
        missing("the Node packages: python tests/servers/node.py")
    asked = "".join(json.dumps(text) + "\n" for text in texts)
    process = subprocess.run(
        command(script), input=asked, stdout=subprocess.PIPE, env=environment(), encoding="utf-8", check=True
    )
    return [json.loads(line) for line in process.stdout.removesuffix("\n").split("\n")]  # U+2028 is no end of line here
