"""Settings: where they are read, which goes before which, and the one line that tells what is wrong with them."""

from __future__ import annotations

import os
import shutil
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from bot.errors import ConfigurationError
from bot.model import Links, Prices
from bot.networks.bluesky import BlueskyAccount
from bot.schedule.rhythm import Backlog, Quiet, Rhythm
from bot.settings import Settings, load

if TYPE_CHECKING:
    from bot.networks.base import AccountSettings

A = "BOT_ACCOUNTS__BLUESKY__"
LOGIN = f"{A}HANDLE=a.test\n{A}APP_PASSWORD=abcd-efgh\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that we are in, and an environment that says nothing of us."""
    for name in [name for name in os.environ if name.upper().startswith("BOT_")]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    return home


def write(text: str | bytes) -> None:
    Path(".env").write_bytes(text.encode() if isinstance(text, str) else text)


def refused() -> str:
    with pytest.raises(ConfigurationError) as raised:
        load()
    line = str(raised.value)
    assert "\n" not in line
    return line


def password(account: AccountSettings) -> str:
    assert isinstance(account, BlueskyAccount)
    return account.app_password.get_secret_value()


def test_with_nothing_said_there_is_an_outbox_here(home: Path) -> None:
    settings = load()
    assert (home, ["outbox"]) == (settings.home, list(settings.accounts))
    assert SecretStr("sqlite:///var/bot.db") == settings.database_url


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f'{A}HANDLE="a.test\n', 1),
        (f'\n# Ours\n\n{A}HANDLE="a.test\n{A}APP_PASSWORD="abcd"\n', 4),
        (f'{LOGIN}BOT_QUEUE="a\nBOT_TEMPLATES=b"\n', 3),
        (f'{LOGIN}NAME="a\nBOT_TEMPLATES=b"\n', 3),
        ("BOT_QUEUE: queue\n", 1),
        ("BOT_QUEUE\n", 1),
        (f"{LOGIN}\nBOT_QUEUE queue\n", 4),
        (f"{LOGIN}OTHER: thing\n", 3),
    ],
)
def test_a_broken_line_is_named_and_not_shown(
    text: str, line: int, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(text)
    answer = refused()
    assert answer.startswith(f"{home}/.env:{line}: cannot be read. Write NAME=value")
    assert "abcd" not in answer
    assert [] == caplog.messages


def test_what_others_keep_in_the_file_is_theirs() -> None:
    write(f'EXPORTED\nKEY="-----BEGIN\nabc\n-----END"\n# BOT_OLD: name\n{LOGIN}')
    assert ["bluesky"] == list(load().accounts)


def test_a_broken_file_that_says_nothing_of_ours_is_left_alone() -> None:
    write("OTHER: thing\n")
    assert ["outbox"] == list(load().accounts)


def test_a_folder_may_be_named_like_the_file() -> None:
    Path(".env").mkdir()
    assert ["outbox"] == list(load().accounts)


@pytest.mark.parametrize("text", [f"{A}HANDLE=\n", f"{A}HANDLE=\n{A}APP_PASSWORD=\n", f"{A}HASHTAGS=\n"])
def test_an_account_of_empty_settings_is_an_account(text: str) -> None:
    write(text)
    assert refused().startswith(f"{A}HANDLE: is needed and not set")


def test_an_empty_setting_is_its_default() -> None:
    write(f"BOT_QUEUE=\nBOT_NOISE=\n{LOGIN}{A}HASHTAGS=\n{A}NETWORK=\n{A}TIMEOUT=\n")
    settings = load()
    account = settings.accounts["bluesky"]
    assert Path("queue") == settings.queue
    assert (None, "bluesky", 60.0) == (account.hashtags, account.network, account.timeout)


def test_the_example_as_it_stands_is_good() -> None:
    shutil.copy(Path(__file__).parents[2] / ".env.example", ".env")
    defaults = Settings(home=load().home, accounts=load().accounts)
    assert defaults == load()


def test_the_environment_goes_before_the_file_and_the_file_before_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BOT_QUEUE", "BOT_TEMPLATES", "BOT_TIMEZONE", f"{A}APP_PASSWORD"):
        (tmp_path / name).write_text("Asia/Tokyo")
    write("BOT_QUEUE=file\nBOT_TEMPLATES=file\n" + f"{A}HANDLE=a.test\n")
    monkeypatch.setenv("BOT_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("BOT_QUEUE", "environment")
    settings = load()
    assert ("environment", "file", "Asia/Tokyo") == (
        str(settings.queue),
        str(settings.templates),
        str(settings.timezone),
    )
    assert "Asia/Tokyo" == password(settings.accounts["bluesky"])


def test_an_empty_variable_does_not_hide_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write("BOT_QUEUE=file\n" + LOGIN)
    monkeypatch.setenv("BOT_QUEUE", "")
    monkeypatch.setenv(f"{A}APP_PASSWORD", "")
    settings = load()
    assert (Path("file"), "abcd-efgh") == (settings.queue, password(settings.accounts["bluesky"]))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        (f"{A}HANDEL", f"Did you mean {A}HANDLE?"),
        (f"{A}PASSWORD", f"Did you mean {A}APP_PASSWORD?"),
        ("BOT_ACCOUNTS_BLUESKY_HANDLE", f"Did you mean {A}HANDLE?"),
        ("BOT_ACCOUNT__BLUESKY__HANDLE", f"Did you mean {A}HANDLE?"),
        ("BOT_ACOUNTS__BLUESKY__HANDEL", f"Did you mean {A}HANDLE?"),
        ("BOT_ACCOUNTS__BLUESKY___HANDLE", f"Did you mean {A}HANDLE?"),
        ("BOT_ACCOUNTS__BLUESKY", "BOT_ACCOUNTS__<NAME>__<SETTING>"),
        ("BOT_ACCOUNTS", "BOT_ACCOUNTS__<NAME>__<SETTING>"),
        ("BOT_QUEU", "Did you mean BOT_QUEUE?"),
        ("BOT_SECRET_DIR", "Did you mean BOT_SECRETS_DIR?"),
    ],
)
@pytest.mark.parametrize("value", ["", "{}"])
def test_a_misspelt_name_is_told_with_the_nearest(name: str, hint: str, value: str) -> None:
    write(f"{name}={value}\n")
    answer = refused()
    assert answer.startswith(f"{name}: no setting has this name.")
    assert hint in answer


