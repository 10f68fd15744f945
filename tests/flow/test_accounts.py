"""An account is its login: under another name it goes on, under two names it is refused, and swapped it is noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flow.conftest import Bot
from flow.everywhere import SERVERS, settings
from servers.lossy import loses

if TYPE_CHECKING:
    from pathlib import Path

STORY = "---\nheadline: Harbour bridge opens\nurl: https://news.example/bridge\n---\nIt is open.\n"
LATER = "---\nheadline: Harbour bridge closes\nurl: https://news.example/closed\n---\nIt is closed.\n"
NETWORKS = pytest.mark.parametrize("of", ["bluesky", "mastodon", "x"])


class Stage:
    """One server, with logins on it as a test asks for them, and a bot with none of them yet."""

    def __init__(self, request: pytest.FixtureRequest, home: Path, of: str) -> None:
        fixture, self.network, self.writes = SERVERS[of]
        self.server: Any = request.getfixturevalue(fixture)
        self.wire = request.getfixturevalue("proxied")(self.server.url)
        self.bot = Bot(home, {"BOT_SETTLE_SECONDS": "0"})

    def login(self) -> Any:
        return self.server.account()

    def configure(self, **logins: Any) -> None:
        """The accounts of these names are these logins, and no others are."""
        self.bot.settings = {"BOT_SETTLE_SECONDS": "0"}
        for name, login in logins.items():
            self.bot.settings |= settings(name, self.network, login.settings(self.wire.url))


@NETWORKS
def test_an_account_that_is_renamed_keeps_what_it_posted(
    request: pytest.FixtureRequest, tmp_path: Path, of: str
) -> None:
    stage = Stage(request, tmp_path, of)
    login = stage.login()
    stage.configure(old=login)
    story = stage.bot.write("story.md", STORY)
    assert 0 == stage.bot("post", story).code
    stage.configure(new=login)
    assert 0 == stage.bot("post", story, "--to", "new").code
    assert 0 == stage.bot("post", stage.bot.write("later.md", LATER)).code
    assert 2 == len(login.texts())


@NETWORKS
def test_an_account_that_is_renamed_while_an_outcome_is_unknown_settles_it(
    request: pytest.FixtureRequest, tmp_path: Path, of: str
) -> None:
    stage = Stage(request, tmp_path, of)
    login = stage.login()
    stage.configure(old=login)
    stage.bot.settings["BOT_PATIENCE_SECONDS"] = "0"
    stage.wire.next(stage.writes, loses)
    assert 3 == stage.bot("post", stage.bot.write("story.md", STORY)).code
    stage.configure(new=login)
    for _ in range(50):
        if stage.bot("run", "--once").code == 0:
            break
    assert 0 == stage.bot("post", stage.bot.home / "story.md", "--to", "new").code
    assert 1 == len(login.texts())


@NETWORKS
def test_two_names_for_one_login_are_refused(request: pytest.FixtureRequest, tmp_path: Path, of: str) -> None:
    stage = Stage(request, tmp_path, of)
    login = stage.login()
    stage.configure(one=login, two=login)
    check = stage.bot("check")
    assert (2, True) == (check.code, "the same login" in check.out)
    answer = stage.bot("post", stage.bot.write("story.md", STORY))
    assert 2 == answer.code
    assert "the same login" in answer.err
    assert 1 == len(login.texts())


@NETWORKS
def test_accounts_whose_keys_are_swapped_post_nothing_until_they_are_put_back(
    request: pytest.FixtureRequest, tmp_path: Path, of: str
) -> None:
    stage = Stage(request, tmp_path, of)
    first, second = stage.login(), stage.login()
    stage.configure(one=first, two=second)
    assert 0 == stage.bot("post", stage.bot.write("story.md", STORY)).code
    stage.configure(one=second, two=first)
    later = stage.bot.write("later.md", LATER)
    answer = stage.bot("post", later)
    assert 2 == answer.code
    assert "now shows" in answer.err
    assert (1, 1) == (len(first.texts()), len(second.texts()))
    stage.configure(one=first, two=second)
    assert 0 == stage.bot("post", later).code
    assert (2, 2) == (len(first.texts()), len(second.texts()))
