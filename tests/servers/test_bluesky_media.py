"""Pictures, films and cards on the reference PDS: whole, once, or certainly not posted."""

from __future__ import annotations

import random
from dataclasses import replace
from io import BytesIO
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from servers.bluesky import REFRESH, adapter, attachment, delivery, film, picture, refusal
from servers.lossy import Fault, answers, cuts, drops, late, loses

from bot.errors import MediaRefused, OutcomeUnknown, RateLimited, TooSlow, Unauthorized, Unavailable
from bot.model import Card, Part

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.pds import PDS, Login

    from bot.model import Attachment, Delivery
    from bot.networks.base import Adapter

UPLOAD = "uploadBlob"
WRITE = "putRecord|applyWrites"
SEA = Part("The sea.", media=(picture(1, alt="Waves"),))
THREAD = delivery("One.", Part("Two.", media=(picture(1), picture(2, "png"))), Part("Three.", media=(picture(1),)))


def again(post: Delivery) -> Delivery:
    """The same at another attempt, after one that may have posted it."""
    return replace(post, attempts=2, claim=2)


def seen(login: Login, blob: dict[str, Any]) -> bytes:
    """What a reader gets for a blob that a record names."""
    return login.blob(blob["ref"]["$link"])


def pixels(content: bytes) -> tuple[str | None, tuple[int, int], bytes]:
    with Image.open(BytesIO(content)) as image:
        return image.format, image.size, image.convert("RGB").tobytes()


def test_four_pictures_stand_with_alt_text_and_aspect_ratio(login: Login, here: Adapter) -> None:
    pictures = (
        picture(1, alt="Größe: 👩‍🚀 on a quay"),
        picture(2, "png", (30, 90), alt=""),
        picture(3, "webp", alt="a" * 2_000),
        picture(4, size=(1200, 800)),
    )
    list(here.publish(delivery(Part("Four pictures.", media=pictures))))
    [post] = login.posts()
    images = post["value"]["embed"]["images"]
    assert [each.alt for each in pictures] == [image["alt"] for image in images]
    shapes = [{"width": each.width, "height": each.height} for each in pictures]
    assert shapes == [image["aspectRatio"] for image in images]
    assert [each.mime for each in pictures] == [image["image"]["mimeType"] for image in images]
    assert [pixels(each.content) for each in pictures] == [pixels(seen(login, image["image"])) for image in images]


def test_a_film_stands_alone(login: Login, here: Adapter) -> None:
    waves = film()
    list(here.publish(delivery(Part("Waves.", media=(waves,)))))
    [post] = login.posts()
    embed = post["value"]["embed"]
    ratio = {"width": 640, "height": 360}
    assert ("app.bsky.embed.video", "Waves", ratio) == (embed["$type"], embed["alt"], embed["aspectRatio"])
    assert waves.content == seen(login, embed["video"])


@pytest.mark.parametrize("thumbnail", [picture(5, "png"), None])
def test_a_card_says_where_the_link_leads(login: Login, here: Adapter, thumbnail: Attachment | None) -> None:
    card = Card("https://example.org/straße?a=1", "A headline", "And its summary.", thumbnail)
    list(here.publish(delivery(Part("See the card.", card=card))))
    [post] = login.posts()
    external = post["value"]["embed"]["external"]
    thumb = external.pop("thumb", None)
    assert {"uri": card.url, "title": card.title, "description": card.description} == external
    assert (thumbnail and thumbnail.content) == (thumb and seen(login, thumb))


def test_pictures_go_up_once_before_a_thread_goes_out_in_one_write(
    login: Login, lossy: Lossy, through: Adapter
) -> None:
    assert 3 == len(list(through.publish(THREAD)))
    calls = [path.rpartition(".")[2] for path in lossy.seen]
    assert ["uploadBlob", "uploadBlob", "applyWrites"] == calls
    one, two, three = (post["value"] for post in login.posts())
    assert "embed" not in one
    assert 2 == len(two["embed"]["images"])
    assert two["embed"]["images"][0]["image"] == three["embed"]["images"][0]["image"]


