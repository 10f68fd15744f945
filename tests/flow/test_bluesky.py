"""The main job on the real thing: an article, one command, a post on the reference PDS, once, whatever gets lost."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flow.conftest import Bot
from servers.lossy import Held, Lossy, answers, cuts, dribbles, drops, late, loses

if TYPE_CHECKING:
    from servers.pds import PDS

STORY = """---
headline: Harbour bridge opens to cyclists
url: https://news.example/harbour-bridge
hashtags: [Harbour, cycling]
lang: en
---
The old bridge has a new lane.
"""
Made = Callable[..., Bot]


def facets(record: dict[str, Any]) -> list[str]:
    """What a reader can click in a post, as the server keeps it."""
    raw = record["text"].encode()
    return [raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode() for facet in record.get("facets", [])]


def test_the_news_page_stands_there_with_its_hashtags_clickable(pds: PDS, on_bluesky: Made) -> None:
    page = Path(__file__).parents[3] / "shared" / "examples" / "news-page.txt"
    if not page.exists():
        pytest.skip("needs ../shared/examples/news-page.txt")
    login = pds.account()
    bot = on_bluesky(login)
    assert 0 == bot("post", page).code
    assert 0 == bot("post", page).code
    (post,) = login.posts()
    assert post["value"]["text"].startswith(
        "South Korean President Lee Jae Myung is set to visit Japan for a summit with Prime Minister Sanae Takaichi\n"
    )
    tags = ["#SouthKorea", "#JapanSummit", "#ChinaRelations", "#AsianDiplomacy", "#LeeJaeMyung", "#GlobalPolitics"]
    assert [*tags, "#EastAsia"] == facets(post["value"])


def test_link_and_hashtags_are_clickable(pds: PDS, on_bluesky: Made) -> None:
    login = pds.account()
    bot = on_bluesky(login)
    answer = bot("post", bot.write("story.md", STORY), "--json")
    (post,) = login.posts()
    assert ["https://news.example/harbour-bridge", "#Harbour", "#Cycling"] == [
        found if "http" in found else found[:2].upper() + found[2:] for found in facets(post["value"])
    ]
    assert ["en"] == post["value"]["langs"]
    assert post["uri"] == answer.json[0]["receipts"][0]["remote_id"]


@pytest.mark.parametrize("fault", [loses, cuts, late, answers(502, "<html>bad gateway</html>"), answers(200, "<p>hi")])
def test_a_lost_or_spoilt_answer_ends_in_one_post(pds: PDS, lossy: Lossy, on_bluesky: Made, fault: Any) -> None:
    login = pds.account()
    bot = on_bluesky(login, lossy.url)
    lossy.next("putRecord", fault)
    answer = bot("post", bot.write("story.md", STORY), "--json")
    assert (0, "delivered") == (answer.code, answer.json[0]["state"])
    assert 1 == len(login.posts())


def test_an_outcome_that_stays_unknown_is_a_state_of_its_own(pds: PDS, lossy: Lossy, on_bluesky: Made) -> None:
    login = pds.account()
    bot = on_bluesky(login, lossy.url, BOT_PATIENCE_SECONDS="0")
    lossy.next("putRecord", loses)
    answer = bot("post", bot.write("story.md", STORY), "--json")
    assert (3, "unknown") == (answer.code, answer.json[0]["state"])
    (item,) = bot("status", "--json").json["attention"]
    assert "unknown" == item["state"]
    assert 0 == bot("post", bot.home / "story.md").code
    assert 1 == len(login.posts())


@pytest.mark.parametrize("fault", [drops, Held(), dribbles(b"", b"HTTP/1.1")])
def test_a_server_that_never_answers_does_not_hold_the_bot(
    pds: PDS, lossy: Lossy, on_bluesky: Made, fault: Any
) -> None:
    login = pds.account()
    bot = on_bluesky(login, lossy.url)
    lossy.next("", fault)
    begun = time.monotonic()
    assert bot("post", bot.write("story.md", STORY)).code in {3, 4}
    assert time.monotonic() - begun < 30
    assert 0 == bot("post", bot.home / "story.md").code
    assert 1 == len(login.posts())


def test_a_network_that_is_down_is_tried_again(pds: PDS, on_bluesky: Made) -> None:
    login = pds.account()
    bot = on_bluesky(login, "http://127.0.0.1:9")
    answer = bot("post", bot.write("story.md", STORY), "--json")
    assert (4, "scheduled") == (answer.code, answer.json[0]["state"])
    assert "reached" in answer.json[0]["error"]
    assert 4 == bot("run", "--once").code
    bot.settings["BOT_ACCOUNTS__BLUESKY__BASE_URL"] = pds.url
    assert 0 == bot("post", bot.home / "story.md").code
    assert 1 == len(login.posts())


def test_wrong_keys_pause_the_account_and_right_ones_let_it_go_on(pds: PDS, on_bluesky: Made) -> None:
    login = pds.account()
    bot = on_bluesky(login)
    right = bot.settings["BOT_ACCOUNTS__BLUESKY__APP_PASSWORD"]
    bot.settings["BOT_ACCOUNTS__BLUESKY__APP_PASSWORD"] = "wrong-wrong-wrong"
    answer = bot("post", bot.write("story.md", STORY), "--json")
    assert (1, "scheduled") == (answer.code, answer.json[0]["state"])
    assert "APP_PASSWORD" in answer.json[0]["error"]
    assert 1 == bot("run", "--once").code
    (account,) = bot("status", "--json").json["accounts"]
    assert "paused" == account["state"]
    assert 2 == bot("check").code
    bot.settings["BOT_ACCOUNTS__BLUESKY__APP_PASSWORD"] = right
    assert 0 == bot("run", "--once").code
    assert 1 == len(login.posts())


def test_an_account_that_fails_does_not_delay_another(pds: PDS, lossy: Lossy, on_bluesky: Made) -> None:
    login = pds.account()
    bot = on_bluesky(login, lossy.url, BOT_ACCOUNTS__OUTBOX__FOLDER="var/outbox")
    lossy.next("", Held(), times=99)
    answer = bot("post", bot.write("story.md", STORY), "--json")
    assert {"bluesky": "scheduled", "outbox": "delivered"} == {d["account"]: d["state"] for d in answer.json}


def test_a_pause_keeps_posts_and_a_resume_lets_them_go(pds: PDS, on_bluesky: Made) -> None:
    login = pds.account()
    bot = on_bluesky(login)
    assert 0 == bot("pause", "bluesky").code
    assert 4 == bot("post", bot.write("story.md", STORY)).code
    assert [] == login.posts()
    assert 0 == bot("resume", "bluesky").code
    assert 0 == bot("run", "--once").code
    assert 1 == len(login.posts())


def test_a_bot_that_is_killed_while_the_server_works_posts_once(pds: PDS, lossy: Lossy, on_bluesky: Made) -> None:
    login = pds.account()
    bot = on_bluesky(login, lossy.url)
    lossy.next("putRecord", late)
    killed = bot.start("post", bot.write("story.md", STORY))
    deadline = time.monotonic() + 20
    while not login.posts():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert 0 == bot("run", "--once").code
    assert 1 == len(login.posts())
    assert {"delivered": 1} == {state: n for state, n in bot("status", "--json").json["counts"].items() if n}


def test_a_thread_is_one_write_and_stays_one(pds: PDS, lossy: Lossy, on_bluesky: Made) -> None:
    login = pds.account()
    bot = on_bluesky(login, lossy.url)
    bot.write("templates/bluesky.j2", "{{ article.headline }}\n---\nTwo\n---\nThree {{ article.url }}\n")
    lossy.next("applyWrites", loses)
    assert 0 == bot("post", bot.write("story.md", STORY)).code
    posts = sorted(login.posts(), key=lambda post: post["uri"])
    assert ["Harbour bridge opens to cyclists", "Two", "Three https://news.example/harbour-bridge"] == [
        post["value"]["text"] for post in posts
    ]
    assert posts[1]["uri"] == posts[2]["value"]["reply"]["parent"]["uri"]
    assert posts[0]["uri"] == posts[2]["value"]["reply"]["root"]["uri"]


def test_a_hundred_posts_in_a_row_make_one_login(pds: PDS, lossy: Lossy, on_bluesky: Made) -> None:
    login = pds.account()
    bot = on_bluesky(login, lossy.url)
    for ten in range(10):
        numbers = range(10 * ten, 10 * ten + 10)
        stories = [bot.write(f"{number}.md", f"# Story {number}\n\nIt is so.\n") for number in numbers]
        assert 0 == bot("post", *stories).code
    assert (100, 1) == (len(login.posts()), lossy.count("createSession"))


def test_two_names_for_one_login_are_refused(pds: PDS, on_bluesky: Made) -> None:
    login = pds.account()
    bot = on_bluesky(login)
    twin = {name.replace("BLUESKY", "TWIN"): value for name, value in bot.settings.items()}
    bot.settings |= twin | {"BOT_ACCOUNTS__TWIN__NETWORK": "bluesky"}
    answer = bot("post", bot.write("story.md", STORY))
    assert 2 == answer.code
    assert "bluesky" in answer.err
    assert "twin" in answer.err
    assert "delivered" in answer.out
    assert 2 == bot("check").code
    assert 1 == len(login.posts())


def test_a_new_name_for_a_known_login_takes_over(pds: PDS, on_bluesky: Made) -> None:
    login = pds.account()
    bot = on_bluesky(login)
    bot("post", bot.write("story.md", STORY))
    bot.settings = {name.replace("BLUESKY", "NEWS"): value for name, value in bot.settings.items()}
    bot.settings["BOT_ACCOUNTS__NEWS__NETWORK"] = "bluesky"
    assert 0 == bot("post", bot.home / "story.md", "--to", "news").code
    assert 1 == len(login.posts())


@pytest.mark.parametrize("settled", ["--resend", "--posted"])
@pytest.mark.parametrize("fault", [drops, loses])
def test_a_thread_that_the_operator_settles_goes_on(
    pds: PDS, lossy: Lossy, on_bluesky: Made, fault: Any, settled: str
) -> None:
    login = pds.account()
    bot = on_bluesky(login, lossy.url, BOT_MAX_ATTEMPTS="1", BOT_PATIENCE_SECONDS="0")
    bot.write("templates/bluesky.j2", "{{ article.headline }}\n---\nTwo\n---\nThree {{ article.url }}\n")
    lossy.next("applyWrites", fault)
    (delivery,) = bot("post", bot.write("story.md", STORY), "--json").json
    (item,) = bot("status", "--json").json["attention"]
    assert f"bot resolve {delivery['id']}" in item["hint"]
    url = [f"https://bsky.app/profile/{login.did}/post/seen"] if settled == "--posted" else []
    assert 0 == bot("resolve", str(delivery["id"]), settled, *url).code
    assert 0 == bot("run", "--once").code
    expected = {"Two", "Three https://news.example/harbour-bridge"}
    if fault is loses or settled == "--resend":
        expected.add("Harbour bridge opens to cyclists")
    assert expected == set(login.texts())
    assert len(expected) == len(login.posts())


def test_what_is_given_up_goes_nowhere(pds: PDS, lossy: Lossy, on_bluesky: Made) -> None:
    login = pds.account()
    bot = on_bluesky(login, lossy.url, BOT_PATIENCE_SECONDS="0", BOT_SETTLE_SECONDS="0")
    lossy.next("putRecord", drops)
    (delivery,) = bot("post", bot.write("story.md", STORY), "--json").json
    time.sleep(3.2)  # before that, nobody can say that it stands nowhere
    assert 0 == bot("resolve", str(delivery["id"]), "--drop").code
    assert 0 == bot("run", "--once").code
    assert ([], []) == (login.posts(), bot("status", "--json").json["attention"])
