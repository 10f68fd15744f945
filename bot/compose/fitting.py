"""Giving up words, in a declared order, until a post fits."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from bot.text.cuts import cut, sentence_ends, word_ends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.model import Article

Text = TypeVar("Text")


@dataclass(frozen=True, slots=True)
class Rung:
    """A field that can be given up in `most` steps of one `unit`; `shorter(n)` is what n of them leave."""

    field: str
    unit: str
    most: int
    shorter: Callable[[int], Any]

    def after(self, n: int, article: Article) -> Article:
        """The article when n steps are taken."""
        return replace(article, **{self.field: self.shorter(n)}) if n else article

    def told(self, first: int, last: int, article: Article) -> str:
        """For people: what the steps from the first that showed to the last took away."""
        if self.field == "hashtags":
            given_up = article.hashtags[self.most - last : self.most - first + 1]
            return "hashtags: " + " ".join(f"#{tag}" for tag in given_up)
        count = last - first + 1
        return f"{self.field}: {count} {self.unit}{'s' if count > 1 else ''}" if self.shorter(last) else self.field


def ladder(article: Article) -> Iterator[Rung]:
    """What may be given up, first to last; the link never is."""
    yield Rung("related", "article", len(article.related), lambda n: article.related[:-n])
    yield Rung("body", "paragraph", len(article.body), lambda n: article.body[:-n])
    sentences = (0, *sentence_ends(article.summary))
    yield Rung("summary", "sentence", len(sentences) - 1, lambda n: article.summary[: sentences[-1 - n]])
    yield Rung("hashtags", "hashtag", len(article.hashtags), lambda n: article.hashtags[:-n])
    words = word_ends(article.headline)
    unit = "word" if len(words) == len(article.headline.split()) else "character"
    yield Rung("headline", unit, len(words) - 1, lambda n: cut(article.headline, words[-1 - n]))


def fit(
    article: Article, render: Callable[[Article], Text], fits: Callable[[Text], bool]
) -> tuple[Text, tuple[str, ...]]:
    """The most of the article that fits, as `render` shows it, and what was given up; where nothing fits, the least of it."""
    text, dropped = render(article), list[str]()
    for rung in ladder(article):
        if fits(text):
            break
        article, text, told = _give_up(rung, article, text, render, fits)
        dropped += told
    return text, tuple(dropped)


def _give_up(
    rung: Rung, article: Article, whole: Text, render: Callable[[Article], Text], fits: Callable[[Text], bool]
) -> tuple[Article, Text, list[str]]:
    """The article after as few steps as will do, its text, and what to tell people of it."""

    @cache
    def shown(n: int) -> Text:
        return render(rung.after(n, article)) if n else whole

    last = max(rung.most, 0)
    if shown(last) == whole:  # not shown, and not to come back in the place of what goes after it
        return rung.after(last, article), whole, []
    if fits(shown(last)):
        last = bisect_left(range(last), True, lo=1, key=lambda n: fits(shown(n)))
    first = 1 if shown(1) != whole else bisect_left(range(last), True, lo=1, key=lambda n: shown(n) != whole)
    return rung.after(last, article), shown(last), [rung.told(first, last, article)]
