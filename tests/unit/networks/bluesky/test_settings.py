"""What an operator may say of a Bluesky account, and what he is told when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.networks.bluesky import BLUESKY, BlueskyAccount


def account(**changes: object) -> BlueskyAccount:
    return BlueskyAccount.model_validate({"handle": "news.example.org", "app_password": "abcd-efgh"} | changes)


def test_two_settings_are_enough() -> None:
    given = account()
    assert (given.base_url, given.timeout) == ("https://bsky.social", 60)
    assert {"profile": "https://bsky.app/profile/news.example.org"} == given.whereabouts(Path())


@pytest.mark.parametrize("handle", ["@news.example.org", " News.Example.ORG "])
def test_a_handle_may_be_written_as_people_write_it(handle: str) -> None:
    assert account(handle=handle).handle == "news.example.org"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://pds.example.org/", "https://pds.example.org"),
        ("https://pds.example.org:8443", "https://pds.example.org:8443"),
        ("http://127.0.0.1:2583/", "http://127.0.0.1:2583"),
        ("http://[::1]:2583", "http://[::1]:2583"),
        ("http://localhost:2583", "http://localhost:2583"),
    ],
)
def test_a_servers_address_is_kept_without_its_slash(given: str, kept: str) -> None:
    assert kept == account(base_url=given).base_url


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("handle", "news", "such as news.bsky.social"),
        ("handle", "", "has a dot in it"),
        ("app_password", " ", "is empty"),
        ("base_url", "ftp://bsky.social", "looks like https://"),
        ("base_url", "https://", "looks like https://"),
        ("base_url", "https://[::1", "looks like https://"),
        ("base_url", "https://bsky.social:port", "looks like https://"),
        ("base_url", "https://bsky.social/xrpc", "ends with its name: https://bsky.social"),
        ("base_url", "https://me:pw@bsky.social", "ends with its name"),
        ("base_url", "http://pds.example.org", "only https:// may leave this machine"),
        ("base_url", "http://192.168.1.4:2583", "only https:// may leave this machine"),
    ],
)
def test_a_wrong_setting_is_told_with_the_right_one(setting: str, value: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        account(**{setting: value})
    [error] = caught.value.errors()
    assert (setting,) == error["loc"]
    assert words in error["msg"]


def test_the_password_is_not_shown() -> None:
    assert "abcd" not in repr(account())


def test_the_adapter_has_the_deadline_of_its_account(tmp_path: Path) -> None:
    network = account(timeout=7).connect("bluesky", tmp_path).network
    assert (network.name, network.deadline, network.repeatable) == (BLUESKY.name, 7, True)
    assert [] == list(tmp_path.iterdir())
