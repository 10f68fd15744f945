"""The main job on every network at once: one article, one command, each text within its limit by its server's own count."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flow.everywhere import Everywhere, everywhere
from servers.lossy import answers, cuts, drops, late, loses

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = Path(__file__).parents[3] / "shared" / "examples" / "news-page.txt"
HEADLINE = "South Korean President Lee Jae Myung is set to visit Japan for a summit with Prime Minister Sanae Takaichi"
STORY = """---
headline: Harbour bridge opens to cyclists & walkers
url: https://news.example/harbour-bridge?from=here&to=there
hashtags: [Harbour, cycling]
lang: en
warning: heights
---
The old bridge has a <new> lane.
"""
THREAD = "{{ article.headline }}\n---\nThe second part & more.\n---\nThe third <part> {{ article.url }}\n"


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Everywhere:
    return everywhere(request, tmp_path)


def states(answer: Any) -> dict[str, str]:
    return {delivery["account"]: delivery["state"] for delivery in answer.json}


def once_each(world: Everywhere, parts: int = 1) -> Mapping[str, list[str]]:
    texts = world.texts()
    assert dict.fromkeys(texts, parts) == {name: len(found) for name, found in texts.items()}
    return texts


def test_the_news_page_goes_everywhere_by_one_command(world: Everywhere) -> None:
    if not PAGE.exists():
        pytest.skip("needs ../shared/examples/news-page.txt")
    answer = world.bot("post", PAGE, "--json")
    assert dict.fromkeys(world.accounts, "delivered") == states(answer), answer.out
    assert 0 == answer.code
    for name, (text,) in once_each(world).items():
        assert text.startswith(HEADLINE), name
        assert text.endswith("#SouthKorea #JapanSummit" if name == "x" else "#GlobalPolitics #EastAsia"), name
    assert [HEADLINE] == world.bot.titles()
    assert 0 == world.bot("post", PAGE).code
    once_each(world)


@pytest.mark.parametrize("template", [None, THREAD], ids=["single", "thread"])
@pytest.mark.parametrize("fault", [drops, loses, cuts, late, answers(502, "<html>bad gateway</html>")])
def test_lost_answers_on_each_end_in_exactly_one_post(world: Everywhere, fault: Any, template: str | None) -> None:
    if template:
        world.bot.write("templates/bluesky.j2", template)
        world.bot.write("templates/mastodon.j2", template)
        world.bot.write("templates/x.j2", template)
    world.each(fault)
    answer = world.bot("post", world.bot.write("story.md", STORY), "--json")
    assert 3 == answer.code
    unknown = {"keyless", "mastodon", "mock", "x"}
    assert {name: "unknown" if name in unknown else "delivered" for name in world.accounts} == states(answer)
    world.run_until_settled()
    once_each(world, parts=3 if template else 1)
    counts = world.bot("status", "--json").json["counts"]
    assert {"delivered": len(world.accounts)} == {state: n for state, n in counts.items() if n}


def test_warning_visibility_and_language_arrive_where_the_network_has_them(world: Everywhere) -> None:
    story = world.bot.write("story.md", STORY.replace("lang: en", "lang: en\nvisibility: unlisted"))
    assert 0 == world.bot("post", story).code
    once_each(world)
    (post,) = world.logins["mastodon"].posts()
    assert ("heights", "unlisted", "en") == (post["spoiler_text"], post["visibility"], post["language"])
    assert not post["text"].startswith("CW"), "it stands in a field of its own"
    (x,), (bluesky,) = world.texts()["x"], world.texts()["bluesky"]
    assert x.startswith("CW: heights\n\nHarbour bridge opens to cyclists & walkers\n")
    assert bluesky.startswith("CW: heights\n\n")


def test_what_is_for_followers_only_goes_where_only_they_see_it(world: Everywhere) -> None:
    story = world.bot.write("story.md", STORY.replace("lang: en", "lang: en\nvisibility: private"))
    answer = world.bot("post", story, "--json")
    told = {delivery["account"]: delivery for delivery in answer.json}
    closed = {"keyless", "mastodon", "mock"}
    assert {name: "delivered" if name in closed else "scheduled" for name in world.accounts} == states(answer)
    assert 1 == answer.code
    assert "followers only" in told["x"]["error"]
    assert ["private"] == [post["visibility"] for post in world.logins["mastodon"].posts()]
    assert ([], [], []) == (world.texts()["x"], world.texts()["bluesky"], world.bot.titles())


def test_a_check_tells_who_each_account_is_and_posts_nothing(world: Everywhere) -> None:
    answer = world.bot("check", "--json")
    assert 0 == answer.code, answer.out
    told = {finding["what"]: finding["detail"] for finding in answer.json}
    assert f"is @{world.logins['x'].username} ({world.logins['x'].user_id}), may post" in told["x"]
    assert "280 weighted characters a post" in told["x"]
    assert "may post" in told["mastodon"]
    assert "500 characters a post" in told["mastodon"]
    assert "5,000 characters a post" in told["keyless"]
    assert "left until" in told["mastodon"]
    assert "300 graphemes a post" in told["bluesky"]
    assert not any(world.texts().values())


def test_two_articles_that_say_the_same_are_both_posted_where_the_network_allows_it(world: Everywhere) -> None:
    for number in (1, 2):
        story = f"---\nid: {number}\nheadline: No news today\n---\nNone.\n"
        world.bot("post", world.bot.write(f"{number}.md", story))
    counts = {name: len(texts) for name, texts in world.texts().items()}
    assert {"bluesky": 2, "keyless": 2, "mastodon": 2, "mock": 2, "x": 1} == counts
    (item,) = world.bot("status", "--json").json["attention"]
    assert ("x", "discarded") == (item["account"], item["state"])
    assert "duplicate" in item["error"]


def test_two_articles_that_say_the_same_are_told_apart_when_both_answers_are_lost(world: Everywhere) -> None:
    for name in ("x", "bluesky"):
        world.bot("pause", name)
    for number in (1, 2):
        world.each(loses)
        story = f"---\nid: {number}\nheadline: No news today\n---\nNone.\n"
        world.bot("post", world.bot.write(f"{number}.md", story))
    world.run_until_settled()
    counts = {name: len(texts) for name, texts in world.texts().items()}
    assert {"bluesky": 0, "keyless": 2, "mastodon": 2, "mock": 2, "x": 0} == counts
