from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import ArticleError
from bot.intake import Names, read, read_text
from bot.intake.queue import Queue

if TYPE_CHECKING:
    from pathlib import Path

    from bot.model import Article

OUTSIDE = "Put the file into the article's folder, and name it by its path from there."
LOGINS = "Leave out what stands before the @: what an article says may be seen by everybody."
ALTS = "Write `images: {photo.jpg: what it shows}` for several, or `alt: [one, another]` in their order."
NOWHERE = "Name a file in its folder, or write an address in full, such as https://news.example.org/photo.jpg."


def story(folder: Path, names: Names, matter: str = "lang: en", text: str = "It is open.") -> Article:
    (folder / "story.md").write_text(f"---\nheadline: Open\n{matter}\n---\n{text}\n", encoding="utf-8")
    return read(folder / "story.md", names=names)


def media(article: Article, folder: Path) -> list[tuple[str, str]]:
    return [(each.source.removeprefix(f"{folder}/"), each.alt) for each in article.media]


@pytest.mark.parametrize(
    ("expected", "matter"),
    [
        ([("a.jpg", "")], "image: a.jpg"),
        ([("sub/a b.jpg", "A hill, high")], "image: sub/a b.jpg\nalt: >\n  A hill,\n  high"),
        ([("https://e.org/a.jpg?w=1", "")], "image: https://e.org/a.jpg?w=1"),
        ([("a.jpg", "One"), ("b.jpg", "")], "images: [a.jpg, b.jpg]\nalt: One"),
        ([("a.jpg", ""), ("b.jpg", "Two")], "image: [a.jpg, b.jpg]\nalt: ['', Two]"),
        ([("a.jpg", "One: a"), ("b.jpg", "Two")], "images:\n  a.jpg: 'One: a'\n  b.jpg:\nalt: ['', Two]"),
        ([("a.jpg", "One"), ("b.jpg", "")], "image: a.jpg\nimages: [b.jpg, ./a.jpg]\nalt: One"),
        ([], "image:\nimages: []\nalt: One"),
    ],
)
def test_the_front_matter_names_pictures(
    expected: list[tuple[str, str]], matter: str, tmp_path: Path, names: Names
) -> None:
    assert expected == media(story(tmp_path, names, matter), tmp_path)


def test_pictures_of_the_text_stay_where_they_stand_and_come_once(tmp_path: Path, names: Names) -> None:
    (tmp_path / "100%25.png").write_bytes(b"")
    text = (
        "# ![logo](logo.png) A title\n\nBefore ![A hill](<my hill.jpg>), after.\n\n![][map]\n\n"
        "- ![x](caf%C3%A9.png)\n\n#News ![y](100%25.png)\n\n![again](my%20hill.jpg)\n\n[map]: https://e.org/map.png 'title'"
    )
    article = story(tmp_path, names, "image: first.jpg", text)
    assert [
        ("first.jpg", ""),
        ("logo.png", "logo"),
        ("my hill.jpg", "A hill"),
        ("https://e.org/map.png", ""),
        ("café.png", "x"),
        ("100%25.png", "y"),
    ] == media(article, tmp_path)
    assert (
        "A title",
        f"Before ![A hill](<{tmp_path}/my hill.jpg>), after.",
        "![](https://e.org/map.png)",
        f"![x]({tmp_path}/café.png)",
        f"![again](<{tmp_path}/my hill.jpg>)",
    ) == article.body
    assert ("News",) == article.hashtags


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("It is open . Come.\n\nNow.", "It is open ![](a.jpg). Come.\n\n![](b.jpg)\n\n- ![](c.jpg)\n\nNow."),
        ("It is open.", "![A hill. It is high.](a.jpg)\n\nIt is open."),
    ],
)
def test_pictures_change_neither_headline_nor_identity(before: str, text: str, names: Names) -> None:
    """So that what was posted before pictures were read is known again."""
    was, now = (read_text(f"---\nlang: en\n---\n{each}", where="-", names=names) for each in (before, text))
    assert (was.headline, was.identities) == (now.headline, now.identities)


