"""What a Mastodon server takes beside a text, as it is stated, kept and told to the rest of the bot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.networks.mastodon import MASTODON, MastodonAccount
from bot.networks.mastodon.attachments import AttachmentLimits
from bot.networks.mastodon.limits import Limits
from bot.networks.mastodon.profiles import Instance

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = MastodonAccount.model_validate({"base_url": "https://social.example", "access_token": "Tk-3f9a17c2"})
MIB = 1024 * 1024
NONSENSE: tuple[Any, ...] = ("700", -1, 10**30, 7.5, True, None, [], {})


def stated(most: Any = 4, **media: Any) -> dict[str, Any]:
    return {"configuration": {"statuses": {"max_media_attachments": most}, "media_attachments": media}}


MASTODON_4_5 = stated(
    supported_mime_types=["image/jpeg", "image/png", "image/gif", "image/heic", "image/webp", "video/mp4", "audio/ogg"],
    description_limit=1500,
    image_size_limit=16 * MIB,
    image_matrix_limit=33_177_600,
    video_size_limit=99 * MIB,
    video_frame_rate_limit=120,
    video_matrix_limit=8_294_400,
)
PLEROMA = {"upload_limit": 16_000_000, "description_limit": 5000, "max_media_attachments": 20}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, AttachmentLimits()),
        (MASTODON_4_5, AttachmentLimits(image=16 * MIB, film=99 * MIB, pixels=33_177_600)),
        (PLEROMA, AttachmentLimits(20, 5000, 16_000_000, 16_000_000)),
        (stated(0), AttachmentLimits(most=0)),
        (
            stated(6, supported_mime_types=["video/webm", "image/png"], image_size_limit=700),
            AttachmentLimits(6, image=700, formats=("image/png",)),
        ),
        (stated(supported_mime_types=["image/tiff"]), AttachmentLimits()),
        ({"configuration": {"media_attachments": [5]}}, AttachmentLimits()),
        *[
            (
                stated(
                    odd, supported_mime_types=odd, description_limit=odd, image_size_limit=odd, video_size_limit=odd
                ),
                AttachmentLimits(),
            )
            for odd in NONSENSE
        ],
    ],
)
def test_what_a_server_takes_is_what_it_states_unless_it_is_nonsense(
    told: dict[str, Any], expected: AttachmentLimits
) -> None:
    assert expected == AttachmentLimits.stated(told) == Limits.stated(told).media
    kept = json.loads(json.dumps(Limits.stated(told).to_keep()))
    assert Limits.stated(told) == Limits.kept(kept)


def test_what_was_stated_is_what_the_network_takes_from_then_on(tmp_path: Path) -> None:
    ACCOUNT.keep("news", tmp_path, Instance("social.example", Limits.stated(MASTODON_4_5)))
    media = ACCOUNT.network_at("news", tmp_path).media
    assert media is not None
    sizes = dict.fromkeys(["image/jpeg", "image/png", "image/webp", "image/gif"], 16 * MIB) | {"video/mp4": 99 * MIB}
    assert (4, 1500, sizes, 33_177_600, None) == (media.most, media.alt, media.formats, media.pixels, media.side)
    assert {"image/gif", "video/mp4"} == media.moving


@pytest.mark.parametrize(
    "kept",
    [{}, {"media": None}, {"media": [4]}, {"media": {"most": "4", "pixels": 0, "formats": "image/png"}}, {"media": {}}],
)
def test_a_shelf_that_knows_nothing_of_media_or_is_damaged_says_what_old_servers_take(kept: dict[str, Any]) -> None:
    assert Limits(700) == Limits.kept({"characters": 700} | kept)


def test_a_server_of_texts_takes_no_media(tmp_path: Path) -> None:
    ACCOUNT.keep("news", tmp_path, Instance("social.example", Limits.stated(stated(0))))
    assert ACCOUNT.network_at("news", tmp_path).media is None


def test_without_a_word_from_the_server_the_smaller_numbers_of_old_ones_hold(tmp_path: Path) -> None:
    media = ACCOUNT.network_at("news", tmp_path).media
    assert media == MASTODON.media
    assert media is not None
    assert (4, 10 * MIB, 40 * MIB, 16_777_216) == (
        media.most,
        media.formats["image/jpeg"],
        media.formats["video/mp4"],
        media.pixels,
    )
    assert MASTODON.edits
    assert MASTODON.thumbnail is None
