"""One account's server, spoken to through the SDK, whose every error is translated here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from bot import files
from bot.errors import DeliveryError, MediaRefused, OutcomeUnknown, RateLimited, Unauthorized
from bot.networks.bluesky.sdk import (
    BadRequestError,
    ClientBase,
    DotDict,
    RateLimitExceededError,
    RequestErrorBase,
    Session,
    UnauthorizedError,
)
from bot.networks.bluesky.transport import Transport
from bot.networks.outcomes import NOTHING_POSTED, PERHAPS_POSTED, UPLOADING, Stakes, in_words, retry_at, unanswered
from bot.networks.rates import reset, window
from bot.wire import Deadline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from bot.networks.bluesky import BlueskyAccount

Answer = Mapping[str, Any]


SHOWING = PERHAPS_POSTED._replace(refused=MediaRefused)
PAGE = 50  # records, which fit the largest answer that we read however long they are
_JSON = {"Content-Type": "application/json"}
_STALE_TOKEN = frozenset({"ExpiredToken", "InvalidToken"})
_TOKEN = re.compile(r"[\w.-]+", re.ASCII)


class Server:
    """
    The account's server, signed in as the account when that is first needed; `begin` each attempt.

    Between attempts it keeps its connection, for as long as that is fresh, and nothing else.
    It stays the server that the settings name, though Bluesky tells an account's own host when it signs in: bsky.social
    passes calls on, and a proxy before a server must not be gone round.
    """

    def __init__(self, account: BlueskyAccount, name: str, home: Path, clock: Callable[[], datetime]) -> None:
        self._account = account
        self._name = name
        self._var = home / "var"
        self._clock = clock
        self._session: Session | None = None
        self._deadline = Deadline(account.timeout)
        self._transport = Transport(self._deadline)
        self._sdk = ClientBase(account.base_url, self._transport)

    def begin(self) -> Self:
        """The same server for another attempt, which has the whole time, and the session that is kept by now."""
        self._deadline.renew()
        self._session = None
        return self

    @property
    def did(self) -> str:
        """The account's permanent name; signs in where no session is kept, and then fails with nothing posted."""
        return str(self._signed_in().did)

    def write(self, method: str, body: bytes, *, bare: bool = True) -> Answer:
        """Call a method that posts, with this JSON; what is not `bare` shows more than text, and may be taken without that."""
        return self._order(method, body, "application/json", PERHAPS_POSTED if bare else SHOWING)

    def upload(self, content: bytes, mime: str) -> Answer:
        """Have the server keep these bytes for a record that names them; if none does, it forgets them."""
        return self._order("com.atproto.repo.uploadBlob", content, mime, UPLOADING)

    def read(self, method: str, **parameters: str) -> Answer:
        """Call a method that only looks."""
        given = DotDict(parameters)
        return self._as_account(lambda token: self._sdk.invoke_query(method, given, headers=token), NOTHING_POSTED)

    def quota(self) -> Iterator[str]:
        """What the latest answer said is left of our requests, if it did."""
        told = window(self._transport.headers, "ratelimit")
        if told:
            yield told.of("requests")

    def record(self, did: str, collection: str, key: str) -> Answer | None:
        """The record that stands under this key, or None where certainly none does."""
        try:
            return self.read("com.atproto.repo.getRecord", repo=did, collection=collection, rkey=key)
        except DeliveryError as error:
            if _code(error.__cause__) == "RecordNotFound":
                return None
            raise

    def records(self, did: str, collection: str) -> Iterator[Answer]:
        """Every record of a collection, those with the latest keys first, page by page for as long as they are asked for."""
        given, before = {"repo": did, "collection": collection, "limit": str(PAGE)}, ""
        while True:
            page = self.read("com.atproto.repo.listRecords", **given, **({"cursor": before} if before else {}))
            records, cursor = page.get("records"), page.get("cursor")
            if not isinstance(records, list) or not all(map(_is_record, records)):
                raise self._told(OutcomeUnknown, "shows no posts that can be read")
            yield from records
            if not records or not cursor:
                return
            if cursor == before:
                raise self._told(OutcomeUnknown, "does not show older posts when it is asked for them")
            before = str(cursor)

    def _order(self, method: str, content: bytes, kind: str, stakes: Stakes) -> Answer:
        of_kind = {"Content-Type": kind}
        return self._as_account(
            lambda token: self._sdk.invoke_procedure(method, content=content, headers=token | of_kind), stakes
        )

    def _as_account(self, call: Callable[[dict[str, str]], Any], stakes: Stakes) -> Answer:
        """The answer to a call with our token, once more with a fresh one where the token had run out."""
        try:
            try:
                return _object(call(_bearer(self._signed_in().access_jwt)))
            except RequestErrorBase as error:
                if _code(error) not in _STALE_TOKEN:
                    raise
            return _object(call(_bearer(self._renewed(self._signed_in()).access_jwt)))
        except Exception as error:  # every surprise is a possible post
            raise self._translated(error, stakes) from error

    def _signed_in(self) -> Session:
        if self._session is None:
            self._session = self._kept() or self._logged_in()
        return self._session

    def _renewed(self, old: Session) -> Session:
        """A fresh session for an old one; a log-in, of which there are 30 in 5 minutes, only where that is refused."""
        try:
            answer = self._sdk.invoke_procedure("com.atproto.server.refreshSession", headers=_bearer(old.refresh_jwt))
            self._session = self._keep(_object(answer))
        except (BadRequestError, UnauthorizedError):
            self._session = self._logged_in()
        except Exception as error:  # nothing was posted, whatever it is
            raise self._translated(error, NOTHING_POSTED) from error
        return self._session

    def _logged_in(self) -> Session:
        who = {"identifier": self._account.handle, "password": self._account.app_password.get_secret_value()}
        try:
            answer = self._sdk.invoke_procedure(
                "com.atproto.server.createSession", content=json.dumps(who).encode(), headers=_JSON
            )
            return self._keep(_object(answer))
        except Exception as error:  # nothing was posted, whatever it is
            raise self._translated(error, NOTHING_POSTED) from error

    @property
    def _path(self) -> Path:
        return self._var / "sessions" / self._name

    def _kept(self) -> Session | None:
        """The session of an earlier run, if it is this account's on this server."""
        try:
            session = Session.decode(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        ours = (session.handle, session.pds_endpoint) == (self._account.handle, self._account.base_url)
        return session if ours and _sound(session) else None

    def _keep(self, answer: Answer) -> Session:
        """Write down the session that the server granted, before it is used."""
        session = Session(
            handle=self._account.handle,
            did=str(answer["did"]),
            access_jwt=str(answer["accessJwt"]),
            refresh_jwt=str(answer["refreshJwt"]),
            pds_endpoint=self._account.base_url,
        )
        if not _sound(session):
            raise ValueError("a session of which the server told no sound tokens")
        files.private_folder(self._var)
        files.private_folder(self._path.parent)
        files.write_whole(self._path, session.export().encode())
        return session

    def _translated(self, error: Exception, stakes: Stakes) -> DeliveryError:
        """What an error says about the post."""
        match error:
            case DeliveryError():
                return error
            case RequestErrorBase() if error.response is not None:
                return self._refusal(error, stakes)
            case OSError():  # of our own disk: the network's are httpcore's
                what = f"granted a session that cannot be kept in {self._path}: {error.strerror}"
                return self._told(stakes.unclear, what)
            case ValueError() | KeyError() | TypeError():
                return self._told(stakes.unclear, "answered something that is no answer of a Bluesky server")
            case _:
                return unanswered(error, stakes, timeout=self._account.timeout, where=self._host)

    def _refusal(self, error: RequestErrorBase, stakes: Stakes) -> DeliveryError:
        """What an answer that is not 2xx says about the post; only one in the protocol's own form is believed."""
        code, words, status = _code(error), in_words(_words(error), self._secrets), error.response.status_code
        match error:
            case RateLimitExceededError():
                headers = error.response.headers
                until = retry_at(reset(headers, "ratelimit"), self._clock(), date=headers.get("date"))
                return RateLimited(f"asks for a pause: {words}", where=self._host, retry_at=until)
            case UnauthorizedError() | BadRequestError() if code and (status != 400 or code in _STALE_TOKEN):
                return self._told(Unauthorized, f"refuses the account: {words}", self._hint(code))
            case BadRequestError() if code == "InvalidSwap":
                return self._told(OutcomeUnknown, "holds other content under this post's key than what was sent")
            case BadRequestError() if code:
                return self._told(stakes.refused, f"refuses this: {words}")
            case _ if status == 413:
                return self._told(stakes.refused, "refuses this: it is too large")
            case _:
                return self._told(stakes.unclear, f"answered {status} {words}".strip())

    def _told(self, kind: type[DeliveryError], what: str, hint: str | None = None) -> DeliveryError:
        return kind(what, where=self._host, hint=hint)

    @property
    def _secrets(self) -> tuple[str, ...]:
        tokens = (self._session.access_jwt, self._session.refresh_jwt) if self._session else ()
        return (self._account.app_password.get_secret_value(), *tokens)

    @property
    def _host(self) -> str:
        return urlsplit(self._account.base_url).netloc

    def _hint(self, code: str) -> str:
        setting = f"BOT_ACCOUNTS__{self._name.upper()}"
        match code:
            case "AccountDeactivated":
                return f"Activate the account again in Bluesky's settings, then: bot resume {self._name}."
            case "AccountTakedown":
                return f"Bluesky has taken the account down; when that is settled with them: bot resume {self._name}."
            case "AuthFactorTokenRequired":
                return f"Set {setting}__APP_PASSWORD to an app password, not to the account's own."
            case _:
                return f"Check {setting}__HANDLE and {setting}__APP_PASSWORD, then: bot resume {self._name}."


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _sound(session: Session) -> bool:
    """Whether these are tokens at all: anything else would end up, readable, in an error about a header."""
    tokens = (session.access_jwt, session.refresh_jwt)
    return session.did.startswith("did:") and all(_TOKEN.fullmatch(token) for token in tokens)


def _object(response: Any) -> Answer:
    """The JSON object that a call answered."""
    if not isinstance(response.content, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - what it is not is the server's fault
    return response.content


def _is_record(told: Any) -> bool:
    """Whether this is a post as the protocol tells one: where it stands, and what it says."""
    if not isinstance(told, dict) or not isinstance(told.get("value"), dict):
        return False
    return all(isinstance(told.get(name), str) for name in ("uri", "cid"))


def _code(error: object) -> str | None:
    """The name that the protocol has for an error, where the answer is one of the protocol at all."""
    code = _said(error).get("error")
    return code if isinstance(code, str) else None


def _words(error: RequestErrorBase) -> str:
    """The network's own words."""
    said = _said(error)
    return ": ".join(part for part in (said.get("error"), said.get("message")) if isinstance(part, str))


def _said(error: object) -> Answer:
    """What an answer says that is not 2xx, where it is a JSON object."""
    content = error.response.content if isinstance(error, RequestErrorBase) and error.response else None
    return content if isinstance(content, dict) else {}
