"""
Starts bots that can be ended at any step: a process that has imported everything, and forks another for each command.

What runs in such a process is `bot.__main__.main`, in a home of its own, with its own files, locks and sockets. Forking
saves the 0.6 s that importing takes; the process that forks never ran a bot, nor opened anything of one.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from matrix.steps import Steps, watch

import bot
from bot.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LAZY = "alembic.command alembic.config alembic.script frontmatter markdown_it sqlalchemy.dialects.sqlite typer yaml".split()
"""What commands import from elsewhere as they go."""


@dataclass(frozen=True)
class Order:
    """One command: where and how it runs, where its output and its steps go, and at which moment it is ended."""

    home: str
    environment: Mapping[str, str]
    arguments: Sequence[str]
    output: str
    steps: str
    end_at: int | None


def serve(address: str) -> None:
    """Give everybody who connects a clerk, until standard input is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen()
        print("ready", flush=True)  # noqa: T201 - whoever started this waits for it
        while door in select.select([door, sys.stdin], [], [])[0]:
            caller, _ = door.accept()
            with caller:
                if os.fork() == 0:
                    door.close()
                    clerk(caller)


def clerk(caller: socket.socket) -> NoReturn:
    """Run one command after another, telling the number of each process, and then what came of it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with suppress(BrokenPipeError), caller.makefile("rw") as line:  # whoever called may be gone
        for order in line:
            process = os.fork()
            if process == 0:
                caller.close()
                run(Order(**json.loads(order)))
            _tell(line, process)
            _tell(line, os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
    os._exit(0)


def run(order: Order) -> NoReturn:
    """Be the bot."""
    for name in [name for name in os.environ if name.startswith("BOT_")]:
        del os.environ[name]
    os.environ.update(order.environment, BOT_HOME=order.home)
    os.chdir(order.home)
    _redirect(Path(order.output))
    watch(Steps(Path(order.steps), order.end_at))
    sys.argv = ["bot", *order.arguments]
    code: Any = None
    try:
        main()
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - whoever reads the output is to see it
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(70 if code is None else code)


def _modules() -> Iterator[str]:
    """All of bot but its migrations, which run when they are imported."""
    names = (found.name for found in pkgutil.walk_packages(bot.__path__, "bot."))
    return (name for name in names if ".migrations" not in name)


def _redirect(output: Path) -> None:
    out = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for old, new in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(old, new)


def _tell(line: TextIO, number: int) -> None:
    line.write(f"{number}\n")
    line.flush()


if __name__ == "__main__":
    for module in [*LAZY, *_modules()]:
        importlib.import_module(module)
    gc.freeze()  # what is shared stays shared
    serve(sys.argv[1])
