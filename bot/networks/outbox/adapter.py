"""The adapter of an outbox: entries first, then the page and the feed that show them."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from bot import files
from bot.errors import DeliveryError, OutcomeUnknown, Unauthorized, Unavailable
from bot.model import Delivery, Identity, Network, Receipt
from bot.networks.outbox import FEED, OUTBOX, PAGE
from bot.networks.outbox.entries import Entries, Entry
from bot.networks.outbox.feed import feed
from bot.networks.outbox.page import page
from bot.networks.timeline import Standing, plain, recognised, since

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

ON_PAGE, IN_FEED = 100, 50
_WRITABLE = "Make it a folder that the bot may write, or set another one."


class Outbox:
    """One outbox."""

    def __init__(self, name: str, folder: Path) -> None:
        self._title = name.replace("_", " ").capitalize()
        self._folder = folder
        self._entries = Entries(folder / "entries")

    @property
    def network(self) -> Network:
        """The facts of every outbox."""
        return OUTBOX

    def publish(self, delivery: Delivery) -> Iterator[Receipt]:
        """Keep the entry, have the page and the feed show it, and confirm the parts; the same again changes nothing."""
        entry = Entry.of(delivery)
        try:
            if self._entries.find(entry.key) != entry:
                self._entries.keep(entry)
        except (OSError, ValueError) as error:
            raise self._not_kept(entry, error) from error
        try:
            self._show()
        except (OSError, ValueError) as error:
            raise OutcomeUnknown(f"the post is kept, but not yet shown: {_reason(error)}", where=self._place) from error
        yield from self._receipts(delivery)

    def find(self, delivery: Delivery, taken: Collection[str]) -> Iterator[Receipt]:
        """The parts without a receipt, if this very entry is kept; after a restore, if its post is, under any key."""
        try:
            kept = self._entries.find(delivery.key)
            recent = list(self._entries.since(since(delivery))) if kept is None and delivery.sought_since else []
        except (OSError, ValueError) as error:
            raise OutcomeUnknown(f"cannot be read: {_reason(error)}", where=self._place) from error
        if kept is not None and not _is_kept(kept, delivery):
            raise OutcomeUnknown("something else is kept under the key of this delivery", where=self._place)
        if kept is not None:
            yield from (receipt for receipt in self._receipts(delivery) if receipt.remote_id not in taken)
        yield from self._sought(delivery, recent, taken)

    def check(self) -> Identity:
        """The outbox is its folder; it takes posts where that can be written."""
        nearest = next(path for path in (self._folder, *self._folder.parents) if path.exists())
        if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
            raise Unauthorized("cannot be written", where=str(nearest), hint=_WRITABLE)
        return Identity(login=self._login, name=self._place, url=(self._folder / PAGE).as_uri())

    @property
    def _place(self) -> str:
        return str(self._folder)

    @property
    def _login(self) -> str:
        return f"outbox:{self._folder}"

    def _show(self) -> None:
        """Write the page and the feed, and again if somebody else kept an entry meanwhile: the last writer sees all."""
        shown = None
        while (entries := self._entries.newest(ON_PAGE)) != shown:
            self._write(PAGE, page(self._title, entries).encode())
            self._write(FEED, feed(self._title, self._login, entries[:IN_FEED]))
            shown = entries

    def _write(self, name: str, content: bytes) -> None:
        path = self._folder / name
        if not path.exists() or path.read_bytes() != content:
            files.write_whole(path, content, mode=0o644)

    def _receipts(self, delivery: Delivery) -> Iterator[Receipt]:
        entry, confirmed = Entry.of(delivery), {receipt.index for receipt in delivery.receipts}
        for index in range(len(entry.post.parts)):
            if index not in confirmed:
                yield Receipt(index, entry.name(index), self._url(entry, index))

    def _url(self, entry: Entry, index: int) -> str:
        return f"{(self._folder / PAGE).as_uri()}#{entry.anchor(index)}"

    def _sought(self, delivery: Delivery, recent: list[Entry], taken: Collection[str]) -> Iterator[Receipt]:
        """The parts, if an entry that nobody holds is this post from its first part to its last."""
        timeline = [
            Standing(
                entry.name(index),
                self._url(entry, index),
                plain(part.text),
                warning=entry.post.warning or "",
                reply_to=entry.name(index - 1) if index else None,
            )
            for entry in recent
            for index, part in enumerate(entry.post.parts)
        ]
        found = list(recognised(delivery, timeline, taken, warned=True))
        parts = len(Entry.of(delivery).post.parts)
        whole = [[entry.name(index) for index in range(parts)] for entry in recent if len(entry.post.parts) == parts]
        names = [receipt.remote_id for receipt in sorted([*delivery.receipts, *found], key=lambda each: each.index)]
        if found and names not in whole:  # an entry is put there as a whole: nothing can go on from its middle
            raise OutcomeUnknown(f"{found[0].url} is like what was sent, but not the same", where=self._place)
        yield from found

    def _not_kept(self, entry: Entry, error: OSError | ValueError) -> DeliveryError:
        """What it means that an entry could not be written: that depends on whether it stands there all the same."""
        what = f"cannot keep the post: {_reason(error)}"
        if not self._certainly_absent(entry):
            return OutcomeUnknown(what, where=self._place)
        match error:
            case PermissionError() | NotADirectoryError() | FileExistsError() | OSError(errno=errno.EROFS):
                return Unauthorized(what, where=self._place, hint=_WRITABLE)
            case OSError(errno=errno.ENOSPC | errno.EDQUOT):
                return Unavailable(what, where=self._place, hint="Make room on the disk; it is tried again.")
            case _:
                return Unavailable(what, where=self._place)

    def _certainly_absent(self, entry: Entry) -> bool:
        try:
            return self._entries.find(entry.key) is None
        except NotADirectoryError:
            return True
        except (OSError, ValueError):
            return False


def _is_kept(entry: Entry, delivery: Delivery) -> bool:
    """Whether this is what the delivery puts there; after a restore, whenever that was."""
    ours = Entry.of(delivery)
    return entry == ours or (delivery.sought_since is not None and entry.post == ours.post)


def _reason(error: OSError | ValueError) -> str:
    return str(getattr(error, "strerror", None) or error)
