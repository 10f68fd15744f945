"""Posts composed a second for each network, beside a bare Jinja2 render of the same template and article."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader

from bot import intake, networks
from bot.compose import Composer, packaged_templates
from bot.compose.templates import hashtags
from bot.intake import Names
from bot.model import Account, Article
from bot.text.hashtags import NOISE

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = Path(__file__).parents[1] / "examples"
SECONDS = 1.0


def articles() -> list[Article]:
    """The example articles, and each once more with a headline that no short network has room for."""
    names = Names(accounts=frozenset(), networks=frozenset(networks.names()))
    paths = sorted(path for path in EXAMPLES.iterdir() if path.suffix in {".md", ".txt"})
    read = [intake.read(path, names=names, queue=EXAMPLES, timezone=ZoneInfo("UTC")) for path in paths]
    return [*read, *(replace(article, headline=" ".join([article.headline] * 8)) for article in read)]


def a_second(work: Callable[[Article], object], article: Article) -> float:
    """How often a second the work is done."""
    times, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < SECONDS:
        work(article)
        times += 1
    return times / (time.perf_counter() - begun)


def bare(account: Account) -> Callable[[Article], str]:
    """The template alone: no sandbox, no fitting, no spans."""
    environment = Environment(loader=FileSystemLoader(packaged_templates()), trim_blocks=True, lstrip_blocks=True)
    environment.filters["hashtags"] = hashtags
    template = environment.select_template([f"{account.network.name}.j2", "default.j2"])
    return lambda article: template.render(article=article, account=account, network=account.network)


def main() -> None:
    composer = Composer([packaged_templates()], noise=NOISE)
    print(f"{'network':10} {'posts/s':>8} {'bare render/s':>14} {'ratio':>6}  given up                 article")
    for name in networks.names():
        account = Account(name, networks.account_settings(name).facts)
        for article in articles():
            posts = a_second(partial(composer.compose, account=account), article)
            renders = a_second(bare(account), article)
            dropped = "; ".join(text.split(":")[0] for text in composer.compose(article, account).dropped) or "nothing"
            print(
                f"{name:10} {posts:8,.0f} {renders:14,.0f} {renders / posts:6.1f}  {dropped:24} {article.headline[:44]}"
            )


if __name__ == "__main__":
    main()
