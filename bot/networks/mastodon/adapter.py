"""One account on Mastodon: posts part by part under keys, and looks on its own timeline for what may have been posted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from time import sleep
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.errors import DeliveryError, MediaRefused, OutcomeUnknown, Rejected, Unavailable
from bot.model import Delivery, Identity, Network, Receipt
from bot.networks.mastodon.server import Server
from bot.networks.mastodon.shown import as_shown
from bot.networks.mastodon.uploads import taken_in
from bot.networks.timeline import Standing, links_to, names_of, plain, recognised, since

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from bot.model import Attachment, Post
    from bot.networks.mastodon import MastodonAccount
    from bot.networks.mastodon.profiles import Instance
    from bot.networks.mastodon.shown import Shown


def _utc_now() -> datetime:
    return datetime.now(UTC)


class MastodonAdapter:
    """One account on Mastodon or its kin."""

    def __init__(
        self,
        account: MastodonAccount,
        name: str,
        home: Path,
        clock: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], None] = sleep,
    ) -> None:
        self._account = account
        self._name = name
        self._home = home
        self._clock = clock
        self._sleep = sleep
        self._network: Network | None = None

    @property
    def network(self) -> Network:
        """Mastodon's facts, with the limits that this account's server last stated."""
        if self._network is None:
            self._network = self._account.network_at(self._name, self._home)
        return self._network

    def publish(self, delivery: Delivery) -> Iterator[Receipt]:
        """Publish what has no receipt, each part in answer to the one before, once all is uploaded that they show."""
        post, names = _claimed(delivery), names_of(delivery)
        missing = [index for index in range(len(post.parts)) if index not in names]
        new = delivery.first_time
        with self._server() as server:
            try:
                media = taken_in(server, post, missing, self._sleep)
                for index in missing:
                    names[index], url = server.post(
                        post, index, key=f"{delivery.key}/{index}", parent=names.get(index - 1), media=media[index]
                    )
                    new = False
                    yield Receipt(index, names[index], url)
            except Rejected as refusal:
                if new:
                    self._heed_new_limits(server, post, refusal)
                    raise
                # without its pictures it would be another post than the one that stands in part, or may stand
                raise Rejected(refusal.what, where=refusal.where, hint=refusal.hint) from refusal

    def retract(self, receipt: Receipt) -> None:
        """Take a part down, if it stands."""
        with self._server() as server:
            server.delete(receipt.remote_id)

    def revise(self, post: Post, receipt: Receipt) -> None:
        """Edit a part where it stands; who sees it cannot be changed."""
        with self._server() as server:
            media = post.parts[receipt.index].media
            fresh = taken_in(server, _with_bytes(post), [receipt.index], self._sleep)
            shown = server.standing_media(receipt.remote_id) if any(not each.content for each in media) else ()
            server.revise(receipt.remote_id, post, receipt.index, list(_named(media, fresh[receipt.index], shown)))

    def find(self, delivery: Delivery, taken: Collection[str]) -> Iterator[Receipt]:
        """Yield the parts that stand on the account's timeline, ending at the first that is certainly absent."""
        missing = len(_claimed(delivery).parts) - len(delivery.receipts)
        with self._server() as server:
            me = server.account()
            timeline = server.timeline(me, since(delivery, server.now()))
            candidates = list(_candidates(server, delivery, taken, timeline.posts))
            for receipt in recognised(delivery, candidates, taken, warned=True):
                missing -= 1
                yield receipt
            if missing and not timeline.whole:
                raise server.unshown()

    def check(self) -> Identity:
        """Who we are there; keeps what the server takes."""
        with self._server() as server:
            me, quota = server.account(), server.quota()
            may = server.app_may()
            domain = self._domain(server.instance())
            return Identity(
                login=f"{me.id}@{domain}",
                name=f"@{me.username}@{domain}",
                url=me.url or self._account.base_url,
                facts=(*may, *me.facts, *quota),
            )

    def _domain(self, instance: Instance | None) -> str:
        """What the server calls itself, or did when it last said: the login must not change when it does not say."""
        if instance is not None:
            self._keep(instance)
            return instance.domain
        return self._account.domain_at(self._name, self._home) or urlsplit(self._account.base_url).netloc

    def _heed_new_limits(self, server: Server, post: Post, refusal: Rejected) -> None:
        """Where the server states other limits than it did, and the post breaks those, it is made anew: not refused for good."""
        try:
            instance = server.instance()
        except DeliveryError:
            return
        before = self._account.limits_at(self._name, self._home)
        if instance is None or instance.limits == before:
            return
        self._keep(instance)
        limits = instance.limits
        if any(limits.measure(part.text, post.warning or "") > limits.characters for part in post.parts):
            hint = f"It is made anew, for {limits.characters:,} characters as they count there."
        elif isinstance(refusal, MediaRefused) and limits.media != before.media:
            hint = "It is made anew, with pictures as they are taken there."
        else:
            return
        what = f"{refusal.what}; it has other limits now than the post was made for"
        raise Unavailable(what, where=refusal.where, hint=hint) from refusal

    def _keep(self, instance: Instance) -> None:
        self._account.keep(self._name, self._home, instance)
        self._network = None

    def _server(self) -> Server:
        return Server(self._account, self._name, self._clock)


