"""What a Mastodon server does with posts and uploads."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from servers.mastodon.languages import LANGUAGES
from servers.mastodon.nouns import UPLOADS_WINDOW, Account, Draft, Media, Post, Refused, Rules, Token
from servers.mastodon.uploads import looked_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY_REMEMBERED = timedelta(hours=1)
WINDOW = timedelta(minutes=5)
VISIBILITIES = ("public", "unlisted", "private", "direct")


class State:
    """Everything that a server knows. Its clock is an argument."""

    def __init__(self, rules: Rules, clock: Callable[[], datetime]) -> None:
        self.rules = rules
        self.now = clock
        self.accounts: dict[str, Account] = {}
        self.tokens: dict[str, Token] = {}
        self._posts: dict[str, Post] = {}
        self._media: dict[str, Media] = {}
        self._keys: dict[tuple[str, str], Post] = {}
        self._latest = 0
        self._numbers = count(1)
        self._lock = threading.RLock()

    def join(self, language: str, state: str) -> Account:
        """A new account."""
        account = Account(self._new_id(), f"bot{next(self._numbers)}", language, state)
        self.accounts[account.id] = account
        return account

    def admit(self, token: Token) -> None:
        """Count a request against the token's rate; refuses one too many."""
        with self._lock:
            if token.reset != self.reset():
                token.reset, token.used = self.reset(), 0
            token.used += 1
            if token.used > token.rate:
                raise Refused(429, "Too many requests")

    def admit_upload(self, token: Token) -> None:
        """Count an upload against the token's rate of those."""
        with self._lock:
            if token.uploads_reset != self.reset(UPLOADS_WINDOW):
                token.uploads_reset, token.uploaded = self.reset(UPLOADS_WINDOW), 0
            token.uploaded += 1
            if token.uploaded > token.uploads:
                raise Refused(429, "Too many requests")

    def reset(self, window: timedelta = WINDOW) -> datetime:
        """When rates are counted anew: as in Mastodon the same moment for everybody."""
        seconds = window.total_seconds()
        return datetime.fromtimestamp((self.now().timestamp() // seconds + 1) * seconds, UTC)

    def standing(self, account: Account) -> list[Post]:
        """The account's posts, oldest first."""
        with self._lock:
            return [post for post in self._posts.values() if post.account is account]

    def count(self, account: Account) -> int:
        """How many posts the account has made, as Mastodon counts: those that it boosted too, but none for few."""
        return sum(post.visibility != "direct" for post in self.standing(account))

    def shown(self, post_id: str, viewer: Account | None, otherwise: str = "Record not found") -> Post:
        """The post, if this account may see it."""
        post = self._posts.get(post_id)
        if post is None or not post.is_for(viewer):
            raise Refused(404, otherwise)
        return post

    def publish(self, account: Account, draft: Draft, key: str | None) -> Post:
        """Put up a post; where its key was used within the hour it is the post of then, whatever this one says."""
        with self._lock:
            parent = None
            if draft.in_reply_to_id:
                otherwise = "The post you are trying to reply to does not appear to exist."
                parent = self.shown(draft.in_reply_to_id, account, otherwise)
            if key and (earlier := self._posted_with(account, key)):
                return earlier
            post = self._made_of(account, draft, parent, key)
            self._posts[post.id] = post
            if key:
                self._keys[account.id, key] = post
            return post

    def delete(self, account: Account, post_id: str) -> Post:
        """Take down a post of this account."""
        with self._lock:
            return self._posts.pop(self._own(account, post_id).id)

    def boost(self, account: Account, post_id: str) -> Post:
        """Show a post again as this account."""
        with self._lock:
            of = self.shown(post_id, account)
            boost = Post(self._new_id(), account, self.now(), "", "", of.visibility, of.language, reblog=of)
            self._posts[boost.id] = boost
            return boost

    def edit(self, account: Account, post_id: str, draft: Draft) -> Post:
        """Change a post of this account: pictures that are not named go, its visibility stays."""
        with self._lock:
            post = self._own(account, post_id)
            media = self._attachable(account, draft.media_ids, of=post)
            text, warning = self._words(draft)
            self._hold(post.media, attached=False)
            self._hold(media, attached=True)
            post.history.append(post.text)
            post.text, post.spoiler_text, post.media, post.edited_at = text, warning, media, self.now()
            post.sensitive = draft.sensitive or (self.rules.warned_is_sensitive and bool(warning))
            post.language = draft.language or post.language
            return post

    def upload(self, account: Account, mime: str, content: bytes, description: str | None) -> Media:
        """Take in a file; it is ready when it was processed."""
        size, kind = looked_at(mime, content, description or "", self.rules)
        with self._lock:
            media = Media(self._new_id(), account, mime, content, description, size, kind)
            self._media[media.id] = media
            return media

    def ready(self, media: Media) -> bool:
        """Whether it was processed; refuses what cannot be, such as a film of nothing."""
        processed = media.asked >= self.rules.processing
        if processed and (self.rules.fails or not media.content):
            raise Refused(422, self.rules.fails or "Error processing thumbnail for uploaded media")
        return processed

    def upload_of(self, account: Account, media_id: str) -> Media | None:
        """The upload of this account, unless a post has it."""
        media = self._media.get(media_id)
        return media if media and media.account is account and not media.attached else None

    def loose(self, account: Account) -> int:
        """How many of the account's uploads no post shows."""
        return sum(media.account is account and not media.attached for media in self._media.values())

    def _new_id(self) -> str:
        """An id that is in the order of time."""
        with self._lock:
            self._latest = max(self._latest + 1, int(self.now().timestamp() * 1000) << 16)
            return self.rules.id_of(self._latest)

    def _posted_with(self, account: Account, key: str) -> Post | None:
        post = self._keys.get((account.id, key))
        if post is None or not self.rules.honours_keys:
            return None
        kept_for = self.now() - post.created_at - self.rules.key_kept_after
        if not timedelta(0) <= kept_for < KEY_REMEMBERED:
            return None
        return self.shown(post.id, account)  # not found: it was deleted since

    def _own(self, account: Account, post_id: str) -> Post:
        post = self.shown(post_id, account)
        if post.account is not account:
            raise Refused(404, "Record not found")
        return post

    def _made_of(self, account: Account, draft: Draft, parent: Post | None, key: str | None) -> Post:
        media = self._attachable(account, draft.media_ids)
        text, warning = self._words(draft)
        self._hold(media, attached=True)
        return Post(
            self._new_id(),
            account,
            self.now(),
            text,
            warning,
            draft.visibility or self.rules.visibility,
            draft.language or account.language,
            draft.sensitive or (self.rules.warned_is_sensitive and bool(warning)),
            parent,
            media,
            key,
        )

    def _words(self, draft: Draft) -> tuple[str, str]:
        """The text and the warning of what is valid."""
        text, warning = draft.status.strip(), draft.spoiler_text.strip()
        if not text:
            text, warning = warning, ""
        status, title = self.rules.refusal
        if problems := [*self._problems(text, warning, draft)]:
            raise Refused(status, f"{title}: {', '.join(problems)}")
        return text, warning

    def _hold(self, media: list[Media], *, attached: bool) -> None:
        for each in media:
            each.attached = attached

    def _problems(self, text: str, warning: str, draft: Draft) -> Iterator[str]:
        rules = self.rules
        if not text and not draft.media_ids:
            yield "Text can't be blank"
        if rules.length(text, warning, rules.characters_reserved_per_url) > rules.max_characters:
            yield f"Text character limit of {rules.max_characters} exceeded"
        if draft.visibility and draft.visibility not in VISIBILITIES:
            yield "Visibility is not included in the list"
        if draft.language and draft.language not in LANGUAGES:
            yield "Language is invalid"

    def _attachable(self, account: Account, media_ids: list[str], of: Post | None = None) -> list[Media]:
        """The uploads of these names, which may be those that the post has."""
        status, _ = self.rules.refusal
        if not self.rules.takes_media:
            return []
        if len(media_ids) > self.rules.max_media_attachments:
            raise Refused(status, f"Cannot attach more than {self.rules.max_media_attachments} files")
        held = {each.id: each for each in of.media} if of else {}
        found = {media_id: held.get(media_id) or self.upload_of(account, media_id) for media_id in media_ids}
        if missing := [media_id for media_id, media in found.items() if media is None]:
            raise Refused(status, f"Media {', '.join(missing)} not found or already attached to another post")
        media = [each for each in found.values() if each]
        if len(media) > 1 and any(each.kind == "video" for each in media):
            raise Refused(status, "Cannot attach a video to a post that already contains images")
        if not all(map(self.ready, media)):
            raise Refused(status, "Cannot attach files that have not finished processing. Try again in a moment!")
        return media
