"""The adapter of an outbox: entries first, then the page and the feed that show them."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot import files
from bot.errors import DeliveryError, OutcomeUnknown, Rejected, Unauthorized, Unavailable
from bot.model import Delivery, Identity, Network, Post, Receipt
from bot.networks.outbox import FEED, OUTBOX, PAGE
from bot.networks.outbox.entries import Entries, Entry
from bot.networks.outbox.feed import feed
from bot.networks.outbox.page import page
from bot.networks.outbox.shelf import Shelf
from bot.networks.timeline import Standing, plain, recognised, since

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

ON_PAGE, IN_FEED = 100, 50
_WRITABLE = "Make it a folder that the bot may write, or set another one."


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Outbox:
    """One outbox."""

    def __init__(self, name: str, folder: Path, clock: Callable[[], datetime] = _utc_now) -> None:
        self._title = name.replace("_", " ").capitalize()
        self._folder = folder
        self._entries = Entries(folder / "entries")
        self._shelf = Shelf(folder)
        self._clock = clock

    @property
    def network(self) -> Network:
        """The facts of every outbox."""
        return OUTBOX

    def publish(self, delivery: Delivery) -> Iterator[Receipt]:
        """Keep the entry, have the page and the feed show it, and confirm the parts; the same again changes nothing."""
        entry = Entry.of(delivery)
        try:
            self._shelf.keep(entry.attachments)
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

    def retract(self, receipt: Receipt) -> None:
        """Take the part off the page and out of the feed, with what it alone showed; one that is gone is no trouble."""
        with self._changing("take the post down"):
            entry, number = self._named(receipt)
            if entry is not None and number in entry.numbers:
                left = entry.without(number)
                if left.post.parts:
                    self._entries.keep(left)
                else:
                    self._entries.drop(left.key)

    def revise(self, post: Post, receipt: Receipt) -> None:
        """Have the part say what this post says, where it stands; the same again changes nothing."""
        with self._changing("change the post"):
            entry, number = self._named(receipt)
            if entry is None or number not in entry.numbers:
                raise Rejected(f"{receipt.url} does not stand any more", where=self._place)
            revised = entry.saying(post, number)
            self._shelf.keep(revised.attachments)
            if revised != entry:
                self._entries.keep(replace(revised, updated=self._clock().astimezone(UTC)))

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

    def _named(self, receipt: Receipt) -> tuple[Entry | None, int]:
        """The entry that has the part of this receipt, if it is kept, and the part's number."""
        key, _, number = receipt.remote_id.rpartition("/")
        if not key or not number.isdecimal():
            raise Rejected(f"{receipt.remote_id} is no post of an outbox", where=self._place)
        return self._entries.find(key), int(number)

    @contextmanager
    def _changing(self, what: str) -> Iterator[None]:
        """Change an entry inside, and see it shown, with what the entries need beside it; what the disk refuses may be tried again."""
        try:
            yield
            self._show()
            self._shelf.keep_only(self._entries.attachments())
        except (OSError, ValueError) as error:
            raise self._refused(f"cannot {what}: {_reason(error)}", error) from error

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
                reply_to=entry.name(index - 1) if index else _answered(entry.post),
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
        return self._refused(what, error)

    def _refused(self, what: str, error: OSError | ValueError) -> DeliveryError:
        """What it means that the disk did not do something."""
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


def _answered(post: Post) -> str | None:
    return post.answers[-1].remote_id if post.answers else None


def _is_kept(entry: Entry, delivery: Delivery) -> bool:
    """Whether this is what the delivery puts there; after a restore, whenever that was."""
    ours = Entry.of(delivery)
    return entry == ours or (delivery.sought_since is not None and entry.post == ours.post)


def _reason(error: OSError | ValueError) -> str:
    return str(getattr(error, "strerror", None) or error)
