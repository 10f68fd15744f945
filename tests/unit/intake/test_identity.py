from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake import Names, read, read_text
from bot.intake.identity import canonical, queued

STORY = "Bridge Opens\n\nIt is open.\n\nNobody fell in.\n"


def identities(path: Path, text: str, names: Names, queue: Path | None = None) -> tuple[str, ...]:
    path.write_text(text, encoding="utf-8")
    return read(path, names=names, queue=queue).identities


@pytest.mark.parametrize(
    "same",
    [
        "https://news.example.org/story",
        "http://news.example.org/story",
        "HTTPS://News.Example.ORG/story",
        "https://news.example.org:443/story",
        "http://news.example.org:80/story",
        "https://news.example.org./story",
        "https://news.example.org/story/",
        "https://news.example.org/story?",
        "https://news.example.org/story#comments",
        "https://user:secret@news.example.org/story",
        "https://news.example.org/st%6Fry",
        "https://news.example.org/story?utm_source=x&utm_medium=y&fbclid=z",
        "https://news.example.org/story?gclid=1&mc_cid=2&igshid=3&ref_src=4",
    ],
)
def test_addresses_of_one_article_are_one(same: str) -> None:
    assert "https://news.example.org/story" == canonical(same)


@pytest.mark.parametrize(
    "other",
    [
        "https://www.news.example.org/story",
        "https://news.example.org:8080/story",
        "https://news.example.org/Story",
        "https://news.example.org/story?id=1",
        "https://news.example.org/story#/chapter",
        "https://news.example.org/story#!chapter",
        "https://news.example.org/a%2Fstory",
    ],
)
def test_addresses_that_may_be_of_two_articles_stay_two(other: str) -> None:
    assert canonical(other) != "https://news.example.org/story"
    assert canonical(other) != canonical(other.replace("tory", "TORY").replace("apter", "APTER"))


def test_parameters_are_compared_in_any_order_and_letters_in_any_writing() -> None:
    assert canonical("https://e.org/k%c3%b6ln?a=1&b=2") == canonical("https://e.org/köln?b=2&a=1")
    assert canonical("https://e.org/?a=1&a=2") != canonical("https://e.org/?a=2&a=1")


@given(st.text(max_size=50), st.text(max_size=50))
def test_a_canonical_address_stays_what_it_is(path: str, query: str) -> None:
    once = canonical(f"https://e.org/{path}?{query}")
    assert once == canonical(once)


def test_an_address_and_an_id_come_before_the_words(names: Names) -> None:
    text = "---\nurl: https://e.org/%s?utm_source=x\nid: %s\n---\n# Weather\n\nSunny."
    monday, tuesday = (read_text(text % (day, day), where="-", names=names).identities for day in ("mon", "tue"))
    assert ("url:https://e.org/mon", "id:mon") == monday[:2]
    assert set(monday[2:]) == set(monday) & set(tuesday)


def test_the_words_are_an_identity_too(names: Names) -> None:
    (first,) = read_text(STORY, where="-", names=names).identities
    assert first.startswith("content:")
    assert (first,) == read_text(f"{STORY}\n#Bridge", where="-", names=names).identities
    assert (first,) != read_text(STORY.replace("Nobody", "Somebody"), where="-", names=names).identities


@given(st.text(alphabet="aB.é \u0301\n#", max_size=80))
def test_saving_again_changes_no_identity(text: str) -> None:
    """Other line ends, a byte order mark, blanks at the ends of lines, another normal form."""
    nobody = Names(frozenset(), frozenset())
    story = f"Headline here\n\nIt is open. {text}\n"
    saved = "\ufeff" + story.replace("\n", "  \r\n").replace("é", "e\u0301")
    plain = read_text(story, where="-", names=nobody)
    assert plain.identities == read_text(saved.encode(), where="-", names=nobody).identities


def test_in_the_queue_a_file_lends_its_name(tmp_path: Path, names: Names) -> None:
    file = tmp_path / "story.txt"
    before = identities(file, STORY, names, queue=tmp_path)
    after = identities(file, "All new. In every word.", names, queue=tmp_path)
    assert ("queue:story.txt", "content") == (before[0], before[1].partition(":")[0])
    assert {"queue:story.txt"} == set(before) & set(after)
    assert "queue:story.txt" == queued(Path(file.name))


def test_in_a_section_of_the_queue_it_lends_its_path_there(tmp_path: Path, names: Names) -> None:
    (tmp_path / "sport").mkdir()
    assert "queue:sport/story.txt" == identities(tmp_path / "sport" / "story.txt", STORY, names, queue=tmp_path)[0]


@pytest.mark.parametrize("folder", ["done", "rejected", "drafts", ".hidden"])
def test_what_does_not_wait_lends_no_name_of_the_queue(folder: str, tmp_path: Path, names: Names) -> None:
    (tmp_path / folder).mkdir()
    file = tmp_path / folder / "story.txt"
    assert not [name for name in identities(file, STORY, names, queue=tmp_path) if name.startswith("queue:")]


def test_renamed_in_the_queue_it_stays_the_same_article(tmp_path: Path, names: Names) -> None:
    old = identities(tmp_path / "a.txt", STORY, names, queue=tmp_path)
    new = identities(tmp_path / "b.txt", STORY, names, queue=tmp_path)
    assert ["content"] == [name.partition(":")[0] for name in set(old) & set(new)]


@pytest.mark.parametrize(
    "edited",
    [STORY.replace("Opens", "Is Open"), STORY.replace("Nobody", "Somebody"), f"{STORY}\nMore.\n", f"{STORY}\n#Tag"],
)
def test_elsewhere_an_edit_of_headline_or_body_keeps_the_article(edited: str, tmp_path: Path, names: Names) -> None:
    file = tmp_path / "story.txt"
    assert set(identities(file, STORY, names)) & set(identities(file, edited, names))


def test_elsewhere_an_edit_of_both_is_another_article(tmp_path: Path, names: Names) -> None:
    file = tmp_path / "story.txt"
    before = identities(file, STORY, names)
    after = identities(file, "Ferry Sinks\n\nIt sank.\n", names)
    assert set() == set(before) & set(after)


def test_elsewhere_the_same_file_by_another_way_is_the_same(
    tmp_path: Path, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "story.txt"
    absolute = identities(file, STORY, names)
    (tmp_path / "link.txt").symlink_to(file)
    monkeypatch.chdir(tmp_path)
    assert absolute == read(Path("story.txt"), names=names).identities
    assert absolute == read(Path("link.txt"), names=names).identities


def test_without_a_body_only_the_headline_lends_a_name(tmp_path: Path, names: Names) -> None:
    found = identities(tmp_path / "a.md", "---\nheadline: Open\n---\n", names)
    assert ["content", "file"] == [name.partition(":")[0] for name in found]


def test_a_name_that_is_no_utf8_still_makes_identities_that_can_be_stored(tmp_path: Path, names: Names) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9.txt")
    for name in identities(file, STORY, names) + identities(file, STORY, names, queue=tmp_path):
        assert name.encode()