def test_nothing_is_near_to_a_setting_that_only_shares_its_beginning() -> None:
    write(f"{LOGIN}{A}COLOUR=red\n")
    assert "Did you mean" not in refused()


def test_a_misspelt_network_is_told_with_the_nearest_and_how_to_name_one() -> None:
    write("BOT_ACCOUNTS__BLUSKY__HANDLE=a.test\n")
    expected = (
        "BOT_ACCOUNTS__BLUSKY__NETWORK: no network is named 'blusky'. Did you mean BLUESKY? "
        "Say which network it is: BOT_ACCOUNTS__BLUSKY__NETWORK= one of bluesky, mastodon, outbox, x."
    )
    assert expected == refused()


@pytest.mark.parametrize("name", ["BOT_HOME", "BOT_SECRETS_DIR", "bot_home"])
def test_what_only_the_environment_can_say_is_refused_in_the_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write(f"{name}=/somewhere\n")
    assert refused().startswith(f"{name.upper()}: is read from the environment alone")
    monkeypatch.setenv("BOT_HOME", str(Path.cwd()))
    assert refused().startswith(f"{name.upper()}: is read from the environment alone")


@pytest.mark.parametrize("name", ["BOT_HOME", "BOT_SECRETS_DIR"])
@pytest.mark.parametrize("folder", ["~nouser/x", "/nowhere/at/all", "/dev/null", "/dev/null/x"])
def test_a_folder_that_is_none_is_named(name: str, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, folder)
    assert refused().startswith(f"{name}={folder}: no such folder.")


def test_a_path_in_nobodys_home_is_named() -> None:
    settings = load()
    with pytest.raises(ConfigurationError, match=r"^~nouser/x: nobody here has that name"):
        settings.path(Path("~nouser/x"))


def test_a_folder_that_is_gone_under_our_feet(home: Path) -> None:
    home.rmdir()
    assert refused().startswith("the current folder: no such folder.")


def test_the_home_is_the_nearest_folder_upwards_whose_file_is_ours(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(LOGIN)
    (home / "a" / "b").mkdir(parents=True)
    (home / "a" / ".env").write_text("OTHER=1\n# BOT_QUEUE=queue\n")
    monkeypatch.chdir(home / "a" / "b")
    assert (home, ["bluesky"]) == (load().home, list(load().accounts))


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_file_in_another_encoding_is_named(encoding: str, home: Path) -> None:
    write(f"BOT_QUEUE=entwürfe\n{LOGIN}".encode(encoding))
    assert f"{home}/.env: is not UTF-8. Save it as UTF-8." == refused()


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + LOGIN,
        LOGIN.replace("\n", "\r\n"),
        LOGIN.replace("BOT_", "export BOT_"),
        LOGIN.replace("BOT_", "  BOT_"),
        LOGIN.lower(),
        LOGIN.replace("=", " = ").replace("\n", "  # as it is\n"),
        f"{A}HANDLE='a.test'\n{A}APP_PASSWORD=\"abcd-efgh\"",
    ],
)
def test_a_file_as_editors_and_shells_write_it_is_good(text: str) -> None:
    write(text)
    assert "abcd-efgh" == password(load().accounts["bluesky"])


