"""The watch over a daemon: its log, and, where its operator asked for them, figures, alerts and a history that is pruned."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot import files
from bot.operations.beside import every, forget
from bot.operations.endpoint import Answer, answering, as_json
from bot.operations.logs import tell_error, tell_events
from bot.operations.sight import Lookout, Pulse
from bot.operations.troubles import EXPIRED_WITHIN, troubles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path
    from threading import Event as Stop

    from structlog.typing import FilteringBoundLogger

    from bot.ledger import Event, Ledger
    from bot.model import Delivery
    from bot.networks.base import Told
    from bot.operations.alerts import Alerts
    from bot.operations.metrics import Figures
    from bot.settings import Settings

_AGAIN = 3600.0  # seconds until the same trouble is told once more
_LOOK = 5.0  # seconds between two looks at what the operator is to be told
_AT_ONCE, _SOON, _DAY = 1.0, 300.0, 86_400.0


class Watch:
    """Is told what happens, by the daemon's threads, and tells it to whoever wants to know."""

    def __init__(
        self,
        settings: Settings,
        log: FilteringBoundLogger,
        *,
        mask: Callable[[str], str],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._log = log
        self._mask = mask
        self._clock = clock
        self._monotonic = monotonic
        self._pulse = Pulse(monotonic)
        self._lookout: Lookout | None = None
        self._alerts: Alerts | None = None
        self._figures = self._some_figures() if settings.metrics_port else None
        self._logged: dict[str, float] = {}

    def news(self, events: Sequence[Event]) -> None:
        """This happened."""
        tell_events(self._log, events)
        if self._figures:
            self._figures.news(events)

    def trouble(self, error: Exception) -> None:
        """This went wrong; what lasts is logged once an hour."""
        self._pulse.fault(error)
        now, text = self._monotonic(), str(error)
        self._logged = {each: at for each, at in self._logged.items() if now - at < _AGAIN}
        if text not in self._logged:
            self._logged[text] = now
            tell_error(self._log, error)

    def looked(self) -> None:
        """The loop has looked."""
        self._pulse.beat()

    def leaving(self, delivery: Delivery) -> None:
        """A delivery is about to be sent by itself."""
        if self._figures:
            self._figures.leaving(delivery)

    def took(self, seconds: float) -> None:
        """A plan took so long."""
        if self._figures:
            self._figures.planned(seconds)

    @contextmanager
    def kept(self, ledger: Ledger, queue: Path, var: Path, told: Callable[[], Mapping[str, Told]]) -> Iterator[None]:
        """
        Answer, alert and prune for as long as this is open; an error that ends it is told to the operator.

        `told` is what the networks said last. Raises ConfigurationError where a channel is none, or the port is taken.
        """
        lookout = Lookout(ledger, queue, self._pulse, told=told, clock=self._clock, monotonic=self._monotonic)
        self._lookout = lookout
        settings, failed = self._settings, self.trouble
        with ExitStack() as stack:
            if settings.alerts.get_secret_value():
                self._alerts = self._all_channels(var)
                stack.enter_context(every(_LOOK, "alerts", self._alert, failed=failed, first=_AT_ONCE))
            if settings.metrics_port:
                ways = {"/healthz": self._health, "/metrics": self._metrics}
                stack.enter_context(answering(settings.metrics_port, ways))
            if settings.history:
                history = settings.history
                stack.enter_context(
                    every(_DAY, "history", lambda stop: self._forget(ledger, history, stop), failed=failed, first=_SOON)
                )
            try:
                yield
            except Exception as error:
                if self._alerts and self._pulse.has_beaten:  # one that never began is seen by whoever started it
                    self._alerts.stopped(error)
                raise

    def _some_figures(self) -> Figures:
        from bot.operations.metrics import Figures

        return Figures(lambda: self._lookout.sight() if self._lookout else None, self._clock)

    def _all_channels(self, var: Path) -> Alerts:
        from bot.operations.alerts import Alerts, channels

        with files.explained():
            found = channels(self._settings.alerts.get_secret_value(), files.private_key(var / "key"))
        return Alerts(
            found,
            var / "alerts.json",
            failed=lambda error: self._log.warning("alert failed", detail=str(error)),
            monotonic=self._monotonic,
            mask=self._mask,
        )

    def _alert(self, _: Stop) -> None:
        if self._alerts and self._lookout and self._pulse.has_beaten:
            scene = self._lookout.scene(self._clock() - EXPIRED_WITHIN)
            self._alerts.see(troubles(scene), blind=scene.blind)

    def _forget(self, ledger: Ledger, history: timedelta, stop: Stop) -> None:
        articles, events = forget(ledger, history, stop, now=self._clock())
        if articles or events:
            self._log.info("history pruned", detail=f"{articles:,} articles, {events:,} events")

    def _health(self, _: str) -> Answer:
        reasons = [self._mask(each) for each in self._lookout.health()] if self._lookout else []
        status = HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK
        return as_json(status, {"status": "ailing" if reasons else "ok", "reasons": reasons})

    def _metrics(self, accept: str) -> Answer:
        body, kind = self._figures.told(accept) if self._figures else (b"", "text/plain")
        return Answer(HTTPStatus.OK, kind, body)