def _claimed(delivery: Delivery) -> Post:
    if delivery.post is None:
        raise ValueError("a delivery is published and looked for after it was claimed, not before")
    return delivery.post


def _with_bytes(post: Post) -> Post:
    """The post without what it shows already."""
    parts = [replace(part, media=tuple(each for each in part.media if each.content)) for part in post.parts]
    return replace(post, parts=tuple(parts))


def _named(media: Iterable[Attachment], fresh: Iterable[str], shown: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The server's names for these in their order: of what was uploaded, and of what it shows, which goes by its alt text."""
    uploaded, left = iter(fresh), list(shown)
    for each in media:
        if each.content:
            yield next(uploaded)
        elif left:
            name = next((name for name, alt in left if alt == each.alt), left[0][0])
            left = [other for other in left if other[0] != name]
            yield name


def _candidates(
    server: Server, delivery: Delivery, taken: Collection[str], timeline: Iterable[Shown]
) -> Iterator[Standing]:
    """What may be ours of a timeline, as its author wrote it."""
    post, ours = _claimed(delivery), set(names_of(delivery).values())
    held = {*taken, *ours}
    for shown in timeline:
        if shown.remote_id not in held and (
            shown.reply_to in ours
            or shown.is_like([part.text for part in post.parts], post.url)
            or (delivery.sought_since is not None and shown.has_words(post.title))
        ):
            ours.add(shown.remote_id)
            yield _as_written(server, shown, delivery)


def _as_written(server: Server, shown: Shown, delivery: Delivery) -> Standing:
    """The post with the words of its author; where the server keeps these to itself, those of ours that it shows like this."""
    text, warning = server.source(shown) or (_of_ours(shown, delivery), shown.warning)
    return Standing(shown.remote_id, shown.url, plain(text), warning, shown.reply_to)


def _of_ours(shown: Shown, delivery: Delivery) -> str:
    """The text of which the server's HTML was made; raises OutcomeUnknown where it may be one that we sent, and may not."""
    post, confirmed = _claimed(delivery), {receipt.index for receipt in delivery.receipts}
    sent = [part.text for index, part in enumerate(post.parts) if index not in confirmed]
    ours = {as_shown(text): text for text in sent}.get(as_shown(shown.text))
    linked = delivery.sought_since is not None or any(links_to(post.url or "", text) for text in sent)
    if ours is None and shown.is_like(sent, post.url if linked else None):
        raise OutcomeUnknown(f"{shown.url} is like what was sent, and its server does not tell how it was written")
    return ours or shown.text
