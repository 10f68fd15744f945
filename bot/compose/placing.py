"""Which picture goes on which part: where the text names it, else on the first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.compose import threads
from bot.compose.tidy import split, tidied
from bot.model import Attachment, Part, Pictures
from bot.text.markers import take
from bot.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.model import Account, Article, Media, Network

_FOLDS = threads.wrapped("")  # its characters


def parts_of(
    text: str, article: Article, network: Network, fits: Callable[[str], bool]
) -> tuple[tuple[Part, ...], int]:
    """
    The parts of a text, each with the article's pictures that it names, not looked at yet; and how many are too many.

    Where the network has no threads they are one, with blank lines for the breaks.
    """
    parts, excess = split(text, but=_FOLDS), 0
    if not network.threads:
        parts = tuple(filter(None, [tidied(threads.unwrapped("\n\n".join(parts)))]))
    elif _FOLDS[0] in text:
        unfolded = threads.unfold(parts, lambda part: fits(take(part, article.media)[0]))
        parts, excess = unfolded.parts, unfolded.excess
    return tuple([_part(each, article.media) for each in parts]), excess


def placed(parts: Sequence[Part], article: Article, account: Account) -> tuple[Sequence[Part], tuple[str, ...]]:
    """The parts, each picture on the first that names it and those that none names on the first; and a word where none may be."""
    if not article.media:
        return parts, ()
    if account.network.media is None or account.pictures is Pictures.NONE:
        told = account.pictures is not Pictures.NONE
        return [replace(part, media=()) for part in parts], (f"pictures: {account.network.name} takes none",) * told
    named = {picture.source for part in parts for picture in part.media}
    first = replace(parts[0], media=parts[0].media + _named(each for each in article.media if each.source not in named))
    return _each_once([first, *parts[1:]]), ()


def _part(text: str, media: Sequence[Media]) -> Part:
    if not media:
        return Part(text)
    words, named = take(text, media)
    return Part(words, media=_named(named))


def _named(media: Iterable[Media]) -> tuple[Attachment, ...]:
    return tuple([Attachment(each.source, visible(each.alt).strip()) for each in media])


def _each_once(parts: Iterable[Part]) -> list[Part]:
    seen: set[str] = set()
    shown: list[Part] = []
    for part in parts:
        new = {picture.source: picture for picture in reversed(part.media) if picture.source not in seen}
        seen |= new.keys()
        shown.append(replace(part, media=tuple(reversed(new.values()))))
    return shown