def test_the_server_computes_the_same_address_of_whatever_a_record_shows(login: Login, here: Adapter) -> None:
    chance = random.Random(6)
    kept = [picture(seed, kind, (20 + seed, 30)) for seed, kind in enumerate(["jpeg", "png", "webp"] * 3)]
    words = ["", "Größe", '👩‍🚀 \\ "quoted"\n', "日本" * 40, "é\u0301", "\u2028\x7f", "$link"]

    def part(number: int) -> Part:
        shown = [replace(each, alt=chance.choice(words)) for each in chance.sample(kept, chance.randint(0, 4))]
        shown = [replace(each, width=chance.choice([0, each.width])) for each in shown]
        thumbnail = chance.choice([None, *kept])
        card = Card(f"https://example.org/{number}", chance.choice(words), chance.choice(words), thumbnail)
        return Part(f"Part {number}.", media=tuple(shown), card=chance.choice([None, card]))

    receipts = list(here.publish(delivery(*map(part, range(100)))))
    assert [receipt.proof["cid"] for receipt in receipts] == [post["cid"] for post in login.posts()]
    shown = [post["value"].get("embed", {}).get("$type") for post in login.posts()]
    assert {None, "app.bsky.embed.images", "app.bsky.embed.external"} == set(shown)


TOO_LARGE = attachment(picture(0, "png", (40, 40)).content + bytes(2_000_001), "image/png", "", 40, 40)
REFUSED = {
    "a picture too large for a record": (SEA, (TOO_LARGE,), "too big"),
    "a film too large for the server": (SEA, (film(5_300_000),), "too large"),
    "a text": (SEA, (attachment(b"hello", "text/plain"),), "text/plain"),
    "a picture of another kind": (SEA, (replace(picture(1), mime="image/png"),), "for image/jpeg, not for image/png"),
    "a film that is not MPEG-4": (SEA, (film(brand=b"qt  "),), "for video/quicktime"),
    "five pictures": (SEA, tuple(picture(seed) for seed in range(5)), "maximum 4"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("texts", [(), ("Another part.",)], ids=["single", "thread"])
def test_what_is_refused_for_its_pictures_is_certainly_not_posted(
    login: Login, here: Adapter, case: str, texts: tuple[str, ...]
) -> None:
    part, media, words = REFUSED[case]
    with pytest.raises(MediaRefused, match=words):
        list(here.publish(delivery(*texts, replace(part, media=media))))
    assert [] == login.texts()
    list(here.publish(delivery(*texts, replace(part, media=()))))
    assert [*texts, part.text] == login.texts()


def test_a_card_that_is_refused_is_no_refusal_of_the_text(login: Login, here: Adapter) -> None:
    for card in (Card("no address", "Title"), Card("https://example.org/", "Title", thumbnail=TOO_LARGE)):
        with pytest.raises(MediaRefused, match="external"):
            list(here.publish(delivery(Part("Hello.", card=card))))
    assert [] == login.texts()


BEFORE = {
    "dropped": (drops, Unavailable),
    "answer lost": (loses, Unavailable),
    "answer cut": (cuts, Unavailable),
    "too late": (late, TooSlow),
    "a page": (answers(200, "<html>", content_type="text/html"), Unavailable),
    "no blob": (answers(200, "{}", content_type="application/json"), Unavailable),
    "another blob": (
        answers(200, '{"blob": {"ref": {"$link": "bafk"}}}', content_type="application/json"),
        Unavailable,
    ),
    "502": (answers(502), Unavailable),
    "413": (answers(413, "<html>"), MediaRefused),
    "400": (refusal(400, "BlobTooLarge", "as the network words it"), MediaRefused),
    "403": (refusal(403, "Forbidden"), Unauthorized),
    "429": (refusal(429, "RateLimitExceeded"), RateLimited),
}


@pytest.mark.parametrize("case", BEFORE)
def test_what_goes_wrong_with_an_upload_is_certain(login: Login, lossy: Lossy, tmp_path: Path, case: str) -> None:
    fault, kind = BEFORE[case]
    login.keep_session(tmp_path, "bluesky", lossy.url)
    lossy.next(UPLOAD, fault, after=1)
    began = monotonic()
    with pytest.raises(kind) as caught:
        list(adapter(login, tmp_path, lossy.url, timeout=1.0).publish(THREAD))
    assert kind is type(caught.value)
    assert monotonic() - began < 3
    assert (0, []) == (lossy.count(WRITE), login.texts())
    assert 3 == len(list(adapter(login, tmp_path, lossy.url).publish(THREAD)))
    assert ["One.", "Two.", "Three."] == login.texts()


@pytest.mark.parametrize("fault", [drops, loses, cuts, answers(502)])
@pytest.mark.parametrize("post", [delivery(SEA), THREAD], ids=["single", "thread"])
def test_what_was_lost_after_its_uploads_stands_once_after_the_repeat(
    login: Login, lossy: Lossy, through: Adapter, post: Delivery, fault: Fault
) -> None:
    lossy.next(WRITE, fault)
    with pytest.raises(OutcomeUnknown):
        list(through.publish(post))
    stood, uploads = login.posts(), lossy.count(UPLOAD)
    receipts = list(through.publish(again(post)))
    assert post.post is not None
    assert [part.text for part in post.post.parts] == login.texts()
    assert [entry["uri"] for entry in login.posts()] == [receipt.remote_id for receipt in receipts]
    assert list(range(len(receipts))) == [receipt.index for receipt in receipts]
    assert uploads * (1 if stood else 2) == lossy.count(UPLOAD), "what stands needs no upload"
    assert receipts == list(through.find(post, ()))


def test_what_stands_needs_no_upload_that_would_be_refused_by_now(login: Login, lossy: Lossy, through: Adapter) -> None:
    lossy.next(WRITE, loses)
    with pytest.raises(OutcomeUnknown):
        list(through.publish(delivery(SEA)))
    lossy.next(UPLOAD, answers(413))
    assert 1 == len(list(through.publish(again(delivery(SEA)))))
    assert ["The sea."] == login.texts()


def test_the_rest_of_a_thread_goes_on_from_the_parts_that_stand(login: Login, lossy: Lossy, through: Adapter) -> None:
    lossy.next(WRITE, drops, after=2)
    with pytest.raises(OutcomeUnknown):
        list(through.publish(again(THREAD)))
    assert ["One.", "Two."] == login.texts()
    assert [0, 1, 2] == [receipt.index for receipt in through.publish(again(THREAD))]
    assert ["One.", "Two.", "Three."] == login.texts()


def test_what_the_server_forgot_meanwhile_goes_up_again(pds: PDS, login: Login, lossy: Lossy, through: Adapter) -> None:
    lossy.next(WRITE, drops)
    with pytest.raises(OutcomeUnknown):
        list(through.publish(delivery(SEA)))
    (uploaded,) = pds.folder.glob(f"blobs/temp*/{login.did}/*")
    uploaded.unlink()
    list(through.publish(again(delivery(SEA))))
    [post] = login.posts()
    assert SEA.media[0].content == seen(login, post["value"]["embed"]["images"][0]["image"])


def test_a_token_that_ended_is_renewed_for_an_upload(pds: PDS, login: Login, lossy: Lossy, tmp_path: Path) -> None:
    old = replace(login, access=pds.expired(login.access))
    old.keep_session(tmp_path, "bluesky", lossy.url)
    list(adapter(login, tmp_path, lossy.url).publish(THREAD))
    assert ["One.", "Two.", "Three."] == login.texts()
    assert (1, 3) == (lossy.count(REFRESH), lossy.count(UPLOAD))


@pytest.mark.parametrize("other", [(), (picture(2),), (replace(SEA.media[0], alt="Other words"),)])
def test_the_same_words_with_other_pictures_are_not_ours(here: Adapter, other: tuple[Attachment, ...]) -> None:
    list(here.publish(delivery(SEA)))
    with pytest.raises(OutcomeUnknown, match="not what was sent"):
        list(here.find(delivery(replace(SEA, media=other)), ()))
