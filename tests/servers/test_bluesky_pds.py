"""The Bluesky adapter on the reference PDS: what it writes, what it finds, and how it words what goes wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from servers.bluesky import LOG_IN, NOW, adapter, delivery, refusal
from servers.lossy import Fault, answers, cuts, late, loses
from servers.pds import POSTS

from bot.errors import OutcomeUnknown, RateLimited, Rejected, Unauthorized, Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.pds import PDS, Login

    from bot.errors import DeliveryError
    from bot.model import Delivery
    from bot.networks.base import Adapter


def test_hashtags_and_links_stand_where_they_stand_in_the_text(login: Login, here: Adapter) -> None:
    text = "Größe zählt 🎉 #SouthKorea, see https://example.org/straße?a=1 (#not-here) #Japan"
    list(here.publish(delivery(text)))
    [post] = login.posts()
    facets = post["value"]["facets"]
    shown = [text.encode()[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode() for f in facets]
    features = [f["features"][0].get("tag") or f["features"][0].get("uri") for f in facets]
    assert {"#SouthKorea", "https://example.org/straße?a=1", "#Japan"} == set(shown)
    assert {"SouthKorea", "https://example.org/straße?a=1", "Japan"} == set(features)


def test_a_record_tells_its_language_its_moment_and_its_warning(login: Login, here: Adapter) -> None:
    list(here.publish(delivery("Hello.", lang="de", warning="Graphic violence")))
    [post] = login.posts()
    expected = {
        "$type": POSTS,
        "text": "Hello.",
        "createdAt": "2026-11-23T10:00:01.123Z",
        "langs": ["de"],
        "labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "graphic-media"}]},
    }
    assert expected == post["value"]


def test_a_thread_goes_out_in_one_write_and_each_part_answers_the_one_before(
    login: Login, lossy: Lossy, through: Adapter
) -> None:
    receipts = list(through.publish(delivery("One.", "Two.", "Three.")))
    assert lossy.count("applyWrites") == 1
    assert lossy.count("putRecord") == 0
    one, two, three = login.posts()
    assert "reply" not in one["value"]
    first, second = ({"uri": post["uri"], "cid": post["cid"]} for post in (one, two))
    assert {"root": first, "parent": first} == two["value"]["reply"]
    assert {"root": first, "parent": second} == three["value"]["reply"]
    assert [(post["uri"], post["cid"]) for post in (one, two, three)] == [
        (receipt.proof["uri"], receipt.proof["cid"]) for receipt in receipts
    ]


def test_a_thread_too_large_for_one_write_goes_part_by_part(login: Login, lossy: Lossy, through: Adapter) -> None:
    texts = [f"{n} {'語' * 290}" for n in range(140)]
    assert len(texts) == len(list(through.publish(delivery(*texts))))
    assert (0, 140) == (lossy.count("applyWrites"), lossy.count("putRecord"))
    assert texts == login.texts()


def test_a_repeat_of_what_stands_is_no_write_at_all(pds: PDS, login: Login, here: Adapter) -> None:
    list(here.publish(delivery("One.", "Two.")))
    before = pds.call("com.atproto.sync.getLatestCommit", did=login.did)
    list(here.publish(replace(delivery("One.", "Two."), attempts=2, claim=2)))
    assert before == pds.call("com.atproto.sync.getLatestCommit", did=login.did)


@pytest.mark.parametrize("texts", [("Ours.",), ("Ours.", "Ours too.")])
def test_other_content_under_our_key_is_never_overwritten(login: Login, here: Adapter, texts: tuple[str, ...]) -> None:
    list(here.publish(delivery("Theirs.")))
    attempt = replace(delivery(*texts), attempts=2, claim=2)
    with pytest.raises(OutcomeUnknown, match="other content"):
        list(here.publish(attempt))
    with pytest.raises(OutcomeUnknown, match="not what was sent"):
        list(here.find(attempt, ()))
    assert ["Theirs."] == login.texts()


def test_an_attempt_after_one_that_had_no_answer_has_the_whole_time(login: Login, lossy: Lossy, tmp_path: Path) -> None:
    login.keep_session(tmp_path, "bluesky", lossy.url)
    one_run = adapter(login, tmp_path, lossy.url, timeout=1.0)
    lossy.next("putRecord", late)
    with pytest.raises(OutcomeUnknown, match="within 1 s"):
        list(one_run.publish(delivery("One.")))
    list(one_run.publish(replace(delivery("One."), attempts=2, claim=2)))
    assert ["One."] == login.texts()


def test_what_another_delivery_holds_is_not_found_as_ours(here: Adapter) -> None:
    [receipt] = here.publish(delivery("Hello."))
    with pytest.raises(OutcomeUnknown):
        list(here.find(delivery("Hello."), {receipt.remote_id}))


def test_find_ends_at_the_first_part_that_is_absent(here: Adapter) -> None:
    [receipt] = here.publish(delivery("One."))
    assert [receipt] == list(here.find(delivery("One.", "Two."), ()))


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (answers(502), Unavailable),
        (cuts, Unavailable),
        (loses, Unavailable),
        (refusal(401, "AccountTakedown"), Unauthorized),
        (refusal(429, "Slowly"), RateLimited),
    ],
)
def test_a_look_that_fails_says_nothing_about_the_post(
    lossy: Lossy, through: Adapter, fault: Fault, told: type[DeliveryError]
) -> None:
    lossy.next("getRecord", fault)
    with pytest.raises(told):
        list(through.find(delivery("Hello."), ()))


@pytest.mark.parametrize(
    ("post", "words"),
    [(delivery("x" * 301), "grapheme"), (delivery("Hello.", lang="not a language"), "langs")],
    ids=["too long", "no language"],
)
def test_what_the_network_refuses_is_told_in_its_words(login: Login, here: Adapter, post: Delivery, words: str) -> None:
    with pytest.raises(Rejected, match=words):
        list(here.publish(post))
    assert [] == login.texts()


def test_a_body_too_large_is_refused_for_good(lossy: Lossy, through: Adapter) -> None:
    lossy.next("putRecord", answers(413, "<html>Request Entity Too Large</html>"))
    with pytest.raises(Rejected):
        list(through.publish(delivery("Hello.")))


def test_a_deactivated_account_holds_its_posts(login: Login, here: Adapter) -> None:
    login.call("com.atproto.server.deactivateAccount", {})
    with pytest.raises(Unauthorized, match="bot resume bluesky"):
        list(here.publish(delivery("Hello.")))
    with pytest.raises(Unauthorized, match="deactivated"):
        here.check()


def test_a_taken_down_account_holds_its_posts(pds: PDS, login: Login, here: Adapter) -> None:
    pds.take_down(login)
    with pytest.raises(Unauthorized, match="taken"):
        list(here.publish(delivery("Hello.")))
    with pytest.raises(Unauthorized):
        here.check()


def test_check_tells_who_we_are_and_posts_nothing(pds: PDS, login: Login, here: Adapter) -> None:
    identity = here.check()
    assert (login.did, login.handle) == (identity.login, identity.name)
    assert f"https://bsky.app/profile/{login.did}" == identity.url
    assert ("may post",) == identity.facts
    assert [] == login.texts()


def test_an_answer_larger_than_anybody_needs_is_not_read(lossy: Lossy, through: Adapter) -> None:
    endless = json.dumps({"did": "did:plc:a", "handle": "a.test", "more": "x" * 1_000_000})
    lossy.next("getSession", answers(200, endless, content_type="application/json"))
    with pytest.raises(Unavailable):
        through.check()


RESETS = {
    "soon": (str(int(NOW.timestamp()) + 90), NOW.replace(microsecond=0) + timedelta(seconds=90)),
    "past": ("1", NOW + timedelta(minutes=5)),
    "in a thousand years": ("33300000000", NOW + timedelta(minutes=5)),
    "beyond all years": ("9" * 30, NOW + timedelta(minutes=5)),
    "no number": ("soon", NOW + timedelta(minutes=5)),
}


@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("step", ["putRecord", LOG_IN])
def test_a_limit_says_until_when(login: Login, lossy: Lossy, tmp_path: Path, reset: str, step: str) -> None:
    header, until = RESETS[reset]
    if step == "putRecord":
        login.keep_session(tmp_path, "bluesky", lossy.url)
    lossy.next(step, refusal(429, "RateLimitExceeded", ratelimit_reset=header))
    with pytest.raises(RateLimited) as caught:
        list(adapter(login, tmp_path, lossy.url).publish(delivery("Hello.")))
    assert until == caught.value.retry_at


def test_check_tells_what_is_left_of_the_quota_where_the_server_does(lossy: Lossy, through: Adapter) -> None:
    told = {"did": "did:plc:a", "handle": "a.test", "active": True}
    headers = {"ratelimit_limit": "3000", "ratelimit_remaining": "2998", "ratelimit_reset": "1795428300"}
    lossy.next("getSession", answers(200, json.dumps(told), content_type="application/json", **headers))
    assert ("may post", "2,998 of 3,000 requests left until 2026-11-23 10:05 UTC") == through.check().facts
