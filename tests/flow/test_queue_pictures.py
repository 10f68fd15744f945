"""Pictures in the queue are no articles: they wait for those that name them, and leave with the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flow.conftest import Bot

LATER = "publish_at: 2999-01-01\n"


def story(headline: str, more: str = "", text: str = "It is so.") -> str:
    return f"---\nheadline: {headline}\n{more}---\n{text}\n"


def names(bot: Bot, folder: str) -> list[str]:
    place = bot.home / "queue" / folder
    return sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())


def test_pictures_leave_with_their_article_and_others_stay(bot: Bot) -> None:
    for name in ("sport/hill.jpg", "sport/one.png", "sport/one-2.webp", "sport/stray.jpg", "notes.SVG", "film.heic"):
        bot.write(f"queue/{name}", b"\xff\xd8 bytes")
    bot.write("queue/sport/one.md", story("One"))
    bot.write("queue/sport/two.md", story("Two", text="See ![the hill](hill.jpg)."))
    assert 0 == bot("run", "--once").code
    assert ["One", "Two"] == bot.titles()
    assert ["film.heic", "notes.SVG", "sport/stray.jpg"] == [
        name for name in names(bot, "") if not name.startswith("done/")
    ]
    assert ["sport/hill.jpg", "sport/one-2.webp", "sport/one.md", "sport/one.png", "sport/two.md"] == names(bot, "done")


def test_a_picture_stays_as_long_as_another_article_waits_that_names_it(bot: Bot) -> None:
    bot.write("queue/logo.jpg", b"bytes")
    bot.write("queue/one.md", story("One", "image: logo.jpg\n"))
    later = bot.write("queue/later.md", story("Later", f"image: logo.jpg\n{LATER}"))
    bot("run", "--once")
    assert ["one.md"] == names(bot, "done")
    later.write_text(story("Later", "image: logo.jpg\n"))
    bot.write("queue/later.md", later.read_bytes())
    bot("run", "--once")
    assert ["later.md", "logo.jpg", "one.md"] == names(bot, "done")


def test_a_post_by_hand_takes_no_picture_from_articles_that_nobody_has_read_yet(bot: Bot) -> None:
    bot.write("queue/logo.jpg", b"bytes")
    one = bot.write("queue/one.md", story("One", "image: logo.jpg\n"))
    bot.write("queue/two.md", story("Two", "image: logo.jpg\n"))
    assert 0 == bot("post", one).code
    assert (["one.md"], ["logo.jpg", "two.md"]) == (names(bot, "done"), names(bot, "")[1:])


def test_a_rejected_article_leaves_its_pictures_where_they_are(bot: Bot) -> None:
    bot.write("queue/one.jpg", b"bytes")
    bot.write("queue/one.md", story("One", "image: ../../etc/passwd\n"))
    answer = bot("run", "--once")
    assert 1 == answer.code
    assert "one.md:3: picture '../../etc/passwd' is not in the article's folder" in answer.err
    assert (["one.md", "one.md.reason.txt"], True) == (
        names(bot, "rejected"),
        (bot.home / "queue" / "one.jpg").exists(),
    )
