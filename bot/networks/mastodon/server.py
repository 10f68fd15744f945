"""One account's server for the length of one attempt: the only module that knows the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

from mastodon import Mastodon
from requests import Session

from bot.errors import DeliveryError, OutcomeUnknown
from bot.networks.mastodon.profiles import Instance, Profile
from bot.networks.mastodon.refusals import Refusals, content, done, foreign
from bot.networks.mastodon.shown import Shown, named
from bot.networks.outcomes import LOOKING, NOTHING_POSTED, PERHAPS_POSTED, Stakes, network_time
from bot.networks.rates import window
from bot.networks.sessions import Bounded

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from requests import Response

    from bot.model import Post
    from bot.networks.mastodon import MastodonAccount

PAGE = 40
_WITH_REGION = frozenset({"zh-CN", "zh-HK", "zh-TW"})
_NEEDED = ("write:statuses", "read:statuses")  # the latter to look for what may have been posted


class Timeline(NamedTuple):
    """What an account posted, oldest first, and whether its server certainly showed all of that."""

    posts: list[Shown]
    whole: bool


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
                language=_known(post.lang),
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

    def account(self) -> Profile:
        """Who we are there."""
        me = Profile.of(self._read(self._sdk.account_verify_credentials))
        if me is None:
            raise self._refusals.no_mastodon()
        if me.suspended:
            raise self._refusals.no_access("has suspended the account")
        return me

    def now(self) -> datetime:
        """What time it is there, by its latest answer."""
        answer = self._bounded.answer
        return network_time(answer.headers.get("date") if answer is not None else None, self._clock())

    def app_may_post(self) -> bool:
        """
        Whether the server says that the app of our token may post; the token itself may have fewer scopes.

        Raises Unauthorized where the app lacks a scope that posting needs, since then the token does too.
        """
        try:
            told = self._read(self._sdk.app_verify_credentials)
        except DeliveryError:
            return False
        scopes = told.get("scopes") if isinstance(told, dict) else None
        if not isinstance(scopes, list):
            return False
        for scope in _NEEDED:
            if scope not in scopes and scope.partition(":")[0] not in scopes:
                raise self._refusals.no_access(f"knows the app of this token without the scope {scope}")
        return True

    def quota(self) -> list[str]:
        """What is left of the requests that we may make, where the server says so."""
        left = window(self._bounded.answer.headers, "x-ratelimit") if self._bounded.answer is not None else None
        return [left.of("requests")] if left else []

    def instance(self) -> Instance | None:
        """What the server tells of itself: as Mastodon does since 4.0, else as before; None where it tells nothing."""
        return self._instance("v2") or self._instance("v1")

    def timeline(self, me: Profile, since: datetime) -> Timeline:
        """The account's own posts from then on: pages come latest first, but among posts some servers show older ones."""
        seen: set[str] = set()
        recent: list[Shown] = []
        while page := self._page(me.id, recent[-1].remote_id if recent else None):
            fresh = [post for post in page if post.remote_id not in seen]
            late = [post for post in fresh if post.at >= since]
            if not fresh and any(post.at >= since for post in page):
                # It knows no pages: whether it shows every post at once only their number can tell.
                return Timeline(_in_order(recent), whole=len(seen) == me.posts)
            if not late:
                break
            seen.update(post.remote_id for post in fresh)
            recent += late  # the next page begins below the last of these: an older one may stand anywhere
        return Timeline(_in_order(recent), whole=True)

    def unshown(self) -> DeliveryError:
        """What it means that posts may stand there which we were not shown."""
        return self._refusals.told(OutcomeUnknown, "does not show older posts when it is asked for them")

    def source(self, post: Shown) -> tuple[str, str] | None:
        """The text and the warning as their author wrote them; None where the server does not tell."""
        told = self._read(lambda: self._sdk.status_source(post.remote_id), LOOKING)
        if not isinstance(told, dict) or not isinstance(told.get("text"), str):
            return None
        warning = told.get("spoiler_text")
        return told["text"], warning if isinstance(warning, str) else post.warning

    def _instance(self, version: str) -> Instance | None:
        # Not by the SDK: it asks for …/instance/, and some servers answer that with a redirect.
        return Instance.of(self._read(lambda: self._session.get(f"{self._account.base_url}/api/{version}/instance")))

    def _page(self, account_id: str, before: str | None) -> list[Shown]:
        told = self._read(
            lambda: self._sdk.account_statuses(account_id, exclude_reblogs=True, max_id=before, limit=PAGE), LOOKING
        )
        try:
            if isinstance(told, list):
                return [Shown.of(entry) for entry in told]
        except (ValueError, KeyError, TypeError, AssertionError):  # the last from odd HTML
            pass
        raise self._refusals.told(OutcomeUnknown, "shows no timeline that can be read")

    def _read(self, call: Callable[[], object], stakes: Stakes = NOTHING_POSTED) -> Any:
        """The JSON that a request which only looks was answered with; None where there is no such thing there."""
        answer = self._answer(call, stakes)
        if done(answer):
            return content(answer)
        if foreign(answer):
            return None
        raise self._refusals.meaning(answer, stakes, self._clock())

    def _answer(self, call: Callable[[], object], stakes: Stakes) -> Response:
        """The whole answer to the one request that a call makes."""
        answer = self._bounded.answer_to(call)
        if answer is None:
            raise self._refusals.unanswered(self._bounded.failure, stakes)
        return answer


def _in_order(posts: list[Shown]) -> list[Shown]:
    """The posts that are none of others, oldest first; of the same moment the one that was shown last."""
    own = [post for post in reversed(posts) if not post.boost]
    return sorted(own, key=lambda post: post.at)


def _known(lang: str | None) -> str | None:
    """The language as the API takes it: an ISO 639 code, en for en-GB; with a region only where Mastodon has it so."""
    if lang is None or lang in _WITH_REGION:
        return lang
    return lang.partition("-")[0].lower()
