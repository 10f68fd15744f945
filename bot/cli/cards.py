"""The cards of `bot preview`: each account's post as text, its length as a bar, what it shows, and what was given up."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import typer

from bot.cli import money, show
from bot.errors import ComposeError, one_line, printable
from bot.showing.parts import ShownCard, facts
from bot.text.sources import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from decimal import Decimal

    from rich.console import RenderableType

    from bot import model
    from bot.model import Account, Article, Attachment, Part, Post

BAR = 24


@dataclass(frozen=True)
class Card:
    """One account's post, or why there is none."""

    headline: str
    account: Account
    post: Post | None
    error: ComposeError | None = None

    @property
    def cost(self) -> Decimal | None:
        """What the post costs; None where none does there."""
        prices = self.account.prices
        return prices.of(self.post) if self.post and prices.dearest else None


def draw(article: Article, account: Account, illustrated: Callable[[Article, Account], Post]) -> Card:
    """The card of one article for one account."""
    try:
        return Card(article.headline, account, illustrated(article, account))
    except ComposeError as error:
        return Card(article.headline, account, None, error)


def show_all(cards: Sequence[Card], *, currency: str, as_json: bool) -> None:
    """Put the cards before the reader, in the form that suits him."""
    if as_json:
        show.document([_json(card) for card in cards])
        return
    several = len({card.headline for card in cards}) > 1
    for headline, group in groupby(cards, key=lambda card: card.headline):
        if several:
            show.line(typer.style(one_line(headline), bold=True))
        for card in group:
            (_draw if show.on_terminal() else _write)(card, currency)


def _json(card: Card) -> Mapping[str, Any]:
    return {
        "account": card.account.name,
        "network": card.account.network.name,
        "fits": card.post is not None,
        "error": str(card.error) if card.error else None,
        "cost": money.number(card.cost),
        "dropped": list(card.post.dropped) if card.post else [],
        "left_out": list(card.post.left_out) if card.post else [],
        "warning": card.post.warning if card.post else None,
        "visibility": card.post.visibility if card.post else None,
        "parts": [_part_json(part, card) for part in card.post.parts] if card.post else [],
    }


def _part_json(part: Part, card: Card) -> Mapping[str, Any]:
    measured = _lengths(part, card)
    return {
        "text": part.text,
        "lengths": {unit: length for unit, length, _ in measured},
        "limits": {unit: maximum for unit, _, maximum in measured},
        "links": [span.link for span in part.spans if span.link],
        "hashtags": [span.tag for span in part.spans if span.tag],
        "card": _card_json(part.card) if part.card else None,
        "media": [_media_json(each) for each in part.media],
    }


def _card_json(card: model.Card) -> Mapping[str, Any]:
    thumbnail = _media_json(card.thumbnail) if card.thumbnail else None
    return {"url": card.url, "title": card.title, "description": card.description, "thumbnail": thumbnail}


def _media_json(media: Attachment) -> Mapping[str, Any]:
    return {key: getattr(media, key) for key in ("source", "alt", "mime", "size", "width", "height")}


def _write(card: Card, currency: str) -> None:
    """The card as plain text."""
    show.line(f"== {title(card.account)}")
    if card.post is None:
        show.line(f"-- {card.error}\n")
        return
    for part in card.post.parts:
        show.line(printable(part.text))
        for row in _pictured(part):
            show.line(f"-- {row}")
        show.line("-- " + ", ".join(f"{n:,} of {limit:,} {unit}" for unit, n, limit in lengths(part, card)))
    for note in notes(card, currency):
        show.line(f"-- {printable(note)}")
    show.line()


def _draw(card: Card, currency: str) -> None:
    """The card as a panel."""
    from rich.console import Console, Group
    from rich.panel import Panel

    colour = "green" if card.post else "red"
    panel = Panel(
        Group(*_rows(card, currency)), title=title(card.account), title_align="left", border_style=colour, width=80
    )
    Console().print(panel)


def _rows(card: Card, currency: str) -> list[RenderableType]:
    from rich.text import Text

    if card.post is None:
        return [Text(str(card.error), style="red")]
    rows: list[RenderableType] = []
    for part in card.post.parts:
        rows += [*([Text("· · ·", style="dim", justify="center")] if rows else []), _marked(part)]
        rows += [Text(row) for row in _pictured(part)]
        rows += [_bar(*length) for length in lengths(part, card)]
    return [*rows, *(Text(printable(note), style="yellow") for note in notes(card, currency))]


def _pictured(part: Part) -> Iterator[str]:
    """A line for each picture and film, and one for the card."""
    for media in part.media:
        kind = "film" if media.mime.startswith("video/") else "picture"
        alt = f"alt: {media.alt}" if media.alt else "no alt text"
        yield one_line(f"{kind} {name_of(media.source)}: {', '.join(filter(None, [facts(media), alt]))}")
    if part.card:
        picture = ", with a picture" if part.card.thumbnail else ""
        yield one_line(f"card: {part.card.title} ({ShownCard(part.card, None).host}){picture}")


def notes(card: Card, currency: str) -> Iterator[str]:
    """What a reader of the post alone would not know."""
    post, cost = card.post, card.cost
    if post is None:
        return
    if post.warning and post.warning not in post.parts[0].text:
        yield f"folded behind a warning: {one_line(post.warning)}"
    if post.visibility not in {None, "public"}:
        yield f"not for everybody: {post.visibility}"
    if post.dropped:
        yield f"given up: {'; '.join(post.dropped)}"
    yield from (f"left out: {each}" for each in post.left_out)
    if cost is not None:
        yield f"costs {money.amount(cost)} {currency}"


def _marked(part: Part) -> RenderableType:
    """The text with its links and tags in colour."""
    from rich.text import Text

    raw = part.text.encode()
    marked, end = Text(), 0
    for span in part.spans:
        marked.append(printable(raw[end : span.start].decode()))
        marked.append(printable(raw[span.start : span.end].decode()), style="blue underline" if span.link else "cyan")
        end = span.end
    marked.append(printable(raw[end:].decode()) + "\n")
    return marked


def _bar(unit: str, length: int, maximum: int) -> RenderableType:
    from rich.text import Text

    full = round(BAR * min(length / maximum, 1))
    bar = Text("━" * full, style="green" if length <= 0.9 * maximum else "yellow")
    return bar.append("─" * (BAR - full), style="bright_black").append(
        f" {length:,} of {maximum:,} {unit}", style="dim"
    )


def lengths(part: Part, card: Card) -> list[tuple[str, int, int]]:
    """The first length, which people go by, and those that come near their limits: unit, length and limit."""
    measured = _lengths(part, card)
    return [*measured[:1], *(each for each in measured[1:] if 2 * each[1] > each[2])]


def _lengths(part: Part, card: Card) -> list[tuple[str, int, int]]:
    """What counts against each limit, the warning included where it does."""
    warning = (card.post and card.post.warning) or ""
    limits = card.account.network.limits
    return [(limit.unit, limit.measure(part.text, warning), limit.maximum) for limit in limits]


def title(account: Account) -> str:
    """The account's name, and its network where that does not say it."""
    return account.name if account.name == account.network.name else f"{account.name} ({account.network.name})"
