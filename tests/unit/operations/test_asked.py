"""What the operator asks for beside the daemon, and what is wrong with it, each in one line without a secret."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import ConfigurationError
from bot.settings import load

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("BOT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("BOT_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", timedelta(days=365)),
        ("90d", timedelta(days=90)),
        ("31d", timedelta(days=31)),
        ("all", None),
        ("All", None),
    ],
)
def test_history_is_kept_for_so_long(monkeypatch: pytest.MonkeyPatch, said: str, expected: timedelta | None) -> None:
    monkeypatch.setenv("BOT_HISTORY", said)
    assert expected == load().history


def test_by_default_nobody_is_told_and_no_port_is_open() -> None:
    settings = load()
    assert ("", None, "auto", "info") == (
        settings.alerts.get_secret_value(),
        settings.metrics_port,
        settings.log_format,
        settings.log_level,
    )


@pytest.mark.parametrize(
    ("setting", "said", "expected"),
    [
        ("METRICS_PORT", "0", "is no port: write one such as 9464; it answers on this machine alone"),
        ("METRICS_PORT", "65536", "is no port: write one such as 9464; it answers on this machine alone"),
        ("METRICS_PORT", "http", "is no port: write one such as 9464; it answers on this machine alone"),
        ("LOG_FORMAT", "xml", "should be 'auto', 'human' or 'json'"),
        ("LOG_LEVEL", "loud", "should be 'debug', 'info', 'warning' or 'error'"),
        ("HISTORY", "30d", "30d is too short: at least 31d, or all"),
        ("HISTORY", "365", "'365' of what? Write 365m for minutes, 365h for hours; at least 31d, or all"),
        ("ALERTS", "s3cret", "number 1 of these is no address such as mailto://… or slack://…"),
        ("ALERTS", "json://a;s3cret", "number 2 of these is no address such as mailto://… or slack://…"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, setting: str, said: str, expected: str
) -> None:
    monkeypatch.setenv(f"BOT_{setting}", said)
    with pytest.raises(ConfigurationError) as caught:
        load()
    assert f"BOT_{setting}: {expected}" == str(caught.value)
