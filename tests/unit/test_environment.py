"""What is added to `.env` reads back to the letter, and what stood there stays."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import environment
from bot.errors import BotError, ConfigurationError

NAME = "BOT_ACCOUNTS__X__CONSUMER_KEY"
ONE_LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"))
BEFORE = [
    "",
    "# nothing",
    "A=1\n",
    "BOT_QUEUE=queue",
    "\ufeffexport BOT_QUEUE='a b'\r\n",
    "A='\n'\n\n\n",
    "BOT_QUEUE=#",
]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and an environment that says nothing else of us."""
    for name in [name for name in os.environ if name.upper().startswith("BOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BOT_HOME", str(tmp_path))
    return tmp_path


def read_back(before: str, **settings: str) -> dict[str, str]:
    """What is written somewhere after these settings were added to a file that held `before`."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setenv("BOT_HOME", folder)
        env_file = Path(folder) / ".env"
        env_file.write_bytes(before.encode())
        environment.add(env_file, {"for a test": settings})
        assert env_file.read_bytes().startswith(before.encode())
        _, written = environment.read()
        return written


@given(value=ONE_LINE, other=ONE_LINE, before=st.sampled_from(BEFORE))
@example(value="a'b\"c$d`e#f\\", other="\\'", before="")
@example(value=" # no comment ", other="${HOME}", before="")
@example(value="a\\nb", other="=", before="")
@example(value="naïve 日本語 🏳️‍🌈", other="\x85\u2028\x0c", before="")
def test_whatever_is_added_reads_back_to_the_letter(value: str, other: str, before: str) -> None:
    written = read_back(before, **{NAME: value, f"{NAME}_2": other})
    assert (value, other) == (written[NAME], written[f"{NAME}_2"])
    assert written.keys() - {"BOT_QUEUE"} == {NAME, f"{NAME}_2"}


@given(line=st.from_regex(r"(export )?[A-Z]{1,3}_?[A-Z]{0,3} ?= ?[\"'\\$# a-z]{0,6}", fullmatch=True), value=ONE_LINE)
def test_after_any_line_it_reads_back_or_is_refused(line: str, value: str) -> None:
    try:
        written = read_back(line, **{NAME: value})
    except ConfigurationError:
        return
    assert value == written[NAME]


@pytest.mark.parametrize("plain", ["abcd-efgh-ijkl", "https://mastodon.example:8080", "1234-AbCd_9=", "@me", "a/b+c"])
def test_what_needs_no_quotes_has_none(plain: str, home: Path) -> None:
    environment.add(home / ".env", {"x: @me": {NAME: plain}})
    assert f"# x: @me\n{NAME}={plain}\n" == (home / ".env").read_text()


def test_each_block_stands_under_its_comment_and_apart(home: Path) -> None:
    (home / ".env").write_text("BOT_QUEUE=queue")
    environment.add(home / ".env", {"one": {"BOT_A": "1", "BOT_B": "$2"}, "two": {"BOT_C": "3"}})
    expected = "BOT_QUEUE=queue\n\n# one\nBOT_A=1\nBOT_B='$2'\n\n# two\nBOT_C=3\n"
    assert expected == (home / ".env").read_text()


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "\n"])
def test_what_no_line_can_hold_is_refused_and_nothing_is_written(value: str, home: Path) -> None:
    with pytest.raises(ConfigurationError):
        environment.add(home / ".env", {"a test": {NAME: value}})
    assert not (home / ".env").exists()


def test_a_file_that_would_swallow_it_is_left_as_it_is(home: Path) -> None:
    (home / ".env").write_text("OTHER='never closed\n")
    with pytest.raises(ConfigurationError):
        environment.add(home / ".env", {"a test": {NAME: "it's"}})
    assert "OTHER='never closed\n" == (home / ".env").read_text()


def test_the_file_is_its_owners_alone(home: Path) -> None:
    (home / ".env").touch(mode=0o664)
    environment.add(home / ".env", {"a test": {NAME: "1"}})
    assert 0o600 == stat.S_IMODE((home / ".env").stat().st_mode)
    assert [".env"] == [path.name for path in home.iterdir()]


def test_a_place_where_nothing_can_be_written_is_named(home: Path) -> None:
    environment.expect_writable(home / ".env")
    (home / "folder").mkdir()
    with pytest.raises(ConfigurationError, match="folder: is a folder"):
        environment.expect_writable(home / "folder")
    (home / "link").symlink_to(home / "nowhere" / "env")
    with pytest.raises(ConfigurationError, match="link: cannot be written"):
        environment.expect_writable(home / "link")
    with pytest.raises(BotError, match="cannot be read or written"):
        environment.add(home / "link", {"a test": {NAME: "1"}})
