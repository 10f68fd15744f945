"""One account's server for the length of one attempt: the only module that knows the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from mastodon import Mastodon
from requests import Session

from bot.errors import DeliveryError, OutcomeUnknown
from bot.networks.mastodon import rates
from bot.networks.mastodon.refusals import Refusals, content, done, foreign
from bot.networks.mastodon.shown import Shown, named
from bot.networks.outcomes import LOOKING, NOTHING_POSTED, PERHAPS_POSTED, Stakes
from bot.networks.sessions import Bounded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from requests import Response

    from bot.model import Post
    from bot.networks.mastodon import MastodonAccount

PAGE = 40
_NEEDED = ("write:statuses", "read:statuses")  # the latter to look for what may have been posted


class Server:
    """The account's server, asked as the account; use it in a `with`."""

    def __init__(self, account: MastodonAccount, name: str, clock: Callable[[], datetime]) -> None:
        self._account = account
        self._refusals = Refusals(account, name)
        self._clock = clock
        self._bounded = Bounded(account.timeout)
        self._session = Session()
        self._bounded.carry(self._session)
        # The token goes with the session: the SDK would take one that is the name of a file for the file.
        token = account.access_token.get_secret_value()
        self._session.headers.update({"Authorization": f"Bearer {token}", "User-Agent": "publishing-bot"})
        self._sdk = Mastodon(
            api_base_url=account.base_url,
            session=self._session,
            user_agent="",  # the session's own
            ratelimit_method="throw",
            version_check_mode="none",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def post(self, post: Post, index: int, *, key: str, parent: str | None) -> tuple[str, str]:
        """Post one part in answer to its parent; the id and the address that the server gave it."""
        answer = self._answer(
            lambda: self._sdk.status_post(
                post.parts[index].text,
                in_reply_to_id=parent,
                sensitive=bool(post.warning),
                spoiler_text=post.warning or None,
                visibility=post.visibility or self._account.visibility,
                language=_iso_639(post.lang),
                idempotency_key=key,
            ),
            PERHAPS_POSTED,
        )
        if not done(answer):
            raise self._refusals.meaning(answer, PERHAPS_POSTED, self._clock(), of_a_reply=parent is not None)
        try:
            return named(content(answer))
        except ValueError as error:
            raise self._refusals.told(OutcomeUnknown, f"answered {answer.status_code}, and with no post") from error

    def account(self) -> Mapping[str, Any]:
        """Who we are there."""
        told = self._told(self._sdk.account_verify_credentials)
        if isinstance(told, dict) and all(isinstance(told.get(field), str) for field in ("id", "username")):
            if told.get("suspended") is True:
                raise self._refusals.no_access("has suspended the account")
            return told
        raise self._refusals.no_mastodon()

    def may_post(self) -> bool:
        """Whether the server says so; it may well not say. Raises Unauthorized where the token lacks what that needs."""
        try:
            told = self._told(self._sdk.app_verify_credentials)
        except DeliveryError:
            return False
        scopes = told.get("scopes") if isinstance(told, dict) else None
        if not isinstance(scopes, list):
            return False
        for scope in _NEEDED:
            if scope not in scopes and scope.partition(":")[0] not in scopes:
                raise self._refusals.no_access(f"gave out this token without the scope {scope}")
        return True

    def quota(self) -> list[str]:
        """What is left of the requests that we may make, where the server says so."""
        left = rates.left(self._bounded.answer.headers) if self._bounded.answer is not None else None
        return [left] if left else []

    def instance(self) -> Mapping[str, Any]:
        """What the server tells of itself: as Mastodon does since 4.0, else as before, else nothing."""
        return self._instance("v2") or self._instance("v1") or {}

    def timeline(self, account_id: str) -> Iterator[Shown]:
        """The account's own posts, the latest first, page by page for as long as they are asked for."""
        seen: set[str] = set()
        latest: str | None = None
        while page := self._page(account_id, latest):
            latest = page[-1].remote_id
            fresh = [post for post in page if post.remote_id not in seen]
            if not fresh and len(seen) >= PAGE:
                raise self._refusals.told(OutcomeUnknown, "does not show older posts when it is asked for them")
            if not fresh:  # it knows no pages, and has shown them all
                return
            seen.update(post.remote_id for post in fresh)
            yield from (post for post in fresh if not post.boost)

    def source(self, post: Shown) -> tuple[str, str] | None:
        """The text and the warning as their author wrote them; None where the server does not tell."""
        told = self._told(lambda: self._sdk.status_source(post.remote_id), LOOKING)
        if not isinstance(told, dict) or not isinstance(told.get("text"), str):
            return None
        warning = told.get("spoiler_text")
        return told["text"], warning if isinstance(warning, str) else post.warning

    def _instance(self, version: str) -> Any:
        # Not by the SDK: it asks for …/instance/, and some servers answer that with a redirect.
        told = self._told(lambda: self._session.get(f"{self._account.base_url}/api/{version}/instance"))
        return told if isinstance(told, dict) else None

    def _page(self, account_id: str, before: str | None) -> list[Shown]:
        told = self._told(
            lambda: self._sdk.account_statuses(account_id, exclude_reblogs=True, max_id=before, limit=PAGE), LOOKING
        )
        try:
            if isinstance(told, list):
                return [Shown.of(entry) for entry in told]
        except (ValueError, KeyError, TypeError, AssertionError):  # the last from odd HTML
            pass
        raise self._refusals.told(OutcomeUnknown, "shows no timeline that can be read")

    def _told(self, call: Callable[[], object], stakes: Stakes = NOTHING_POSTED) -> Any:
        """The JSON that a request which only looks was answered with; None where there is no such thing there."""
        answer = self._answer(call, stakes)
        if done(answer):
            return content(answer)
        if foreign(answer):
            return None
        raise self._refusals.meaning(answer, stakes, self._clock())

    def _answer(self, call: Callable[[], object], stakes: Stakes) -> Response:
        """
        The whole answer to the one request that a call makes.

        What the SDK thinks of it is not asked: it fails over odd headers of what was done, and loses those of what was not.
        """
        self._bounded.answer = self._bounded.failure = cause = None
        try:
            call()
        except Exception as error:  # noqa: BLE001 - judged by what came over the wire
            cause = error
        if self._bounded.answer is None:
            raise self._refusals.unanswered(self._bounded.failure, stakes) from cause
        return self._bounded.answer


def _iso_639(lang: str | None) -> str | None:
    """The language itself, which is all that the API takes (docs.joinmastodon.org/methods/statuses): en for en-GB."""
    return lang.partition("-")[0].lower() if lang else None
