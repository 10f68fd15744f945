"""Intake: a file or standard input becomes an Article, or one line that says what is wrong with it."""

from __future__ import annotations

from bot.intake.names import Names
from bot.intake.source import LIMIT, read, read_text

__all__ = ["LIMIT", "Names", "read", "read_text"]
