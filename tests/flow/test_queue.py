"""`bot run --once`: what waits in the queue goes out, and its file goes where it belongs."""

from __future__ import annotations

import os
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flow.conftest import Bot


def story(headline: str) -> str:
    return f"---\nheadline: {headline}\nurl: https://news.example/{headline.lower()}\n---\nIt is so.\n"


@contextmanager
def being_written(path: Path) -> Iterator[None]:
    """Somebody is still at it, for however long the bot takes to look."""
    saved = Event()

    def write_on() -> None:
        while not saved.wait(0.05):
            os.utime(path)

    writer = Thread(target=write_on)
    writer.start()
    try:
        yield
    finally:
        saved.set()
        writer.join()


def test_what_is_delivered_leaves_for_done(bot: Bot) -> None:
    bot.write("queue/one.md", story("One"))
    bot.write("queue/two.md", story("Two"))
    assert 0 == bot("run", "--once").code
    assert ["One", "Two"] == bot.titles()
    assert ["one.md", "two.md"] == sorted(path.name for path in (bot.home / "queue" / "done").iterdir())


def test_what_cannot_be_read_leaves_for_rejected_with_the_reason_beside_it(bot: Bot) -> None:
    bot.write("queue/good.md", story("Good"))
    bot.write("queue/bad.md", b"\xff\xfe\xfa")
    answer = bot("run", "--once")
    assert (1, ["Good"]) == (answer.code, bot.titles())
    rejected = bot.home / "queue" / "rejected"
    assert ["bad.md", "bad.md.reason.txt"] == sorted(path.name for path in rejected.iterdir())
    assert (rejected / "bad.md.reason.txt").read_text().strip() in answer.err


def test_half_written_files_are_left_alone(bot: Bot) -> None:
    for name in (".hidden.md", "draft.md~", "upload.md.part", "save.tmp"):
        bot.write(f"queue/{name}", story("Half"))
    with being_written(bot.write("queue/fresh.md", story("Fresh"))):
        assert 0 == bot("run", "--once").code
    assert [] == bot.titles()


def test_an_article_that_is_queued_again_is_not_posted_again(bot: Bot) -> None:
    bot.write("queue/one.md", story("One"))
    bot("run", "--once")
    bot.write("queue/again.md", story("One"))
    assert 0 == bot("run", "--once").code
    assert ["One"] == bot.titles()
    assert ["again.md", "one.md"] == sorted(path.name for path in (bot.home / "queue" / "done").iterdir())


def test_an_edit_in_the_queue_changes_the_article_that_waits(bot: Bot) -> None:
    text = "---\nheadline: Early\npublish_at: 2999-01-01\n---\nIt is so.\n"
    bot.write("queue/one.md", text)
    bot("run", "--once")
    bot.write("queue/one.md", "---\nheadline: Quite another\n---\nAnd so is this.\n")
    assert 0 == bot("run", "--once").code
    assert ["Quite another"] == bot.titles()


def test_a_file_waits_until_its_last_delivery_is_final(bot: Bot) -> None:
    waiting = bot.write("queue/one.md", "---\nheadline: Later\npublish_at: 2999-01-01\n---\nIt is so.\n")
    assert 0 == bot("run", "--once").code
    assert waiting.exists()
    (due,) = bot("status", "--json").json["accounts"]
    assert "2999-01-01T00:00:00Z" == due["next_due"]


def test_one_post_that_cannot_be_made_holds_up_no_other(bot: Bot) -> None:
    bot.write(
        "templates/outbox.j2", "{{ article.headline }}{% if article.headline == 'Bad' %}{{ nothing }}{% endif %}\n"
    )
    bot.write("queue/a.md", story("Bad"))
    bot.write("queue/b.md", story("Good"))
    answer = bot("run", "--once")
    assert (1, ["Good"]) == (answer.code, bot.titles())
    (item,) = bot("status", "--json").json["attention"]
    assert "outbox.j2:1" in item["error"]
    bot.write("templates/outbox.j2", "{{ article.headline }}\n")
    assert 0 == bot("retry", str(item["id"])).code
    assert 0 == bot("run", "--once").code
    assert ["Bad", "Good"] == bot.titles()


def test_what_a_run_settled_is_reported(bot: Bot) -> None:
    bot.write("queue/one.md", story("One"))
    (delivery,) = bot("run", "--once", "--json").json
    assert ("outbox", "delivered") == (delivery["account"], delivery["state"])
    assert [] == bot("run", "--once", "--json").json
