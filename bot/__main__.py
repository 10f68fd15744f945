"""Where `bot` and `python -m bot` begin."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from bot.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
