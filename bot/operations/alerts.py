"""Tells the operator of troubles, wherever he wants to hear of them: once when one begins, once when it is over."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import socket
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol

from bot import files
from bot.errors import BotError, ConfigurationError
from bot.operations.troubles import Change, Course, Trouble, change, followed, message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

_PATIENCE = 30.0  # seconds for one message to leave
_FIRST_BACK_OFF, _LONGEST_BACK_OFF = 30.0, 3600.0
_STOPPED = "stopped"


class Channel(Protocol):
    """A way to the operator; `name` is the same after a restart, and tells nothing of what is secret in its address."""

    @property
    def name(self) -> str: ...

    def tell(self, title: str, body: str) -> bool:
        """Send a message; whether it left."""


class Alerts:
    """
    What each channel was told, so that nobody is told twice; kept in a file for the next start.

    A channel that fails keeps its own account of what it is to hear, and is tried again later and later.
    """

    def __init__(
        self,
        channels: Sequence[Channel],
        memory: Path,
        *,
        failed: Callable[[BotError], None],
        monotonic: Callable[[], float],
        mask: Callable[[str], str] = str,
    ) -> None:
        self._channels = channels
        self._memory = memory
        self._failed = failed
        self._monotonic = monotonic
        self._mask = mask
        self._told = _remembered(memory, channels)
        self._rests: dict[str, tuple[int, float]] = {}
        now = monotonic()
        # What was told before is taken for present until it has not been seen for a while.
        known = {key: words for told in self._told.values() for key, words in told.items()}
        self._courses = {key: Course(Trouble(key, words), now, now) for key, words in known.items()}

    def see(self, present: Collection[Trouble], *, blind: bool = False) -> None:
        """These are the troubles that there are now: tell what has changed; what the `blind` do not see may go on."""
        now = self._monotonic()
        self._courses = followed(self._courses, present, now, blind=blind)
        for channel in self._channels:
            news = change(self._courses, self._told[channel.name], now)
            if news and now >= self._rests.get(channel.name, (0, now))[1]:
                self._tell(channel, news, now)

    def stopped(self, error: BaseException) -> None:
        """Tell at once that the daemon ends by this error; that is over when it has been at work again for a while."""
        words = str(error) if isinstance(error, BotError) else f"{type(error).__name__}: {error}"
        end = Trouble(_STOPPED, f"the daemon stopped: {words}")
        for channel in self._channels:
            if _STOPPED not in self._told[channel.name]:
                self._tell(channel, Change((end,)), self._monotonic())

    def _tell(self, channel: Channel, news: Change, now: float) -> None:
        title, body = message(news)
        if not channel.tell(f"bot on {socket.gethostname()}: {title}", self._mask(body)):
            failures = self._rests.get(channel.name, (0, now))[0]
            wait = min(_LONGEST_BACK_OFF, _FIRST_BACK_OFF * 2 ** min(failures, 10))
            self._rests[channel.name] = (failures + 1, now + wait)
            where = f"BOT_ALERTS, number {list(self._channels).index(channel) + 1}"
            self._failed(BotError("an alert could not be sent", where=where, hint=f"Tried again in {wait:.0f} s."))
            return
        self._rests.pop(channel.name, None)
        told = self._told[channel.name]
        told = {key: words for key, words in told.items() if key not in news.over}
        self._told[channel.name] = told | {each.key: each.words for each in news.begun}
        self._keep()

    def _keep(self) -> None:
        try:
            with files.explained():
                content = json.dumps(self._told, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")
                files.write_whole(self._memory, content)
        except BotError as error:  # a disk that is full is what we may be telling of
            self._failed(error)


class Apprise:
    """A channel of any kind that apprise knows."""

    def __init__(self, url: str, key: bytes, *, patience: float = _PATIENCE) -> None:
        """Raises ValueError where apprise knows no such address; `key` is what its name is made with."""
        import apprise

        with quietly():
            self._to = apprise.Apprise(asset=apprise.AppriseAsset(app_id="bot", app_desc="bot", app_url=""))
            if not self._to.add(url):
                raise ValueError("apprise knows no such address")
        self.name = hashlib.blake2b(url.encode(), key=key, digest_size=8).hexdigest()
        self._patience = patience
        self._under_way: Thread | None = None

    def tell(self, title: str, body: str) -> bool:
        """Send a message, or give up in time; one that hangs is not followed by another."""
        if self._under_way is not None and self._under_way.is_alive():
            return False
        ends: list[bool] = []
        self._under_way = Thread(target=self._send, args=[title, body, ends], name="alert", daemon=True)
        self._under_way.start()
        self._under_way.join(self._patience)
        return ends == [True]

    def _send(self, title: str, body: str, ends: list[bool]) -> None:
        try:
            ends.append(bool(self._to.notify(body=body, title=title, body_format="text")))
        except Exception:  # noqa: BLE001 - whatever a channel does, it did not tell
            ends.append(False)


def channels(alerts: str, key: bytes) -> list[Apprise]:
    """The channels that a setting names. Raises ConfigurationError for the first that is none, and tells nothing of it."""
    found = []
    for number, url in enumerate(filter(None, re.split(r"[\s;]+", alerts)), start=1):
        try:
            found.append(Apprise(url, key))
        except ValueError:
            where = f"BOT_ALERTS, number {number}"
            hint = "Look it up: https://github.com/caronc/apprise/wiki"
            raise ConfigurationError("apprise knows no such address", where=where, hint=hint) from None
    return found


@contextmanager
def quietly() -> Iterator[None]:
    """Without what apprise says of an address that it cannot read, or use: it would show it."""
    log = logging.getLogger("apprise")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def _remembered(memory: Path, known: Sequence[Channel]) -> dict[str, dict[str, str]]:
    """What each channel was told before the last start; of a file that is damaged, nothing."""
    try:
        kept: Any = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    found: dict[str, dict[str, str]] = {}
    for each in known:
        told = kept.get(each.name) if isinstance(kept, dict) else None
        found[each.name] = {str(key): str(words) for key, words in told.items()} if isinstance(told, dict) else {}
    return found
