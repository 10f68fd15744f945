"""A composer over one template written for one test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.compose.wire import network

from bot.compose import Composer
from bot.model import Account, Article, Post

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path


@pytest.fixture
def compose(tmp_path: Path) -> Callable[..., Post]:
    """Compose an article by a template given as text."""

    def composed(
        article: Article,
        template: str = "{{ article.headline }}",
        *,
        maximum: int = 10_000,
        threads: bool = True,
        hashtags: int | None = None,
        noise: Collection[str] = (),
    ) -> Post:
        (tmp_path / "default.j2").write_text(template, encoding="utf-8")
        account = Account("news", network(maximum, threads=threads), hashtags=hashtags)
        return Composer([tmp_path], noise=noise).compose(article, account)

    return composed
