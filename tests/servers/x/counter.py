"""The official implementation of X's rules for texts, as a process that is asked a text at a time."""

from __future__ import annotations

import json
import subprocess
import threading
from typing import TYPE_CHECKING, NamedTuple

from servers import node

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self


class Counted(NamedTuple):
    """
    A text in its normal form, and what npm twitter-text finds in it.

    `urls` are slices of the text, in characters; `invalid` says that there is a character in it that no post may have.
    """

    text: str
    weight: int
    invalid: bool
    urls: list[tuple[int, int]]
    hashtags: list[str]
    cashtags: list[str]
    mentions: list[str]


class Counter:
    """npm twitter-text 3.1.0 under Node, while this lasts."""

    def __init__(self) -> None:
        command = node.command("count-x.mjs")
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, env=node.environment(), encoding="utf-8", bufsize=1
        )
        self._turn = threading.Lock()

    def count(self, text: str) -> Counted:
        """What it says of this text."""
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        with self._turn:
            asked.write(f"{json.dumps(text)}\n")
            return Counted(**json.loads(answers.readline()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.__exit__(kind, error, trace)  # closes both pipes, at which the script ends, and waits for that
