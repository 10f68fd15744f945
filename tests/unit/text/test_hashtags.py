"""Hashtags as the newsroom wrote them, made safe for every network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import bluesky, hashtags, mastodon, x

NEWS_PAGE = (
    "#trending #latest#SouthKorea #JapanSummit #ChinaRelations #AsianDiplomacy #LeeJaeMyung #GlobalPolitics #EastAsia"
)


def test_the_line_of_a_news_page_has_nine_tags_in_order() -> None:
    expected = (
        "trending",
        "latest",
        "SouthKorea",
        "JapanSummit",
        "ChinaRelations",
        "AsianDiplomacy",
        "LeeJaeMyung",
        "GlobalPolitics",
        "EastAsia",
    )
    assert expected == hashtags.parse(NEWS_PAGE)


def test_noise_is_dropped_without_regard_to_case() -> None:
    assert hashtags.without_noise(("Trending", "SouthKorea", "latest")) == ("SouthKorea",)
    assert hashtags.without_noise(("trending", "SouthKorea"), noise=["southkorea"]) == ("trending",)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", ()),
        ("south korea summit", ("SouthKoreaSummit",)),
        ("politics, world news", ("politics", "WorldNews")),
        ("#COVID-19 #Jae-myung", ("COVID19", "JaeMyung")),
        ("#U.S. women's day, Côte d'Ivoire", ("USWomensDay", "CôteDIvoire")),
        ("＃日本＃韓国", ("日本", "韓国")),
        ("#नमस्ते #สวัสดี #한국어 #e\u0301te\u0301", ("नमस्ते", "สวัสดี", "한국어", "été")),
        ("نرم\u200cافزار", ("نرمافزار",)),
        ("“#Seoul”, (#Nara) #Tokyo!", ("Seoul", "Nara", "Tokyo")),
        ("#_x #a_b #y_ ##z", ("x", "a_b", "y", "z")),
        ("#Tag #TAG #tag #other", ("Tag", "other")),
        ("#C++ #C# C#, AT&T, R&D, and/or, web 2.0, 10%, #Java", ("Java",)),
        ("123 #2024 #7eleven", ("7eleven",)),
        ("#😀 #Ⅷ #² @user", ()),
        ("#" + "x" * 65, ()),
    ],
)
def test_a_line_is_made_into_tags(line: str, expected: tuple[str, ...]) -> None:
    assert expected == hashtags.parse(line)


WRITING = st.text(st.sampled_from("aZéßσЯжاعבहिन्दीไทย한日ゕー7٣#＃_-.,'’+& \u200c😀"))


@given(WRITING)
def test_every_network_recognises_a_tag_whole(line: str) -> None:
    for tag in hashtags.parse(line):
        text = f"Ends. #{tag}\n"
        assert [[tag], [tag], [tag]] == [[span.tag for span in room.spans(text)] for room in (x, mastodon)] + [
            [span.tag for span in bluesky.facets(text)]
        ]


@given(WRITING)
def test_parsing_tags_again_changes_nothing(line: str) -> None:
    tags = hashtags.parse(line)
    assert tags == hashtags.parse(" ".join(f"#{tag}" for tag in tags))
