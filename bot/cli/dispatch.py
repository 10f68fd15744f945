"""One command's work on articles: taking them in, sending them, and telling what came of it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.cli import exits, show
from bot.cli.exits import Exit
from bot.cli.standing import standing
from bot.errors import ArticleError, BotError, Refused, one_line
from bot.model import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from bot.app import App
    from bot.cli.standing import Standing
    from bot.daemon.desk import Round
    from bot.model import Article, Delivery, Post

_IN_VAIN = 2  # rounds that send nothing: the first may have found credentials that let an account go on


class Dispatch:
    """What a command works on: articles, for the accounts that were named or for all of theirs."""

    def __init__(self, app: App, to: Sequence[str] = ()) -> None:
        self._app = app
        self._to = app.chosen(to)
        self._articles: dict[int, None] = {}
        self._codes: list[Exit] = []
        self._earlier: dict[int, Post | None] = {}
        self._refused: set[int] = set()
        self._edited: set[int] = set()

    def take_in(self, sources: Iterable[str], at: datetime | None, *, again: bool = False) -> None:
        """Write down the articles that can be read; one that cannot be is told and holds up no other."""
        for path, article in self.read(sources):
            known = self._app.ledger.find(article.identities) if again else None
            before = self._latest([known]) if known is not None and known not in self._articles else []
            taken = self._app.desk.take_in(article, to=self._to, at=at)
            self._app.desk.remember(path, taken.article)
            self._edited |= {taken.article} if taken.changed else set()
            self._begin_with(taken.article)
            for delivery in before:
                self._once_more(delivery, at)
        if at is not None:
            self._move(at)

    def read(self, sources: Iterable[str]) -> Iterator[tuple[Path, Article]]:
        """The articles that can be read; of one that cannot be, its error is told."""
        for path in map(Path, sources):
            try:
                article = self._app.read(path)
            except ArticleError as error:
                self._tell(error)
            else:
                yield path, article

    def preview(self, sources: Iterable[str], *, as_json: bool, html: str | None = None) -> None:
        """Show what each account would post of these; as a page in the file `html`, if one is named."""
        from bot.cli import cards, proof

        illustrated, accounts_of = self._app.illustrator, self._app.accounts_of
        articles = [article for _, article in self.read(sources)]
        chosen = [(article, account) for article in articles for account in accounts_of(article, self._to)]
        with show.working("Looking at pictures and pages …"):
            drawn = [cards.draw(article, account, illustrated) for article, account in chosen]
        if html is None:
            cards.show_all(drawn, currency=self._app.settings.currency, as_json=as_json)
        elif drawn:
            proof.write(drawn, html, currency=self._app.settings.currency)
        self._codes += [Exit.DONE if card.post else Exit.REFUSED for card in drawn]

    def take_in_queue(self) -> Round:
        """Take in what waits in the queue; what cannot be read is told."""
        taken = self._app.desk.empty_queue()
        for error in taken.troubles:
            self._tell(error)
        return taken

    def choose_next(self) -> bool:
        """Work on the article that is due first, if there is one; what waits for no more than its turn need not."""
        now, planner = self._app.clock(), self._app.planner
        planner.replan(at_work=False)
        firsts = (
            self._app.ledger.next_article(each, now, early=each in planner.planned) for each in self._app.accounts
        )
        first = min(filter(None, firsts), default=None)
        if first is not None:
            self._begin_with(first[-1])
        return first is not None

    def send(self) -> None:
        """Send what may go now: everything but articles whose own time has not come."""
        with self._telling():
            for number in self._articles:
                self._app.courier.correct_now(number, self._to or self._app.accounts)
        due = [delivery for delivery in self.deliveries if not delivery.state.final and self._may_go(delivery)]
        names = ", ".join(sorted({delivery.account for delivery in due}))
        with self._telling(), show.working(f"Sending to {names} …"):
            self._app.courier.deliver_now(due)
        self._codes += [Exit.REFUSED for delivery in self.deliveries if delivery.taken_down]
        self.plan()
        self.clear()

    def plan(self) -> None:
        """Give what waits now its moments, and wake the daemon."""
        self._app.changed()

    def send_due(self) -> list[tuple[Delivery, Delivery]]:
        """Send everything that is due; what was due, or something happened to, as it was and as it then stands."""
        now, before = self._app.clock(), self._app.ledger.unsettled()
        wished = [each.delivery for each in self._app.ledger.corrections() if each.due_at and each.due_at <= now]
        self._earlier |= {each.id: each.post for each in wished}
        with self._telling(), show.working("Sending what is due …"):
            self._send_all_due()
        self._app.wake()
        self.clear()
        after = [(then, self._app.ledger.delivery(then.id)) for then in before]
        moved = [(d != replace(then, due_at=d.due_at), then, d) for then, d in after]  # a plan is nothing that happened
        overdue = [(then, d) for has_moved, then, d in moved if has_moved or d.error or (d.due_at and d.due_at <= now)]
        overdue += [pair for then in wished for pair in self._corrected(then)]
        return [(then, d) for then, d in overdue if d.state is not State.SENDING]  # somebody else is at it

    def _corrected(self, then: Delivery) -> Iterator[tuple[Delivery, Delivery]]:
        """A delivery that was to be corrected, as it was and now stands, or what was made to answer it or in its place."""
        made = [each for each in self._app.ledger.deliveries(then.article) if each.corrects == then.id]
        if made:
            yield replace(made[-1], state=State.SCHEDULED, receipts=()), made[-1]
        else:
            yield then, self._app.ledger.delivery(then.id)

    def _send_all_due(self) -> None:
        """Plan and send in turn, until nothing is due; what another bot is sending is not waited for."""
        courier, planner, idle = self._app.courier, self._app.planner, 0
        self._app.pricing.reckon()
        planner.replan(at_work=True)
        while idle < _IN_VAIN:
            idle = 0 if courier.deliver_due() else idle + 1
            if not planner.replan(at_work=True):
                break

    def clear(self) -> None:
        """Move the files away whose articles are done."""
        for error in self._app.desk.clear():
            self._tell(error)

    @property
    def deliveries(self) -> list[Delivery]:
        """The latest delivery of each article to each account that it is about."""
        return self._latest(self._articles)

    def report(self, deliveries: Sequence[Delivery], *, as_json: bool) -> None:
        """Tell where these stand."""
        standings = [standing(self._app, delivery) for delivery in deliveries]
        self._codes += [each.code for each in standings]
        if as_json:
            show.document([show.delivery_json(each) for each in standings])
            return
        self._list(standings)

    def report_news(self, round_: Sequence[tuple[Delivery, Delivery]], *, as_json: bool) -> None:
        """Tell a round's outcome: what is new in it; people who call it from cron are told of the rest in one line."""
        if as_json:
            self.report([now for _, now in round_], as_json=True)
            return
        found = [(_is_news(then, now), standing(self._app, now)) for then, now in round_]
        standings = [(news or bool(each.correction and each.waits_for_its_operator), each) for news, each in found]
        self._codes += [each.code for _, each in standings]
        self._list([each for news, each in standings if news])
        rest = [each for news, each in standings if not news]
        if rest:
            show.line(f"{_waiting(len(rest), sum(each.waits_for_its_operator for each in rest))}: `bot status`.")

    def _list(self, standings: Sequence[Standing]) -> None:
        """A line for each, under its article's headline; what holds up a whole account is told with its first."""
        headline, told = None, set()
        for each in standings:
            delivery, text = each.delivery, _where_or_why(each)
            if delivery.headline != headline:
                headline = delivery.headline
                show.line(typer.style(one_line(headline), bold=True))
            if delivery.state is State.SCHEDULED and (delivery.account, text) in told:
                text = "the same"
            told.add((delivery.account, text))
            show.line(f"  {show.state(delivery)}  {delivery.account:<12} {text}{self._remark(delivery)}")
        self._point_to({each.delivery.account for each in standings if each.delivery.state is State.DELIVERED})

    def end(self) -> typer.Exit:
        """The end of the command, with the worst of what it met."""
        return typer.Exit(exits.worst(self._codes))

    def _begin_with(self, number: int) -> None:
        self._articles[number] = None
        stands = (each for each in self._latest([number]) if each.state is State.DELIVERED and not each.taken_down)
        self._earlier |= {each.id: each.post for each in stands}

    def _remark(self, delivery: Delivery) -> str:
        """What a delivered article's line says besides its address."""
        if delivery.corrects is not None and delivery.id not in self._earlier:
            return "  (the correction)"
        if delivery.id not in self._earlier or delivery.taken_down or self._app.ledger.correction(delivery.id):
            return ""
        if delivery.post != self._earlier[delivery.id]:
            return "  (edited in place)"
        as_it_was = ", and stands as it was posted" if delivery.article in self._edited else ""
        return f"  (earlier{as_it_was}; --again posts it once more)"

    def _once_more(self, before: Delivery, at: datetime | None) -> None:
        """One more delivery after this one; while that is not settled, the refusal is told and nothing is done."""
        account = self._app.accounts.get(before.account)
        if account is None:
            return
        article, now = self._app.ledger.article(before.article), self._app.clock()
        due_at = max(at or now, article.publish_at or now)
        try:
            self._app.ledger.again(
                before.article,
                [account],
                now=now,
                due_at=due_at,
                not_before=at,
                planned=self._app.planner.planned,
                costs=self._app.pricing.of(article),
            )
        except Refused as error:
            self._refused.add(before.id)
            self._tell(error)

    def _move(self, at: datetime) -> None:
        """A time that was named by hand goes before the one that a waiting delivery had."""
        for delivery in self.deliveries:
            if delivery.state is State.SCHEDULED and delivery.id not in self._refused:
                publish_at = self._app.ledger.article(delivery.article).publish_at
                self._app.ledger.move(delivery, max(at, publish_at or at), now=self._app.clock())

    def _may_go(self, delivery: Delivery) -> bool:
        publish_at = self._app.ledger.article(delivery.article).publish_at
        mine = delivery.account in self._app.accounts and delivery.id not in self._refused
        return mine and (publish_at is None or publish_at <= self._app.clock())

    def _latest(self, articles: Iterable[int]) -> list[Delivery]:
        """The latest of each article for each account; a cancelled one only where there is no other."""
        latest: dict[tuple[int, str], Delivery] = {}
        for delivery in (delivery for number in articles for delivery in self._app.ledger.deliveries(number)):
            if delivery.state is State.CANCELLED:
                latest.setdefault((delivery.article, delivery.account), delivery)
            else:
                latest[delivery.article, delivery.account] = delivery
        return [delivery for delivery in latest.values() if not self._to or delivery.account in self._to]

    def _point_to(self, accounts: set[str]) -> None:
        """Where to look at what these accounts have published."""
        for account in sorted(accounts & self._app.accounts.keys()):
            for what, where in self._app.whereabouts(account).items():
                show.line(f"  {account} {what}: {where}")

    def _tell(self, error: BotError) -> None:
        show.trouble(error)
        self._codes.append(exits.of_error(error))

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What goes wrong with one account is told, and the others' outcome after it."""
        try:
            yield
        except BotError as error:
            self._tell(error)


def _is_news(then: Delivery, now: Delivery) -> bool:
    """Whether a round brought about what its operator does not know yet; that it was tried once more is nothing new."""
    edited = now.state is State.DELIVERED and then.post != now.post
    return edited or (then.state, then.error, then.standing) != (now.state, now.error, now.standing)


def _waiting(all_of_them: int, yours: int) -> str:
    what = "1 delivery waits" if all_of_them == 1 else f"{all_of_them} deliveries wait"
    if not yours:
        return what
    return f"{what} for you" if yours == all_of_them else f"{what}, {yours} of them for you"


def _where_or_why(each: Standing) -> str:
    stands = each.delivery.state is State.DELIVERED and not each.delivery.taken_down
    return each.delivery.receipts[0].url if stands and not each.correction else each.told
