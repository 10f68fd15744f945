from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.compose.threads import unfold, unwrapped, wrapped
from bot.text import bluesky, mastodon, x
from bot.text.markers import MARKER, without

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.model import Span

NUMBER = re.compile(r" ?\((\d+)/(\d+)\)(?=(?:\s*!\[[^\]\n]*\]\([^)\n]*\))*\s*\Z)")
SENTENCE = "The bridge is open."  # 19 characters


def fits(text: str, most: int = 38) -> bool:
    return len(without(text)) <= most


def on_bluesky(text: str) -> bool:
    return bluesky.graphemes(text) <= bluesky.MAXIMUM and bluesky.size(text) <= bluesky.MAXIMUM_BYTES


def on_x(text: str) -> bool:
    return x.weighted_length(text) <= 280


def on_mastodon(text: str) -> bool:
    return mastodon.length(text) <= mastodon.MAXIMUM


@pytest.mark.parametrize(
    ("expected", "parts"),
    [
        (["As it is, though it is much too long to fit."], ["As it is, though it is much too long to fit."]),
        (["Short."], [wrapped("Short.")]),
        (["Headline", "More"], ["Headline", "More"]),
        (["Headline (1/2)", "More (2/2)"], ["Headline", wrapped("More")]),
        ([f"{SENTENCE} (1/2)", f"{SENTENCE} (2/2)"], [wrapped(f"{SENTENCE} {SENTENCE}")]),
        (
            [f"Head\n\n{SENTENCE} (1/2)", f"{SENTENCE}\n\n#Tag (2/2)"],
            [f"Head\n\n{wrapped(f'{SENTENCE} {SENTENCE}')}\n\n#Tag"],
        ),
        ([f"{SENTENCE} (1/2)", f"{SENTENCE} (2/2)"], [wrapped(SENTENCE)[:-1], f"{SENTENCE}\x0f"]),
        (
            ["This sentence is much too long (1/2)", "to stand in one part. It ends. (2/2)"],
            [wrapped("This sentence is much too long to stand in one part. It ends.")],
        ),
        ([f"{'a' * 32} (1/2)", f"{'a' * 18} (2/2)"], [wrapped("a" * 50)]),
        (["One, two (1/2)\n\n![b](c.png)", f"{'b' * 32} (2/2)"], [wrapped(f"One, two\n\n![b](c.png)\n\n{'b' * 32}")]),
        (["![b. C.](d)\n\nOne, two. (1/2)", f"{'b' * 32} (2/2)"], [wrapped(f"![b. C.](d)\n\nOne, two.\n\n{'b' * 32}")]),
    ],
)
def test_long_text_is_split_at_sentences_else_at_words(expected: list[str], parts: list[str]) -> None:
    assert expected == list(unfold(parts, fits).parts)


def test_a_link_is_left_whole_though_it_fits_nowhere() -> None:
    link = f"https://news.example.org/{'a' * 40}"
    assert link in unfold([wrapped(f"See {link} now.")], fits).parts[1]


def test_what_ends_a_text_does_not_stand_alone() -> None:
    shown = unfold([f"{wrapped(f'{SENTENCE} {SENTENCE}')}\n\n{'u' * 20}"], partial(fits, most=47)).parts
    assert (f"{SENTENCE} (1/2)", f"{SENTENCE}\n\n{'u' * 20} (2/2)") == shown


def test_the_last_part_is_not_next_to_nothing() -> None:
    shown = unfold([wrapped(" ".join([*[SENTENCE] * 5, "Yes, it is."]))], partial(fits, most=106)).parts
    assert (" ".join([*[SENTENCE] * 3, "(1/2)"]), " ".join([*[SENTENCE] * 2, "Yes, it is. (2/2)"])) == shown


def test_parts_beyond_the_most_are_told() -> None:
    text = " ".join([SENTENCE] * 5)
    assert [0, 2, 4] == [unfold([wrapped(text, most)], fits).excess for most in (25, 3, 1)]


def test_ten_parts_leave_room_for_their_numbers() -> None:
    shown = unfold([wrapped(" ".join(["a" * 29 + "."] * 12))], fits).parts
    assert (12, True) == (len(shown), all(map(fits, shown)))
    assert f"{'a' * 29}. (12/12)" == shown[-1]


def test_unwrapped_text_is_as_it_was() -> None:
    assert "Head\n\nBody." == unwrapped(f"Head\n\n{wrapped('Body.', 3)}")


WORDS = st.one_of(
    st.text("abcdeäß中文ไทย🇩🇪👩‍🚀é", min_size=1, max_size=12),
    st.sampled_from(
        ["#Bridge", "#中文标签", "https://news.example.org/a/b?c=d", "example.org/x", "@ann", "U.S.", "3.5"]
    ),
    st.just("![A hill. It is high.](hill.jpg)"),
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=40).flatmap(
    lambda words: st.sampled_from([". ", "! ", "? ", "\n\n", "\n", " "]).map(lambda end: " ".join(words) + end)
)
BODIES = st.lists(SENTENCES, min_size=1, max_size=12).map("".join)


def tagged(text: str, spans: Callable[[str], Sequence[Span]]) -> list[str]:
    return [span.link or f"#{span.tag}" for span in spans(text)]


@pytest.mark.parametrize(
    ("fitting", "spans"),
    [(on_x, x.spans), (on_bluesky, bluesky.facets), (on_mastodon, mastodon.spans)],
    ids=["x", "bluesky", "mastodon"],
)
@given(body=BODIES)
def test_every_part_fits_and_nothing_is_lost_doubled_or_torn(
    body: str, fitting: Callable[[str], bool], spans: Callable[[str], Sequence[Span]]
) -> None:
    def measured(text: str) -> bool:
        return fitting(without(text))

    parts = unfold([f"Headline\n\n{wrapped(body)}\n\nhttps://news.example.org/story\n\n#Bridge"], measured).parts
    whole = f"Headline\n\n{body}\n\nhttps://news.example.org/story\n\n#Bridge"
    numbers = [NUMBER.search(part) for part in parts]
    if len(parts) > 1:
        assert [(str(n), str(len(parts))) for n in range(1, len(parts) + 1)] == [n and n.groups() for n in numbers]
    plain = [NUMBER.sub("", part) for part in parts] if len(parts) > 1 else parts
    assert all(measured(part) for part in parts)
    assert "".join(whole.split()) == "".join("".join(plain).split())
    assert MARKER.findall(whole) == [found for part in plain for found in MARKER.findall(part)]
    expected = tagged(without(whole), spans)
    assert expected == [each for part in plain for each in tagged(without(part), spans)]
    assert (
        parts == unfold([f"Headline\n\n{wrapped(body)}\n\nhttps://news.example.org/story\n\n#Bridge"], measured).parts
    )


@pytest.mark.parametrize("piece", [f"{SENTENCE} ", "word ", "![a](b.png) ", "a", "中", "#a", ".\n"])
def test_a_monstrous_text_is_split_in_no_time(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    parts = unfold([wrapped(text)], lambda part: len(part) <= 300).parts
    assert "".join(text.split()) == "".join("".join(NUMBER.sub("", part) for part in parts).split())
