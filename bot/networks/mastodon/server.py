"""One account's server for the length of one attempt: the only module that knows the SDK."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import quote

from mastodon import Mastodon
from requests import Session

from bot.errors import DeliveryError, OutcomeUnknown, Rejected, Unavailable
from bot.model import Pictures
from bot.networks.mastodon.profiles import Instance, Profile, id_of
from bot.networks.mastodon.refusals import CHANGING, Asked, Refusals, content, done, foreign
from bot.networks.mastodon.shown import Shown, named
from bot.networks.outcomes import LOOKING, NOTHING_POSTED, PERHAPS_POSTED, Stakes, network_time
from bot.networks.rates import window
from bot.networks.sessions import Bounded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from requests import Response

    from bot.model import Post
    from bot.networks.mastodon import MastodonAccount

PAGE = 40
_WITH_REGION = frozenset({"zh-CN", "zh-HK", "zh-TW"})
_UNHEARD_OF = frozenset({405, 501})
_NEEDED = ("write:statuses", "read:statuses")  # the latter to look for what may have been posted
_TO_UPLOAD = 0.8  # of an attempt: of a post that is sent when no time is left for its answer nobody knows what became
_FOR_MEDIA = "write:media"


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
        self._uploads_end = monotonic() + _TO_UPLOAD * account.timeout
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

    @property
    def time_to_upload(self) -> float:
        """The seconds until what is left of the attempt is kept for posting."""
        return self._uploads_end - monotonic()

    def ask(self, method: str, path: str, stakes: Stakes, **how: Any) -> Response:
        """The whole answer to one request, where the SDK would make more of them, or knows no such one."""
        url = f"{self._account.base_url}/api/{path}"
        return self._answer(lambda: self._session.request(method, url, **how), stakes)

    def told(self, kind: type[DeliveryError], what: str) -> DeliveryError:
        """An error that says where it comes from."""
        return self._refusals.told(kind, what)

    def refused(
        self, answer: Response, stakes: Stakes, what: str = "this", *, with_media: bool = False
    ) -> DeliveryError:
        """What an answer means that does not say that it was done."""
        return self._refusals.meaning(answer, stakes, self._clock(), Asked(what, with_media=with_media))

    def too_slow(self, what: str) -> DeliveryError:
        """What it means that no time is left of the attempt, and nothing was posted."""
        return self._refusals.too_slow(what)

    def post(
        self, post: Post, index: int, *, key: str, parent: str | None, media: Sequence[str] = ()
    ) -> tuple[str, str]:
        """Post one part in answer to its parent, with what was uploaded; the id and the address that the server gave it."""
        answer = self._answer(
            lambda: self._sdk.status_post(
                post.parts[index].text,
                in_reply_to_id=parent,
                media_ids=list(media) or None,
                sensitive=bool(post.warning),
                spoiler_text=post.warning or None,
                visibility=post.visibility or self._account.visibility,
                language=_known(post.lang),
                idempotency_key=key,
            ),
            PERHAPS_POSTED,
        )
        if not done(answer):
            asked = Asked(in_answer=parent is not None, with_media=bool(media))
            raise self._refusals.meaning(answer, PERHAPS_POSTED, self._clock(), asked)
        return self._named(answer, OutcomeUnknown)

    def revise(self, remote_id: str, post: Post, index: int, media: Sequence[str]) -> None:
        """Have what stands say what this part says, and show what was uploaded: what is not named is taken off."""
        fields = {
            "status": post.parts[index].text,
            "spoiler_text": post.warning or "",
            "sensitive": "true" if post.warning else "false",
            "media_ids[]": list(media),
        }
        if language := _known(post.lang):
            fields["language"] = language
        answer = self.ask("PUT", _path(remote_id), CHANGING, data=fields)
        if answer.status_code == 404:
            raise self.told(Rejected, "does not show this post any more, or edits none")
        if answer.status_code in _UNHEARD_OF:
            raise self.told(Rejected, "does not edit posts")
        if not done(answer):
            raise self.refused(answer, CHANGING, with_media=bool(media))
        self._named(answer, Unavailable)

    def delete(self, remote_id: str) -> None:
        """Take down what stands, if it does."""
        answer = self.ask("DELETE", _path(remote_id), CHANGING)
        if answer.status_code == 404 and (self._refusals.is_of_the_api(answer) or not self._stands(remote_id)):
            return
        if answer.status_code in _UNHEARD_OF:
            raise self.told(Rejected, "does not take posts down")
        if not done(answer):
            raise self.refused(answer, CHANGING)
        if not isinstance(content(answer), dict):
            raise self.told(Unavailable, f"answered {answer.status_code}, and not as a Mastodon server does")

    def standing_media(self, remote_id: str) -> list[tuple[str, str]]:
        """What a post shows: the server's name for each, and its alt text."""
        answer = self.ask("GET", _path(remote_id), CHANGING)
        told: Any = content(answer) if done(answer) else None
        shown = told.get("media_attachments") if isinstance(told, dict) else None
        named = [each for each in shown if isinstance(each, dict)] if isinstance(shown, list) else []
        return [(name, str(each.get("description") or "")) for each in named if (name := id_of(each.get("id")))]

    def _stands(self, remote_id: str) -> bool:
        """Whether the server, which knows us, shows this."""
        self.account()  # a page that is not found may be all that there is at a wrong address
        shown = self._read(lambda: self._session.get(f"{self._account.base_url}/api/{_path(remote_id)}"), CHANGING)
        return shown is not None

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

    def app_may(self) -> list[str]:
        """
        What the server says that the app of our token may do; the token itself may have fewer scopes.

        Raises Unauthorized where the app lacks a scope that posting needs, since then the token does too.
        """
        try:
            told = self._read(self._sdk.app_verify_credentials)
        except DeliveryError:
            return []
        scopes = told.get("scopes") if isinstance(told, dict) else None
        if not isinstance(scopes, list):
            return []
        for scope in _NEEDED:
            if not _has(scopes, scope):
                raise self._refusals.no_access(f"knows the app of this token without the scope {scope}")
        if _has(scopes, _FOR_MEDIA) or self._account.pictures is Pictures.NONE:
            return ["its app may post"]
        return ["its app may post", f"it may not upload pictures: it lacks the scope {_FOR_MEDIA}"]

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
        return self.told(OutcomeUnknown, "does not show older posts when it is asked for them")

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
        raise self.told(OutcomeUnknown, "shows no timeline that can be read")

    def _read(self, call: Callable[[], object], stakes: Stakes = NOTHING_POSTED) -> Any:
        """The JSON that a request which only looks was answered with; None where there is no such thing there."""
        answer = self._answer(call, stakes)
        if done(answer):
            return content(answer)
        if foreign(answer):
            return None
        raise self.refused(answer, stakes)

    def _named(self, answer: Response, otherwise: type[DeliveryError]) -> tuple[str, str]:
        try:
            return named(content(answer))
        except ValueError as error:
            raise self.told(otherwise, f"answered {answer.status_code}, and with no post") from error

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


def _path(remote_id: str) -> str:
    return f"v1/statuses/{quote(remote_id, safe='')}"


def _has(scopes: list[Any], scope: str) -> bool:
    """Whether this scope is among them, or the whole of which it is a part."""
    return scope in scopes or scope.partition(":")[0] in scopes


def _known(lang: str | None) -> str | None:
    """The language as the API takes it: an ISO 639 code, en for en-GB; with a region only where Mastodon has it so."""
    if lang is None or lang in _WITH_REGION:
        return lang
    return lang.partition("-")[0].lower()
