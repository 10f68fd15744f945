"""How long a person waits for `bot --help` and `bot preview`, beside a Python that does nothing."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measure import clean_environment, in_turn

EXAMPLES = Path(__file__).parents[1] / "examples"
AIMS = {"bot --help": 10, "bot preview": 40}


def main() -> None:
    """Print each command's time and how often a bare Python fits into it."""
    article = next(EXAMPLES.glob("*.md"))
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "bot --help": [sys.executable, "-m", "bot", "--help"],
        "bot preview": [sys.executable, "-m", "bot", "preview", str(article)],
    }
    with tempfile.TemporaryDirectory() as home:
        costs = in_turn(commands, clean_environment(BOT_HOME=home))
    bare = costs["python -c pass"].seconds
    for name, cost in costs.items():
        aim = f"  (aim: at most {AIMS[name]}x)" if name in AIMS else ""
        print(f"{name:15} {cost.seconds * 1000:6.0f} ms {cost.megabytes:5.0f} MB  {cost.seconds / bare:5.1f}x{aim}")


if __name__ == "__main__":
    main()
