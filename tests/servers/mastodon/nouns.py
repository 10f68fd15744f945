"""What there is on a Mastodon server."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from servers.mastodon.text import as_mastodon_counts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

MEDIA_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4")
UPLOADS_WINDOW = timedelta(minutes=30)
GIF_MATRIX_LIMIT = 921_600  # which no server states


class Refused(Exception):
    """An answer that says no."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(status, error)
        self.status = status
        self.error = error


@dataclass
class Rules:
    """How this server is set up, and how its software differs from Mastodon's; a test may change them at any time."""

    domain: str = "strict.example"
    version: str = "4.5.2"
    source_url: str = "https://github.com/mastodon/mastodon"
    max_characters: int = 500
    max_media_attachments: int = 4
    characters_reserved_per_url: int = 23
    length: Callable[[str, str, int], int] = as_mastodon_counts
    id_of: Callable[[int], str] = str
    address: str = "https://{domain}/@{name}/{id}"  # of a post
    visibility: str = "public"  # of a post that does not say
    refusal: tuple[int, str] = (422, "Validation failed")  # of a post that is not valid
    honours_keys: bool = True
    key_kept_after: timedelta = timedelta(0)  # on a slow server a post stands before its key is known
    processing: int = 2  # how often an upload is asked for before it is ready
    fails: str = ""  # what processing an upload ends with
    takes_media: bool = True  # without it a post goes up without them, and nobody says so
    image_size_limit: int = 16_777_216
    image_matrix_limit: int = 33_177_600
    video_size_limit: int = 103_809_024
    mime_types: tuple[str, ...] = MEDIA_TYPES
    description_limit: int = 1500
    edits: bool = True
    instance_v2: bool = True
    instance_v1: bool = True
    source: bool = True
    most_at_once: int = 40  # posts on a page
    pages: bool = True  # without them the latest posts are shown whatever is asked for
    counts: bool = True  # how many posts an account has
    warned_is_sensitive: bool = True  # what has a warning, whether its author says so or not


@dataclass(eq=False)
class Account:
    """Somebody who posts here; `state` is active, disabled, suspended, unconfirmed or pending."""

    id: str
    name: str
    language: str
    state: str


@dataclass
class Token:
    """
    What an app may do as an account, of what the `app` may do at all, and how often within a WINDOW.

    `uploads` is how many files it may send in half an hour, which are counted apart.
    """

    account: Account
    scopes: tuple[str, ...]
    app: tuple[str, ...]
    rate: int
    reset: datetime | None = None
    used: int = 0
    uploads: int = 30
    uploads_reset: datetime | None = None
    uploaded: int = 0

    def may(self, scope: str) -> bool:
        """Whether it has this scope, such as write:statuses, or the whole of which it is a part."""
        return scope in self.scopes or scope.partition(":")[0] in self.scopes


@dataclass
class Media:
    """An upload."""

    id: str
    account: Account
    mime: str
    content: bytes = field(repr=False)
    description: str | None
    size: tuple[int, int] | None
    kind: str
    asked: int = 0
    attached: bool = False


@dataclass
class Draft:
    """What a request to post says."""

    status: str = ""
    spoiler_text: str = ""
    visibility: str = ""
    language: str = ""
    sensitive: bool = False
    in_reply_to_id: str = ""
    media_ids: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Post:
    """What stands."""

    id: str
    account: Account
    created_at: datetime
    text: str
    spoiler_text: str
    visibility: str
    language: str
    sensitive: bool = False
    in_reply_to: Post | None = None
    media: list[Media] = field(default_factory=list)
    idempotency_key: str | None = None
    reblog: Post | None = None
    edited_at: datetime | None = None
    history: list[str] = field(default_factory=list)

    def is_for(self, viewer: Account | None) -> bool:
        """Whether this account (None: anybody) is shown it."""
        return self.visibility in {"public", "unlisted"} or self.account is viewer