@pytest.mark.parametrize("secret", ["a${HOME}b", "$HOME", "12345678", "null", "{}", "#hash", "[1]", "a=b"])
def test_a_value_is_taken_to_the_letter(secret: str) -> None:
    write(f"{A}HANDLE=a.test\n{A}APP_PASSWORD={secret}\n")
    assert secret == password(load().accounts["bluesky"])


@pytest.mark.parametrize(("content", "expected"), [("s3cret\n", "s3cret"), ("s3 cret\r\n", "s3 cret"), (" s ", " s ")])
def test_a_secret_is_its_file_without_the_end_of_the_line(
    content: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Bot_Accounts__bluesky__APP_password").write_bytes(content.encode())
    (tmp_path / "other").write_bytes(b"\xff")
    write(f"{A}HANDLE=a.test\n")
    monkeypatch.setenv("BOT_SECRETS_DIR", str(tmp_path))
    assert expected == password(load().accounts["bluesky"])


def test_a_secret_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_SECRETS_DIR", str(tmp_path))
    secret = tmp_path / "BOT_DATABASE_URL"
    secret.symlink_to(tmp_path / "gone")
    assert refused().startswith(f"{secret}: cannot be read: No such file or directory.")
    secret.unlink()
    secret.mkdir()
    assert refused().startswith(f"{secret}: cannot be read: Is a directory.")
    secret.rmdir()
    secret.write_bytes(b"caf\xe9")
    assert f"{secret}: is not UTF-8. Save it as UTF-8." == refused()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_we_may_not_read_is_named(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir(mode=0)
    monkeypatch.setenv("BOT_SECRETS_DIR", str(secrets))
    assert refused().startswith(f"{secrets}: cannot be read: Permission denied.")
    monkeypatch.delenv("BOT_SECRETS_DIR")
    write(LOGIN)
    Path(".env").chmod(0)
    assert refused().startswith(f"{home}/.env: cannot be read: Permission denied.")


@pytest.mark.parametrize(
    "text",
    [
        f"{A}HANDLE=nodot\n{A}APP_PASSWORD=hush-hush\n",
        f"{A}HANDLE=a.test\n{A}APP_PASSWORD=hush-hush\n{A}TIMEOUT=hush-hush\n",
        "BOT_MAX_ATTEMPTS=hush-hush\n",
        "BOT_PASSWORD=hush-hush\n",
        f"{A}APP_PASSWORD: hush-hush\n",
    ],
)
def test_no_value_is_shown(text: str) -> None:
    write(text)
    assert "hush-hush" not in refused()


def test_a_rhythm_is_read_as_operators_write_it() -> None:
    said = {
        "ZONE": "Europe/Berlin",
        "SLOTS": "0 8-20/2 * * *; 30 12 * * 6,7",
        "GAP": "45m",
        "PER_DAY": "6",
        "PER_MONTH": "150",
        "BUDGET_PER_DAY": "4.50",
        "BUDGET_PER_MONTH": "90",
        "QUIET": "21:00-07:00; 12:00-13:00",
        "BREAKING_IN_QUIET": "true",
        "MAX_AGE": "12h",
        "BACKLOG": "newest",
    }
    write(LOGIN + "".join(f"{A}{name}={value}\n" for name, value in said.items()))
    expected = Rhythm(
        zone=ZoneInfo("Europe/Berlin"),
        slots=("0 8-20/2 * * *", "30 12 * * 6,7"),
        gap=timedelta(minutes=45),
        per_day=6,
        per_month=150,
        budget_per_day=Decimal("4.50"),
        budget_per_month=Decimal(90),
        quiet=(Quiet(time(21), time(7)), Quiet(time(12), time(13))),
        breaking_in_quiet=True,
        max_age=timedelta(hours=12),
        backlog=Backlog.NEWEST,
    )
    assert expected == load().accounts["bluesky"].rhythm(ZoneInfo("Asia/Tokyo"))


def test_an_account_without_a_rhythm_has_none_but_the_bots_zone() -> None:
    write(LOGIN)
    assert Rhythm(zone=ZoneInfo("Asia/Tokyo")) == load().accounts["bluesky"].rhythm(ZoneInfo("Asia/Tokyo"))


def test_links_campaign_and_prices_are_read_as_operators_write_them(home: Path) -> None:
    said = {"LINKS": "first-part", "CAMPAIGN": "utm_source={network}&utm_campaign=the-{account}", "PRICE": "0.015"}
    write(LOGIN + "".join(f"{A}{name}={value}\n" for name, value in said.items()))
    account = load().accounts["bluesky"].account("bluesky", home)
    assert (Links.FIRST_PART, "utm_source=bluesky&utm_campaign=the-bluesky") == (account.links, account.campaign)
    assert Prices(Decimal("0.015"), Decimal("0.015")) == account.prices, (
        "without another price a link costs nothing more"
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (f"{A}LINKS=sometimes", f"{A}LINKS: should be 'always', 'never' or 'first-part'"),
        (f"{A}CAMPAIGN=utm_source={{section}}", f"{A}CAMPAIGN: {{section}} stands for nothing: there are {{network}} and {{account}}"),
        (f"{A}CAMPAIGN=utm_source=our news", f"{A}CAMPAIGN: has a blank in it: write name=value with & between, such as utm_source={{network}}"),
        (f"{A}CAMPAIGN=utm_source=a#b", f"{A}CAMPAIGN: has a # in it: write name=value with & between, such as utm_source={{network}}"),
        ("BOT_METRICS_PORT=yes", "BOT_METRICS_PORT: is no port: write one such as 9464; it answers on this machine alone"),
        ("BOT_METRICS_PORT=70000", "BOT_METRICS_PORT: is no port: write one such as 9464; it answers on this machine alone"),
        ("BOT_HISTORY=forever", "BOT_HISTORY: 'forever' is no stretch of time: write it as 30m, 1h30m or 2d; at least 31d, or all"),
        (f"{A}BREAKING_IN_QUIET=perhaps", f"{A}BREAKING_IN_QUIET: write true or false"),
        (f"{A}PRICE=-0.01", f"{A}PRICE: '-0.01' is no price: write one such as 0.015, without a currency"),
        (f"{A}PRICE_WITH_LINK=NaN", f"{A}PRICE_WITH_LINK: 'NaN' is no price: write one such as 0.015, without a currency"),
        (f"{A}PRICE=0.0000001", f"{A}PRICE: '0.0000001' has more than 6 decimals"),
        ("BOT_CURRENCY=5 USD", "BOT_CURRENCY: is no currency: write its letters, such as EUR, or its sign"),
    ],
)  # fmt: skip
def test_what_is_no_price_or_campaign_is_named_with_what_to_write(said: str, expected: str) -> None:
    write(f"{LOGIN}{said}\n")
    assert expected == refused().removesuffix(".")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (f"{A}ZONE=Berlin", f"{A}ZONE: no time zone is named 'Berlin'; write Europe/Berlin"),
        ("BOT_TIMEZONE=Europe/Berlim", "BOT_TIMEZONE: no time zone is named 'Europe/Berlim'; did you mean Europe/Berlin?"),
        (f"{A}SLOTS=0 8 * * MON-SUN", f"{A}SLOTS: '0 8 * * MON-SUN' is no slot: its day-of-week is 'MON-SUN', where Sunday is the last day write numbers, such as 1-7"),
        (f"{A}GAP=30", f"{A}GAP: '30' of what? Write 30m for minutes, 30h for hours"),
        (f"{A}PER_DAY=0", f"{A}PER_DAY: a cap of 0 would publish nothing: pause the account instead, or leave it empty for no cap"),
        (f"{A}BUDGET_PER_MONTH=5 USD", f"{A}BUDGET_PER_MONTH: '5 USD' is no amount: write one such as 4.50, without a currency"),
        (f"{A}QUIET=22-", f"{A}QUIET: '22-' are no quiet hours: write them as 22:00-07:00"),
        (f"{A}BACKLOG=drop", f"{A}BACKLOG: no policy for a backlog is named 'drop': write one of spread, all, newest, skip"),
        (f"{A}QUITE=22:00-07:00", f"{A}QUITE: no setting has this name. Did you mean {A}QUIET?"),
    ],
)  # fmt: skip
def test_what_is_no_rhythm_is_named_with_what_to_write(said: str, expected: str) -> None:
    write(f"{LOGIN}{said}\n")
    assert expected == refused().removesuffix(".")
