"""What the server does for each request that it knows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from servers.x import media, uploading, words
from servers.x.bodies import from_json
from servers.x.drafts import check_text, draft, written
from servers.x.posts import FIELDS
from servers.x.queries import Query, token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from servers.x.accounts import Login
    from servers.x.posts import Post
    from servers.x.server import XServer

REMEMBERED = timedelta(hours=24)
USER_FIELDS = frozenset(
    "affiliation confirmed_email connection_status created_at description entities id is_identity_verified location "
    "most_recent_tweet_id name parody pinned_tweet_id profile_banner_url profile_image_url protected public_metrics "
    "receives_your_dm subscription subscription_type url username verified verified_followers_count verified_type withheld".split()
)
SHOWN = "tweet.fields expansions media.fields".split()
TIMELINE = [*"max_results pagination_token start_time end_time exclude".split(), *SHOWN]


@dataclass(frozen=True)
class Request:
    """One request of an account: `subject` is the id in its path, where there is one."""

    login: Login
    subject: str
    query: str
    content_type: str
    body: bytes


Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Endpoint:
    """A kind of request: how it looks, how many an account may make in 15 minutes, and what it does."""

    method: str
    path: str
    limit: int
    answer: Callable[[XServer, Request], Answer]
    writes: bool = False
    capped: bool = True


def publish(server: XServer, request: Request) -> Answer:
    """A new post, once everything is as it should be."""
    asked = draft(from_json(request))
    counted = server.counter.count(written(asked.text))
    shown = _shown(server, request.login, asked.media)
    if counted.text or not shown:
        check_text(counted, premium=request.login.premium)
    parent = _parent(server, request.login, asked.parent) if asked.parent else None
    now = server.clock()
    recent = [post for post in server.posts.of(request.login.user_id) if now - post.at < REMEMBERED]
    if any(post.counted.text == counted.text for post in recent):
        raise words.duplicate()
    post = server.posts.add(request.login.user_id, asked.text, counted, now, parent, shown)
    for each in shown:
        each.used = True
    return 201, {"data": post.told(())}


def myself(_: XServer, request: Request) -> Answer:
    """Who is asking."""
    Query(request.query, ("user.fields",)).names("user.fields", USER_FIELDS)
    login = request.login
    return 200, {"data": {"id": login.user_id, "name": login.username.title(), "username": login.username}}


def timeline(server: XServer, request: Request) -> Answer:
    """A page of an account's posts, newest first; what is left out of it leaves the page shorter, as on X."""
    query = Query(request.query, TIMELINE)
    most = query.number("max_results", 5, 100, 10)
    before = query.page("pagination_token")
    left_out = query.names("exclude", ("retweets", "replies"))
    tell = _telling(query)
    start, end = query.period("start_time", "end_time", server.clock())
    owner = server.user(request.subject)
    if owner is None:
        return 200, words.not_found("user", request.subject)
    listed = [post for post in _listed(server, owner) if start <= post.at <= end and int(post.id) < before]
    page = [post for post in listed[:most] if not (post.parent and "replies" in left_out)]
    meta: dict[str, Any] = {"result_count": len(page)}
    if len(listed) > most:
        meta["next_token"] = token(listed[most - 1].id)
    if not page:
        return 200, {"meta": meta}
    meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
    told, beside = tell(page)
    return 200, {"data": told, **beside, "meta": meta}


def one_post(server: XServer, request: Request) -> Answer:
    """One post, whosever it is."""
    tell = _telling(Query(request.query, SHOWN))
    post = server.posts.get(request.subject)
    if post is None:
        return 200, words.not_found("tweet", request.subject)
    [told], beside = tell([post])
    return 200, {"data": told, **beside}


def delete(server: XServer, request: Request) -> Answer:
    """An account's own post is gone."""
    Query(request.query, ())
    post = server.posts.get(request.subject)
    if post is None:
        raise words.problem(404, "Not Found", "Not Found")
    if post.author != request.login.user_id:
        raise words.problem(403, "Forbidden", "You are not authorized to delete this Tweet.")
    server.posts.remove(post)
    return 200, {"data": {"deleted": True}}


ENDPOINTS = {
    "post": Endpoint("POST", "/2/tweets", 100, publish, writes=True),
    "me": Endpoint("GET", "/2/users/me", 75, myself, capped=False),
    "timeline": Endpoint("GET", "/2/users/([0-9]{1,19})/tweets", 900, timeline),
    "one post": Endpoint("GET", "/2/tweets/([0-9]{1,19})", 900, one_post),
    "delete": Endpoint("DELETE", "/2/tweets/([0-9]{1,19})", 50, delete, writes=True),
    "upload": Endpoint("POST", "/2/media/upload", 500, uploading.upload, writes=True),
    "initialize": Endpoint("POST", "/2/media/upload/initialize", 1_875, uploading.initialize, writes=True),
    "append": Endpoint("POST", "/2/media/upload/([0-9]{1,19})/append", 1_875, uploading.append, writes=True),
    "finalize": Endpoint("POST", "/2/media/upload/([0-9]{1,19})/finalize", 1_875, uploading.finalize, writes=True),
    "upload status": Endpoint("GET", "/2/media/upload", 1_000, uploading.status),
    "metadata": Endpoint("POST", "/2/media/metadata", 500, uploading.describe, writes=True),
}


def endpoint(method: str, path: str) -> tuple[str, str]:
    """The name of the endpoint that this is for, and the id in the path; Refused where there is none."""
    for name, known in ENDPOINTS.items():
        if method == known.method and (found := re.fullmatch(known.path, path)):
            return name, "".join(found.groups())
    raise words.problem(404, "Not Found", "Not Found")


def _parent(server: XServer, login: Login, post_id: str) -> Post:
    login.look_for_parent()
    parent = server.posts.get(post_id)
    if parent is None:
        raise words.parent_not_visible()
    return parent


def _listed(server: XServer, owner: Login) -> Iterator[Post]:
    """What this account's timeline shows by now, newest first."""
    latest = server.clock() - owner.hidden_from_timeline
    return (post for post in reversed(server.posts.of(owner.user_id)) if post.at <= latest)


def _shown(server: XServer, login: Login, ids: Sequence[str]) -> list[media.Media]:
    """What a post is to show: the account's own, ready, each once; up to four stills or one that moves."""
    found = [server.uploads.get(media_id) for media_id in ids]
    ready = [each for each in found if each and each.owner == login.user_id and each.ready(server.clock())]
    if len(ready) < len(ids) or len(set(ids)) < len(ids) or (len(ids) > 1 and any(each.moves for each in ready)):
        raise words.media_ids_invalid(ids)
    return ready


def _telling(query: Query) -> Callable[[Sequence[Post]], tuple[list[dict[str, Any]], dict[str, Any]]]:
    """How posts are told, with what stands beside them, as the query asks for it."""
    fields = query.names("tweet.fields", FIELDS)
    expanded = query.names("expansions", ("attachments.media_keys",))
    of_media = query.names("media.fields", media.FIELDS)

    def tell(posts: Sequence[Post]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        told = [post.told(fields | ({"attachments"} if expanded else set())) for post in posts]
        shown = [each.shown(of_media) for post in posts for each in post.media] if expanded else []
        return told, {"includes": {"media": shown}} if shown else {}

    return tell