@pytest.mark.parametrize(("name", "text"), [("story.md", "# Open\n\nCome."), ("story.txt", "Open\n\nIt is. Come.")])
def test_pictures_beside_an_article_are_its_own_if_it_names_none(
    name: str, text: str, tmp_path: Path, names: Names
) -> None:
    for each in ("story.JPG", "story.mp4", "story-2.png", "story-4.png", "story-x.png", "other.jpg", "story.svg"):
        (tmp_path / each).write_bytes(b"")
    (tmp_path / name).write_text(text)
    assert [("story.JPG", ""), ("story.mp4", ""), ("story-2.png", "")] == media(
        read(tmp_path / name, names=names), tmp_path
    )
    (tmp_path / "story-2.md").write_text("# Another\n\nIt is.")
    assert [("story-2.png", "")] == media(read(tmp_path / "story-2.md", names=names), tmp_path)
    assert [("story.JPG", ""), ("story.mp4", "")] == media(read(tmp_path / name, names=names), tmp_path)
    assert [("story.JPG", "One"), ("story.mp4", "")] == media(story(tmp_path, names, "alt: One"), tmp_path)
    assert [("other.jpg", "")] == media(story(tmp_path, names, "image: other.jpg"), tmp_path)


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../../etc/passwd", "~/a.jpg", "sub/../../a.jpg", "%2e%2e/a.jpg", "link.jpg", "//e.org/a.jpg"],
)
def test_a_picture_outside_the_folder_is_refused(name: str, tmp_path: Path, names: Names) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (tmp_path / "a.jpg").write_bytes(b"")
    (folder / "link.jpg").symlink_to(tmp_path / "a.jpg")
    for line, matter, text in ((3, f"image: '{name}'", "Yes."), (7, "lang: en", f"One\n\nTwo\n![]({name})")):
        with pytest.raises(ArticleError) as raised:
            story(folder, names, matter, text)
        where = f"{folder / 'story.md'}:{line + (line > 3)}"
        assert f"{where}: picture '{name}' is not in the article's folder. {OUTSIDE}" == str(raised.value)


def test_in_the_queue_a_picture_may_lie_anywhere_in_it(tmp_path: Path, names: Names) -> None:
    queue = tmp_path / "queue"
    (queue / "sport").mkdir(parents=True)
    path = queue / "sport" / "story.md"
    path.write_text("# Open\n\n![](../logo.png)")
    assert [("logo.png", "")] == media(read(path, names=names, queue=queue), queue)
    path.write_text("# Open\n\n![](../../logo.png)")
    with pytest.raises(ArticleError, match="is not in the article's folder"):
        read(path, names=names, queue=queue)


@pytest.mark.parametrize(
    ("message", "matter", "text"),
    [
        (f"3: picture 'ftp://e.org/a.jpg' is no file and no web address. {NOWHERE}", "image: ftp://e.org/a.jpg", ""),
        (
            f"6: picture 'file:///etc/passwd' is no file and no web address. {NOWHERE}",
            "lang: en",
            "One\n![](file:///etc/passwd)",
        ),
        (
            f"5: picture 'data:image/png;base64,aa' is no file and no web address. {NOWHERE}",
            "lang: en",
            "![](data:image/png;base64,aa)",
        ),
        (
            f"3: the address of the picture at e.org has a login in it. {LOGINS}",
            "image: https://me:secret@e.org/a.jpg",
            "",
        ),
        (
            "6: alt has 2 texts, for 1 picture. Write one for each, in their order.",
            "image: a.jpg\nalt:\n  - One\n  - Two",
            "",
        ),
        ("3: unknown key 'featured_image'. Did you mean 'image'?", "featured_image: a.jpg", ""),
        ("3: unknown key 'Photos'. Did you mean 'images'?", "Photos: [a.jpg]", ""),
        (
            f"3: alt takes one text, or a list of them. {ALTS}",
            "alt: {a.jpg: One}",
            "",
        ),
        ("3: has 101 pictures. At most 100 are looked at, and networks take fewer.", f"images: [{'a, ' * 100}a]", ""),
    ],
)
def test_a_mistake_is_one_line(message: str, matter: str, text: str, tmp_path: Path, names: Names) -> None:
    with pytest.raises(ArticleError) as raised:
        story(tmp_path, names, matter, f"{text}\n\nYes.")
    assert f"{tmp_path / 'story.md'}:{message}" == str(raised.value)


def test_pictures_in_the_queue_are_no_articles(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.WEBP", "c.svg", "d.mp4", "e.md"):
        (tmp_path / name).write_bytes(b"x")
    assert ["e.md"] == [path.name for path in Queue(tmp_path).survey().files]
