"""Article × Account → Post."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import bot
from bot.compose.fitting import fit
from bot.compose.links import Text, addressed, own_words, permitted
from bot.compose.placing import parts_of, placed
from bot.compose.templates import Templates
from bot.compose.tidy import as_data
from bot.errors import ComposeError
from bot.model import Account, Article, Links, Network, Post
from bot.text.hashtags import without_noise
from bot.text.markers import without
from bot.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from jinja2 import Template


class Composer:
    """Makes posts by the templates of some folders, the operator's own first."""

    def __init__(self, folders: Sequence[Path], *, noise: Collection[str]) -> None:
        self._templates = Templates(folders)
        self._noise = noise

    def compose(self, article: Article, account: Account) -> Post:
        """The exact content for one account; ComposeError where a template fails or the article cannot fit."""
        article = _with_defaults(article, account)
        visibility = _visibility(article, account)
        own = next((name for name in (account.name, account.network.name) if name in article.text), None)
        linked = addressed(article, account)
        if own is None:
            text, dropped = self._fitted(linked, account)
        else:
            text, dropped = _own(article.text[own], article, account), ()
        dropped += _withheld(article, text, account, own)
        if not text.parts:
            raise ComposeError(
                f"nothing is left to post on account {account.name}", hint="Give it a headline or a text."
            )
        if excess := _excess(text, account.network, article.warning):
            shorten = f"text: {own}" if own else "the link or the headline"
            alone = _over("", account.network, article.warning)
            raise _too_long(account, excess, dropped, shorten="the warning" if alone else shorten)
        parts, left_out = placed(text.parts, article, account)
        return Post(
            parts=tuple([replace(part, spans=tuple(account.network.spans(part.text))) for part in parts]),
            title=article.headline,
            url=linked.url,
            lang=article.lang,
            warning=article.warning,
            visibility=visibility,
            dropped=dropped,
            left_out=left_out,
        )

    def templates(self) -> frozenset[str]:
        """The names of the templates that an article may ask for."""
        return self._templates.names()

    def check(self) -> list[ComposeError]:
        """What is wrong with the syntax of the templates."""
        return list(self._templates.check())

    def _fitted(self, article: Article, account: Account) -> tuple[Text, tuple[str, ...]]:
        template, network = self._templates.choose(article, account), account.network
        tags = tuple(without_noise(article.hashtags, self._noise))[: account.hashtags]
        return fit(
            replace(as_data(article), hashtags=tags),
            lambda article: _parted(self._render(template, article, account), article, account),
            lambda text: _excess(text, network, article.warning) is None,
        )

    def _render(self, template: Template, article: Article, account: Account) -> str:
        """The text with each hashtag once: one that its words bring along is not listed again."""
        text = self._templates.render(template, article, account)
        lowered = text.casefold().replace("＃", "#")
        if all(lowered.count(f"#{tag.casefold()}") < 2 for tag in article.hashtags):
            return text
        bare = self._templates.render(template, replace(article, hashtags=()), account)
        standing = {span.tag.casefold() for span in account.network.spans(without(bare)) if span.tag}
        left = tuple(tag for tag in article.hashtags if tag.casefold() not in standing)
        return self._templates.render(template, replace(article, hashtags=left), account)


def packaged_templates() -> Path:
    """The templates that come with the bot: in its package when installed, beside it in a checkout."""
    package = Path(bot.__file__).parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def _parted(text: str, article: Article, account: Account) -> Text:
    """What a template wrote, in parts, with the links that may stand in them."""
    network = account.network
    parts, excess = parts_of(text, article, network, lambda part: _over(part, network, article.warning) is None)
    return permitted(parts, account, excess)


def _own(text: str, article: Article, account: Account) -> Text:
    """The words that the article gives an account; they are never split."""
    parts, _ = parts_of(visible(text), article, account.network, lambda _: True)
    return permitted(own_words(parts, article, account), account)


def _withheld(article: Article, text: Text, account: Account, own: str | None) -> tuple[str, ...]:
    """What the account's policy keeps from its readers, in words for people."""
    hidden = article.url if own is None and account.links is Links.NEVER else None
    links = dict.fromkeys((*filter(None, [hidden]), *text.withheld))
    return (f"link{'s' if len(links) > 1 else ''}: {', '.join(links)}",) if links else ()


def _with_defaults(article: Article, account: Account) -> Article:
    """The article, with what the account says where it says nothing itself."""
    return replace(article, lang=article.lang or account.lang, warning=article.warning or account.warning)


def _visibility(article: Article, account: Account) -> str | None:
    """Who may see the post; what is for few must not go where everybody sees it."""
    visibility, known = article.visibility or account.visibility or "public", account.network.visibilities
    if visibility in known:
        return visibility
    if visibility == "private":
        hint = f"Name the accounts that it is for, without {account.name}: `accounts: [...]`."
        raise ComposeError(f"is for followers only, and on {account.network.name} everybody sees it", hint=hint)
    return None


def _excess(text: Text, network: Network, warning: str | None) -> str | None:
    """By how much the first part that is too long is so; or how many there are, where these are too many."""
    for index, each in enumerate(text.parts, start=1):
        if over := _over(each.text, network, warning):
            return f"part {index}: {over}" if len(text.parts) > 1 else over
    count = len(text.parts)
    return f"{count} of {count - text.excess} parts" if text.excess else None


def _over(text: str, network: Network, warning: str | None) -> str | None:
    """By how much a text is too long for one part."""
    for limit in network.limits:
        if (length := limit.measure(text, warning or "")) > limit.maximum:
            return f"{length:,} of {limit.maximum:,} {limit.unit}"
    return None


def _too_long(account: Account, excess: str, dropped: tuple[str, ...], *, shorten: str) -> ComposeError:
    given_up = f", even after giving up {'; '.join(dropped)}" if dropped else ""
    return ComposeError(f"does not fit account {account.name} ({excess}){given_up}", hint=f"Shorten {shorten}.")
