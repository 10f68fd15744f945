"""The X adapter after a restore: each post that is read there costs, so it reads those of the lost time alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from servers.on_x.made import adapter, delivery, plant, utc_now

if TYPE_CHECKING:
    from pathlib import Path

    from servers.lossy import Lossy
    from servers.x.accounts import Login

LOST, RESTORED = timedelta(days=9), timedelta(days=7)


def test_what_was_posted_since_the_restore_is_not_read(login: Login, wire: Lossy, tmp_path: Path) -> None:
    now = utc_now()
    stands = plant(login, "Post 1", now - timedelta(days=8))
    for number in range(5):
        plant(login, f"Another {number}", now - timedelta(days=number))
    sought = replace(
        delivery("Post 1", url=None), first_attempt_at=now, sought_since=now - LOST, sought_until=now - RESTORED
    )
    here = adapter(login, tmp_path, wire.url)
    assert [stands] == [receipt.remote_id for receipt in here.find(sought, ())]
    again = replace(sought, claim=2)
    assert [stands] == [receipt.remote_id for receipt in here.find(again, ())]
    first, second = (parse_qs(urlsplit(path).query) for path in wire.seen if "tweets?" in path)
    written = "%Y-%m-%dT%H:%M:%SZ"
    assert [f"{now - LOST - timedelta(days=1):{written}}"] == first["start_time"]
    assert [f"{now - RESTORED + timedelta(days=1):{written}}"] == first["end_time"]
    assert "end_time" not in second, "our own attempt may stand since then"


def test_an_end_that_is_not_over_is_not_named(login: Login, wire: Lossy, tmp_path: Path) -> None:
    now = utc_now()
    stands = plant(login, "Post 1", now - timedelta(minutes=1))
    sought = replace(delivery("Post 1", url=None), first_attempt_at=now, sought_since=now - LOST, sought_until=now)
    assert [stands] == [receipt.remote_id for receipt in adapter(login, tmp_path, wire.url).find(sought, ())]
    assert not [path for path in wire.seen if "end_time" in path]
