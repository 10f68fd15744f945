"""One account on Mastodon: posts part by part under keys, and looks on its own timeline for what may have been posted."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.errors import DeliveryError, OutcomeUnknown, Rejected, Unavailable
from bot.model import Delivery, Identity, Network, Receipt
from bot.networks.mastodon.limits import Limits
from bot.networks.mastodon.server import Server
from bot.networks.timeline import LOOK_BACK, Standing, plain, recognised

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from bot.model import Post
    from bot.networks.mastodon import MastodonAccount
    from bot.networks.mastodon.shown import Shown


def _utc_now() -> datetime:
    return datetime.now(UTC)


class MastodonAdapter:
    """One account on Mastodon or its kin."""

    def __init__(
        self, account: MastodonAccount, name: str, home: Path, clock: Callable[[], datetime] = _utc_now
    ) -> None:
        self._account = account
        self._name = name
        self._home = home
        self._clock = clock

    @property
    def network(self) -> Network:
        """Mastodon's facts, with the limits that this account's server last stated."""
        return self._account.network_at(self._name, self._home)

    def publish(self, delivery: Delivery) -> Iterator[Receipt]:
        """Publish what has no receipt, each part in answer to the one before."""
        post, _ = _claimed(delivery)
        names = {receipt.index: receipt.remote_id for receipt in delivery.receipts}
        with self._server() as server:
            for index in range(len(post.parts)):
                if index in names:
                    continue
                try:
                    names[index], url = server.post(
                        post, index, key=f"{delivery.key}/{index}", parent=names.get(index - 1)
                    )
                except Rejected as refusal:
                    self._heed_new_limits(server, post, refusal)
                    raise
                yield Receipt(index, names[index], url)

    def find(self, delivery: Delivery, taken: Collection[str]) -> Iterator[Receipt]:
        """Yield the parts that stand on the account's timeline, ending at the first that is certainly absent."""
        with self._server() as server:
            yield from recognised(delivery, list(_candidates(server, delivery, taken)), taken, warned=True)

    def check(self) -> Identity:
        """Who we are there; keeps what the server takes."""
        with self._server() as server:
            me, quota = server.account(), server.quota()
            may_post = ["may post"] if server.may_post() else []
            instance = server.instance()
            self._account.keep_limits(self._name, self._home, Limits.stated(instance))
            domain = _domain(instance) or urlsplit(self._account.base_url).netloc
            url = me.get("url")
            return Identity(
                login=f"{me['id']}@{domain}",
                name=f"@{me['username']}@{domain}",
                url=url if isinstance(url, str) else self._account.base_url,
                facts=(*may_post, *_standing_of(me), *quota),
            )

    def _heed_new_limits(self, server: Server, post: Post, refusal: Rejected) -> None:
        """Where the server states other limits than it did, and the post breaks those, it is made anew: not refused for good."""
        try:
            instance = server.instance()
        except DeliveryError:
            return
        limits = Limits.stated(instance)
        if not instance or limits == self._account.limits_at(self._name, self._home):
            return
        self._account.keep_limits(self._name, self._home, limits)
        if any(limits.measure(part.text, post.warning or "") > limits.characters for part in post.parts):
            what = f"{refusal.what}; it takes {limits.characters:,} characters now"
            raise Unavailable(what, where=refusal.where, hint="The post is made anew for that.") from refusal

    def _server(self) -> Server:
        return Server(self._account, self._name, self._clock)


def _claimed(delivery: Delivery) -> tuple[Post, datetime]:
    if delivery.post is None or delivery.first_attempt_at is None:
        raise ValueError("a delivery is published and looked for after it was claimed, not before")
    return delivery.post, delivery.first_attempt_at


def _candidates(server: Server, delivery: Delivery, taken: Collection[str]) -> Iterator[Standing]:
    """What may be ours of what was posted since shortly before the first attempt, oldest first, as its author wrote it."""
    post, first_attempt_at = _claimed(delivery)
    ours = {receipt.remote_id for receipt in delivery.receipts}
    held = {*taken, *ours}
    since = first_attempt_at - LOOK_BACK
    recent = list(takewhile(lambda shown: shown.at >= since, server.timeline(str(server.account()["id"]))))
    for shown in reversed(recent):
        if shown.remote_id not in held and (shown.reply_to in ours or shown.is_like(post)):
            ours.add(shown.remote_id)
            yield _as_written(server, shown, post)


def _as_written(server: Server, shown: Shown, post: Post) -> Standing:
    """The post with the words of its author; where the server keeps these to itself, only what is ours to the letter."""
    source = server.source(shown)
    if source is not None:
        return Standing(shown.remote_id, shown.url, *source, shown.reply_to)
    if shown.is_like(post) and plain(shown.text) not in {plain(part.text) for part in post.parts}:
        raise OutcomeUnknown(f"{shown.url} is like what was sent, and its server does not tell how it was written")
    return Standing(shown.remote_id, shown.url, shown.text, shown.warning, shown.reply_to)


def _domain(instance: Mapping[str, Any]) -> str | None:
    """What the server calls itself: a bare name since 4.0, some of its kin put https:// before it."""
    named = instance.get("domain") or instance.get("uri")
    if not isinstance(named, str):
        return None
    return (urlsplit(named).netloc or named).strip("/ ").lower() or None


def _standing_of(me: Mapping[str, Any]) -> Iterator[str]:
    """What the server says of the account that its owner should know."""
    if me.get("limited") is True:
        yield "is limited: only followers see its posts"
    moved = me.get("moved")
    if isinstance(moved, dict) and isinstance(moved.get("acct"), str):
        yield f"has moved to @{moved['acct']}"
