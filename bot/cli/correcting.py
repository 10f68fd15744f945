"""`bot retract`: an article is taken down wherever it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import completing, exits, opening, show
from bot.cli.exits import Exit
from bot.cli.looking import number_of
from bot.cli.standing import Standing, standing
from bot.errors import BotError, ConfigurationError, one_line
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.app import App

_OPEN = {State.SENDING, State.UNKNOWN, State.SCHEDULED}


def register(cli: typer.Typer) -> None:
    """Add this command to the command line."""
    cli.command()(retract)


def retract(
    articles: Annotated[
        list[str], typer.Argument(metavar="ARTICLE...", help="Files, addresses, or numbers as `bot log` shows them.")
    ],
    accounts: Annotated[
        list[str] | None,
        typer.Option(
            "--from", metavar="ACCOUNT", help="Only here; may be repeated.", autocompletion=completing.accounts
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")] = False,
) -> None:
    """Call articles off, and take them down wherever they stand."""
    app, codes, told = opening.app(), [Exit.DONE], list[_Told]()
    chosen = app.chosen(accounts or ())
    for name in dict.fromkeys(articles):
        try:
            told += _retracted(app, name, chosen)
        except BotError as error:
            show.trouble(error)
            codes.append(exits.of_error(error))
    app.changed()
    codes += [each.code for each in told]
    if as_json:
        show.document([each.json for each in told])
    else:
        _draw(told)
    raise typer.Exit(exits.worst(codes))


@dataclass(frozen=True)
class _Told:
    """What became of one delivery of an article that was retracted."""

    standing: Standing

    @property
    def down(self) -> bool:
        """Whether nothing of it stands, nor can come to."""
        return not self.standing.delivery.standing and self.standing.delivery.state.final

    @property
    def code(self) -> Exit:
        """What the shell is told of it."""
        delivery = self.standing.delivery
        if self.down:
            return Exit.DONE
        if delivery.state in {State.UNKNOWN, State.SENDING}:
            return Exit.UNKNOWN
        if self.standing.way is None:
            return Exit.REFUSED
        return self.standing.code if self.standing.correction else Exit.NOT_YET

    @property
    def text(self) -> str:
        """The same in words."""
        delivery = self.standing.delivery
        if delivery.taken_down:
            return f"taken down: {' '.join(receipt.url for receipt in delivery.receipts)}"
        if self.down:
            return "called off"
        if delivery.state in _OPEN:
            return f"is taken down as soon as it is settled. {self.standing.told}"
        return self.standing.told

    @property
    def json(self) -> dict[str, Any]:
        """For programs, as `post` answers."""
        delivery = self.standing.delivery
        gone = [
            {"remote_id": each.remote_id, "url": each.url, "retracted": each.index in delivery.retracted}
            for each in delivery.receipts
        ]
        return {**show.delivery_json(self.standing), "receipts": gone}


def _retracted(app: App, name: str, chosen: Collection[str]) -> list[_Told]:
    """Retract one article; where it cannot even be asked for on some account, the others' outcome is told all the same."""
    number = number_of(app, name)
    before = {each.id: each for each in app.ledger.deliveries(number)}
    here = chosen or {each.account for each in before.values()}
    try:
        with show.working("Taking down …"):
            app.courier.retract(number, here)
    except ConfigurationError as error:
        show.trouble(error)
    after = [each for each in app.ledger.deliveries(number) if each.account in here]
    touched = [each for each in after if each.receipts or not each.state.final or each != before.get(each.id)]
    if not touched:
        show.notice(f"{name}: nothing of it stands, and nothing waits.")
    return [_Told(standing(app, each)) for each in touched]


def _draw(told: list[_Told]) -> None:
    """A line for each, under its article's headline."""
    headline = None
    for each in told:
        delivery = each.standing.delivery
        if delivery.headline != headline:
            headline = delivery.headline
            show.line(typer.style(one_line(headline), bold=True))
        show.line(f"  {show.state(delivery)}  {delivery.account:<12} {each.text}")
