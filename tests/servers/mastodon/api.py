"""The calls of Mastodon's API that a publishing bot makes, answered as strictly as any server would."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from servers.mastodon import entities
from servers.mastodon.forms import File, fields
from servers.mastodon.nouns import UPLOADS_WINDOW, Account, Draft, Post, Refused, Token

if TYPE_CHECKING:
    from email.message import Message

    from servers.mastodon.state import State

DEFAULT_RATE = 300
TEXTS = frozenset("status spoiler_text visibility language in_reply_to_id".split())
FILTERS = frozenset("limit max_id min_id since_id exclude_reblogs exclude_replies".split())
NOT_WELCOME = {
    "disabled": "Your login is currently disabled",
    "suspended": "Your login is currently disabled",
    "unconfirmed": "Your login is missing a confirmed e-mail address",
    "pending": "Your login is currently pending approval",
}
NOT_HERE = "<!DOCTYPE html><html><title>The page you are looking for isn't here.</title></html>"


@dataclass(frozen=True)
class Request:
    """A whole request."""

    method: str
    path: str
    query: dict[str, str]
    headers: Message
    body: bytes


@dataclass
class Answer:
    """A whole answer; where its body is text it is a page."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


def answer(state: State, request: Request) -> Answer:
    """What the server says; its rates are in every answer."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    call = Call(state, request, state.tokens.get(token) if scheme == "Bearer" else None)
    try:
        said = call.answer()
    except Refused as refused:
        said = Answer(refused.status, {"error": refused.error})
    said.headers |= call.rates()
    return said


class Call:
    """One request, and the token that it came with."""

    def __init__(self, state: State, request: Request, token: Token | None) -> None:
        self._state = state
        self._request = request
        self._token = token
        self._uploads = False

    def answer(self) -> Answer:
        """What the server says, unless it refuses."""
        if self._token:
            self._state.admit(self._token)
        rules = self._state.rules
        match self._request.method, self._request.path.strip("/").split("/"):
            case "GET", ["api", "v2", "instance"] if rules.instance_v2:
                return Answer(200, entities.instance_v2(rules))
            case "GET", ["api", "v1", "instance"] if rules.instance_v1:
                return Answer(200, entities.instance_v1(rules))
            case "GET", ["api", "v1", "apps", "verify_credentials"]:
                return Answer(200, entities.application(self._valid_token()))
            case "GET", ["api", "v1", "accounts", "verify_credentials"]:
                me = self._user("read:accounts")
                return Answer(200, entities.own_account(me, rules, self._state.count(me)))
            case "GET", ["api", "v1", "accounts", account_id, "statuses"]:
                return self._timeline(account_id)
            case method, ["api", "v1", "statuses", *rest]:
                return self._posts(method, rest)
            case "POST", ["api", "v2", "media"]:
                return self._upload(self._user("write:media"), self._valid_token())
            case "GET", ["api", "v1", "media", media_id]:
                return self._uploaded(self._user("write:media"), media_id)
        return Answer(404, NOT_HERE)

    def rates(self) -> dict[str, str]:
        """What is left of the token's rate; those who have none are not counted here."""
        rate, used, reset = DEFAULT_RATE, 0, self._state.reset()
        if self._token:
            rate, used = self._token.rate, self._token.used
        if self._token and self._uploads:
            rate, used, reset = self._token.uploads, self._token.uploaded, self._state.reset(UPLOADS_WINDOW)
        return {
            "X-RateLimit-Limit": str(rate),
            "X-RateLimit-Remaining": str(max(0, rate - used)),
            "X-RateLimit-Reset": entities.moment(reset, "microseconds"),
        }

    def _posts(self, method: str, rest: list[str]) -> Answer:
        state = self._state
        match method, rest:
            case "POST", []:
                return self._publish(self._user("write:statuses"))
            case "GET", [post_id]:
                return self._post(state.shown(post_id, self._viewer()))
            case "GET", [post_id, "source"] if state.rules.source:
                return Answer(200, entities.source(state.shown(post_id, self._user("read:statuses"))))
            case "PUT", [post_id] if state.rules.edits:
                return self._post(state.edit(self._user("write:statuses"), post_id, self._draft()))
            case "DELETE", [post_id]:
                gone = state.delete(self._user("write:statuses"), post_id)
                return Answer(200, entities.post(gone, state.rules) | {"text": gone.text})
            case "POST", [post_id, "reblog"]:
                return self._post(state.boost(self._user("write:statuses"), post_id))
        return Answer(404, NOT_HERE)

    def _valid_token(self) -> Token:
        if not self._token:
            raise Refused(401, "The access token is invalid")
        return self._token

    def _user(self, scope: str) -> Account:
        """Who asks, if the token may do that and its owner is welcome."""
        token = self._valid_token()
        if not token.may(scope):
            raise Refused(403, "This action is outside the authorized scopes")
        if token.account.state in NOT_WELCOME:
            raise Refused(403, NOT_WELCOME[token.account.state])
        return token.account

    def _viewer(self) -> Account | None:
        """Who asks, where nobody needs to say."""
        return self._user("read:statuses") if "Authorization" in self._request.headers else None

    def _post(self, post: Post) -> Answer:
        return Answer(200, entities.post(post, self._state.rules))

    def _publish(self, account: Account) -> Answer:
        return self._post(self._state.publish(account, self._draft(), self._request.headers.get("Idempotency-Key")))

    def _draft(self) -> Draft:
        sent = {name: value for name, value in self._fields().items() if value is not None}
        sensitive, media_ids = _yes(sent.pop("sensitive", False)), sent.pop("media_ids", [])
        for name, value in sent.items():
            if name not in TEXTS or not isinstance(value, str):
                raise Refused(422, f"Validation failed: {name} is unknown or no text")
        return Draft(**sent, sensitive=sensitive, media_ids=media_ids)

    def _upload(self, account: Account, token: Token) -> Answer:
        self._uploads = True
        self._state.admit_upload(token)
        sent = self._fields()
        file = sent.get("file")
        if not isinstance(file, File):
            raise Refused(422, "Validation failed: File can't be blank")
        media = self._state.upload(account, file.mime, file.content, sent.get("description"))
        ready = self._state.ready(media)
        return Answer(200 if ready else 202, entities.media(media, self._state.rules, ready=ready))

    def _uploaded(self, account: Account, media_id: str) -> Answer:
        media = self._state.upload_of(account, media_id)
        if media is None:
            raise Refused(404, "Record not found")
        media.asked += 1
        ready = self._state.ready(media)
        return Answer(200 if ready else 206, entities.media(media, self._state.rules, ready=ready))

    def _fields(self) -> dict[str, Any]:
        return fields(self._request.headers.get("Content-Type", ""), self._request.body)

    def _timeline(self, account_id: str) -> Answer:
        viewer, query = self._viewer(), self._request.query
        if unknown := sorted(query.keys() - FILTERS):
            raise Refused(422, f"Validation failed: {unknown[0]} is unknown")
        if (account := self._state.accounts.get(account_id)) is None:
            raise Refused(404, "Record not found")
        posts = [post for post in reversed(self._state.standing(account)) if post.is_for(viewer)]
        if _yes(query.get("exclude_reblogs")):
            posts = [post for post in posts if not post.reblog]
        if _yes(query.get("exclude_replies")):  # the parts of a thread are no replies here
            posts = [post for post in posts if not post.in_reply_to or post.in_reply_to.account is account]
        page = self._page(posts)
        return Answer(200, [entities.post(post, self._state.rules) for post in page], self._links(page))

    def _page(self, posts: list[Post]) -> list[Post]:
        """The part of them, newest first, that was asked for."""
        query, limit = self._request.query if self._state.rules.pages else {}, self._limit()
        if below := query.get("max_id"):
            posts = [post for post in posts if _order(post.id) < _order(below)]
        if above := query.get("min_id") or query.get("since_id"):
            posts = [post for post in posts if _order(post.id) > _order(above)]
        return posts[-limit:] if query.get("min_id") else posts[:limit]

    def _limit(self) -> int:
        limit = self._request.query.get("limit", "20")
        if not limit.isdecimal() or limit == "0":
            raise Refused(422, "Validation failed: limit is no number")
        return min(self._state.rules.most_at_once, int(limit))

    def _links(self, page: list[Post]) -> dict[str, str]:
        """Where the pages before and after this one are; the next only where this one is full."""
        if not page:
            return {}
        kept = {name: value for name, value in self._request.query.items() if not name.endswith("_id")}
        ways = [("next", {"max_id": page[-1].id})] if len(page) == self._limit() else []
        ways.append(("prev", {"min_id": page[0].id}))
        base = f"http://{self._request.headers.get('Host')}{self._request.path}"
        return {"Link": ", ".join(f'<{base}?{urlencode(kept | way)}>; rel="{name}"' for name, way in ways)}


def _order(post_id: str) -> tuple[int, str]:
    return len(post_id), post_id


def _yes(value: Any) -> bool:
    return str(value).lower() in {"1", "true", "on"}
