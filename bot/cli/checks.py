"""What `bot check` tries, each a finding of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli import show
from bot.cli.exits import Exit, of_error
from bot.errors import BotError, ComposeError, DeliveryError, Unauthorized
from bot.model import Article, Related

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.app import App
    from bot.model import Network

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


def run(app: App, *, offline: bool) -> list[Finding]:
    """Everything that can be tried without sending."""
    findings = [Finding("settings", f"{_counted(len(app.accounts), 'account')}, home {app.settings.home}")]
    findings += _readable_by_others(app)
    findings += _rhythms(app)
    findings.append(_ledger(app))
    findings += _templates(app)
    findings += _queued(app)
    if not offline:
        findings += _logins(app)
    return findings


def _readable_by_others(app: App) -> Iterator[Finding]:
    env_file = app.settings.home / ".env"
    if env_file.is_file() and env_file.stat().st_mode & 0o077:
        yield Finding(str(env_file), f"others can read it; `chmod 600 {env_file}`", Exit.REFUSED)


def _rhythms(app: App) -> Iterator[Finding]:
    """What each account's limits do to each other; some may be meant so."""
    from bot.schedule.contradictions import contradictions, surprises

    now = app.clock()
    for name, rhythm in app.rhythms.items():
        yield from (Finding(f"rhythm of {name}", each, Exit.REFUSED) for each in contradictions(rhythm, now))
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


def _queued(app: App) -> Iterator[Finding]:
    """Every queued article, made into a post for each of its accounts."""
    good = 0
    for path in app.queue.waiting(app.clock()):
        try:
            article = app.read(path)
        except BotError as error:
            yield Finding("article", str(error), of_error(error))
            continue
        for account in app.accounts_of(article):
            try:
                app.composer.compose(article, account)
            except BotError as error:
                yield Finding(f"{Path(path).name} for {account.name}", str(error), of_error(error))
            else:
                good += 1
    yield Finding("queue", f"{_counted(good, 'post')} can be made of what waits")


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
