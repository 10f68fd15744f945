"""What `bot check` tries, each a finding of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli import show
from bot.cli.exits import Exit, of_error
from bot.errors import BotError, ComposeError, DeliveryError, Unauthorized
from bot.model import Article, Media, Related

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.app import App
    from bot.model import Network

_PATIENCE = timedelta(seconds=20)
SAMPLE = Article(
    identities=("id:sample",),
    headline="A headline",
    url="https://news.example.org/story",
    summary="What it is about.",
    body=("The first paragraph.", "The second."),
    hashtags=("Sample",),
    byline="A. Writer",
    lang="en",
    warning="a warning",
    related=(Related("Another headline", "What that is about."),),
    media=(Media("picture.jpg", "What it shows."),),
)


@dataclass(frozen=True)
class Finding:
    """One thing that was tried, and how it went."""

    what: str
    detail: str
    code: Exit = Exit.DONE

    @property
    def ok(self) -> bool:
        """Whether nothing has to be done about it."""
        return self.code is Exit.DONE


def run(app: App, *, offline: bool, alert: bool = False) -> list[Finding]:
    """Everything that can be tried without sending; an `alert` is sent where that was asked for."""
    findings = [Finding("settings", f"{_counted(len(app.accounts), 'account')}, home {app.settings.home}")]
    findings += _readable_by_others(app)
    findings += _rhythms(app)
    findings.append(_ledger(app))
    findings += _templates(app)
    findings += _queued(app, offline=offline)
    findings += _alerts(app, send=alert)
    if not offline:
        findings += _logins(app)
    return findings


def _alerts(app: App, *, send: bool) -> Iterator[Finding]:
    """Whether there is a way to the operator, and on his word whether a message takes it."""
    from bot.operations.alerts import channels, quietly

    try:
        found = channels(alerts, app.key) if (alerts := app.settings.alerts.get_secret_value()) else []
    except BotError as error:
        yield Finding("alerts", str(error), of_error(error))
        return
    if not send:
        told = f"{_counted(len(found), 'channel')}; `bot check --alert` sends a message to try" if found else ""
        yield from [Finding("alerts", told)] if told else []
        return
    if not found:
        yield Finding("alerts", "BOT_ALERTS names nobody", Exit.REFUSED)
    for number, channel in enumerate(found, start=1):
        with quietly():
            sent = channel.tell("bot check", "This is a trial: the bot's alerts arrive here.")
        what = "took the trial message" if sent else "did not take the trial message; look at its address"
        yield Finding(f"alerts, number {number}", what, Exit.DONE if sent else Exit.REFUSED)


def _readable_by_others(app: App) -> Iterator[Finding]:
    env_file = app.settings.home / ".env"
    if env_file.is_file() and env_file.stat().st_mode & 0o077:
        yield Finding(str(env_file), f"others can read it; `chmod 600 {env_file}`", Exit.REFUSED)


def _rhythms(app: App) -> Iterator[Finding]:
    """What each account's limits do to each other; some may be meant so."""
    from bot.schedule.contradictions import contradictions, surprises, too_dear

    now = app.clock()
    for name, rhythm in app.rhythms.items():
        account = app.accounts[name]
        wrong = (*contradictions(rhythm, now), *too_dear(rhythm, account.prices, account.links))
        yield from (Finding(f"rhythm of {name}", each, Exit.REFUSED) for each in wrong)
        yield from (Finding(f"rhythm of {name}", each) for each in surprises(rhythm, now))


def _templates(app: App) -> Iterator[Finding]:
    """Every template can be read, and each account's makes a post of a sample that has all that an article may have."""
    errors = app.composer.check()
    for account in [] if errors else app.accounts.values():
        try:
            app.composer.compose(SAMPLE, account)
        except ComposeError as error:
            errors.append(error)
    yield from (Finding("template", str(error), Exit.REFUSED) for error in errors)
    if not errors:
        yield Finding("templates", "all can be read, and make a post of a sample")


def _queued(app: App, *, offline: bool) -> Iterator[Finding]:
    """Every queued article, made into a post for each of its accounts; of very many, as many as a start may wait for."""
    from bot.app import NOT_ASKED

    good, give_up_at, made = 0, app.clock() + _PATIENCE, app.trying(offline=offline)
    waiting = app.queue.waiting(app.clock())
    for tried, path in enumerate(waiting):
        if app.clock() > give_up_at:
            yield Finding(
                "queue", f"{_counted(len(waiting) - tried, 'file')} more are not tried: that would take too long"
            )
            break
        try:
            article = app.read(path)
        except BotError as error:
            yield Finding("article", str(error), of_error(error))
            continue
        without: dict[str, list[str]] = {}
        for account in app.accounts_of(article):
            try:
                post = made(article, account)
            except BotError as error:
                yield Finding(f"{Path(path).name} for {account.name}", str(error), of_error(error))
            else:
                good += 1
                for trouble in post.left_out:
                    without.setdefault(trouble, []).append(account.name)
        told = ((trouble, ", ".join(names)) for trouble, names in without.items() if NOT_ASKED not in trouble)
        yield from (Finding(f"{Path(path).name} for {names}", trouble) for trouble, names in told)
    yield Finding("queue", f"{_counted(good, 'post')} can be made of what is in the queue")


def _ledger(app: App) -> Finding:
    """Whether it opens and is sound, and when there was a copy of it last."""
    try:
        ledger = app.ledger
        damage, backup = ledger.damage(), ledger.last_backup()
    except BotError as error:
        return Finding("ledger", str(error), of_error(error))
    if damage:
        return Finding("ledger", f"{ledger.where}: damaged ({damage}); put back a backup: `bot restore`", Exit.REFUSED)
    if not ledger.in_a_file:
        return Finding("ledger", ledger.where)
    last = f"last backup {show.moment(backup, app.settings.timezone)}" if backup else "no backup yet: `bot backup`"
    return Finding("ledger", f"{ledger.where}, sound; {last}")


def _logins(app: App) -> Iterator[Finding]:
    """Who each account is on its network; two that are one would post everything twice."""
    known: dict[tuple[str, str], str] = {}
    for name, account in app.accounts.items():
        try:
            identity = (adapter := app.connect(name)).check()
        except DeliveryError as error:
            yield Finding(name, str(error), Exit.USAGE if isinstance(error, Unauthorized) else Exit.NOT_YET)
            continue
        except Exception as error:  # noqa: BLE001 - of one account; the others are told all the same
            yield Finding(name, f"cannot be checked ({type(error).__name__}: {error})", Exit.REFUSED)
            continue
        twin = known.setdefault((account.network.name, identity.login), name)
        before = app.ledger.lane_of(name).login
        if before not in {None, identity.login}:
            yield Finding(name, f"was {before} and now shows {identity.login}; put back its keys", Exit.USAGE)
        elif twin == name:
            told = (f"is {identity.name} ({identity.login})", *identity.facts, _allowed(adapter.network))
            yield Finding(name, ", ".join(filter(None, told)))
        else:
            yield Finding(name, f"is the same login as {twin}, {identity.login}; remove one of the two", Exit.USAGE)


def _allowed(network: Network) -> str:
    """How much a post may hold there, as the server said."""
    return next((f"{limit.maximum:,} {limit.unit} a post" for limit in network.limits), "")


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
