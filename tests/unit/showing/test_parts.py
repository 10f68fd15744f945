"""What people are told of a picture: its name and its size."""

from __future__ import annotations

import pytest

from bot.model import Attachment, Card
from bot.showing.parts import ShownCard, facts
from bot.text.sources import name_of


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("/home/news/queue/pictures/harbour.jpg", "harbour.jpg"),
        ("https://example.org/2026/the%20harbour.jpg?width=800#top", "the harbour.jpg"),
        ("https://example.org/", "example.org"),
        ("/home/news/what?#.jpg", "what?#.jpg"),
        ("harbour.jpg", "harbour.jpg"),
        ("", ""),
    ],
)
def test_a_picture_is_called_by_the_name_of_its_file(source: str, expected: str) -> None:
    assert expected == name_of(source)


@pytest.mark.parametrize(
    ("size", "expected"),
    [(0, "3×2"), (999, "3×2, 999 bytes"), (340_400, "3×2, 340 kB"), (999_499, "3×2, 999 kB"), (999_500, "3×2, 1.0 MB")],
)
def test_its_size_is_told_in_the_unit_that_people_use(size: int, expected: str) -> None:
    assert expected == facts(Attachment("x", size=size, width=3, height=2))


def test_of_one_that_was_not_looked_at_nothing_is_told() -> None:
    assert "" == facts(Attachment("x"))


@pytest.mark.parametrize(
    ("url", "host", "leads"),
    [
        ("https://www.example.org:8080/1", "example.org", True),
        ("HTTP://EXAMPLE.org", "example.org", True),
        ("http://[", "", True),
        ("javascript:alert(1)", "", False),
        ("data:text/html,x", "", False),
        ("//example.org", "example.org", False),
    ],
)
def test_a_card_names_its_site_and_leads_only_to_the_web(url: str, host: str, leads: bool) -> None:
    card = ShownCard(Card(url, "title"), None)
    assert (host, leads) == (card.host, card.leads)
