"""What a Mastodon server keeps, as its API words it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servers.mastodon.text import rendered, tags

if TYPE_CHECKING:
    from datetime import datetime

    from servers.mastodon.nouns import Account, Media, Post, Rules, Token


def moment(at: datetime, timespec: str = "milliseconds") -> str:
    """A time as the API writes it."""
    return at.isoformat(timespec=timespec).replace("+00:00", "Z")


def instance_v2(rules: Rules) -> dict[str, Any]:
    """What the server says of itself."""
    return {
        "domain": rules.domain,
        "title": rules.domain,
        "version": rules.version,
        "source_url": rules.source_url,
        "description": "",
        "usage": {"users": {"active_month": 1}},
        "languages": ["en"],
        "configuration": _configuration(rules),
        "registrations": {"enabled": False, "approval_required": False, "message": None},
        "contact": {"email": f"admin@{rules.domain}", "account": None},
        "rules": [],
        "api_versions": {"mastodon": 7},
    }


def instance_v1(rules: Rules) -> dict[str, Any]:
    """The same in the older form."""
    return {
        "uri": rules.domain,
        "title": rules.domain,
        "short_description": "",
        "description": "",
        "email": f"admin@{rules.domain}",
        "version": rules.version,
        "urls": {"streaming_api": f"wss://{rules.domain}"},
        "stats": {"user_count": 1, "status_count": 1, "domain_count": 1},
        "languages": ["en"],
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "configuration": _configuration(rules),
        "contact_account": None,
        "rules": [],
    }


def _configuration(rules: Rules) -> dict[str, Any]:
    return {
        "statuses": {
            "max_characters": rules.max_characters,
            "max_media_attachments": rules.max_media_attachments,
            "characters_reserved_per_url": rules.characters_reserved_per_url,
        },
        "media_attachments": {
            "supported_mime_types": list(rules.mime_types),
            "description_limit": rules.description_limit,
            "image_size_limit": rules.image_size_limit,
            "image_matrix_limit": rules.image_matrix_limit,
            "video_size_limit": rules.video_size_limit,
            "video_frame_rate_limit": 120,
            "video_matrix_limit": 8_294_400,
        },
        "polls": {
            "max_options": 4,
            "max_characters_per_option": 50,
            "min_expiration": 300,
            "max_expiration": 2_629_746,
        },
    }


def account(who: Account, rules: Rules) -> dict[str, Any]:
    """A person, to everybody."""
    return {
        "id": who.id,
        "username": who.name,
        "acct": who.name,
        "display_name": who.name,
        "locked": False,
        "bot": True,
        "created_at": "2026-01-01T00:00:00.000Z",
        "note": "",
        "url": f"https://{rules.domain}/@{who.name}",
        "uri": f"https://{rules.domain}/users/{who.name}",
        "avatar": f"https://{rules.domain}/avatars/original/missing.png",
        "header": f"https://{rules.domain}/headers/original/missing.png",
        "followers_count": 0,
        "following_count": 0,
        "statuses_count": 0,
        "last_status_at": None,
        "emojis": [],
        "fields": [],
    }


def own_account(who: Account, rules: Rules, posts: int) -> dict[str, Any]:
    """A person who has made so many posts, to that person."""
    source = {"privacy": rules.visibility, "sensitive": False, "language": who.language, "note": "", "fields": []}
    return account(who, rules) | {"source": source, "statuses_count": posts if rules.counts else 0}


def application(token: Token) -> dict[str, Any]:
    """The app that a token is of; what the token itself may do nobody tells."""
    return {
        "id": "1",
        "name": "A publishing bot",
        "website": None,
        "scopes": list(token.app),
        "redirect_uri": "urn:ietf:wg:oauth:2.0:oob",
        "redirect_uris": ["urn:ietf:wg:oauth:2.0:oob"],
    }


def media(upload: Media, rules: Rules, *, ready: bool) -> dict[str, Any]:
    """An upload; it has an address once it was processed."""
    address = f"https://{rules.domain}/media/{upload.id}"
    width, height = upload.size or (0, 0)
    original = (
        {"width": width, "height": height, "size": f"{width}x{height}", "aspect": width / height} if height else {}
    )
    return {
        "id": upload.id,
        "type": upload.kind,
        "url": address if ready else None,
        "preview_url": address if ready else None,
        "remote_url": None,
        "description": upload.description,
        "blurhash": None,
        "meta": {"original": original} if ready else {},
    }


def post(what: Post, rules: Rules) -> dict[str, Any]:
    """A post as it is shown."""
    parent = what.in_reply_to
    return {
        "id": what.id,
        "created_at": moment(what.created_at),
        "edited_at": moment(what.edited_at) if what.edited_at else None,
        "in_reply_to_id": parent.id if parent else None,
        "in_reply_to_account_id": parent.account.id if parent else None,
        "sensitive": what.sensitive,
        "spoiler_text": what.spoiler_text,
        "visibility": what.visibility,
        "language": what.language,
        "uri": f"https://{rules.domain}/users/{what.account.name}/statuses/{what.id}",
        "url": rules.address.format(domain=rules.domain, name=what.account.name, id=what.id),
        "content": rendered(what.text, rules.domain),
        "reblog": post(what.reblog, rules) if what.reblog else None,
        "account": account(what.account, rules),
        "application": {"name": "A publishing bot", "website": None},
        "media_attachments": [media(each, rules, ready=True) for each in what.media],
        "mentions": [],
        "tags": [{"name": name.lower(), "url": f"https://{rules.domain}/tags/{name}"} for name in tags(what.text)],
        "emojis": [],
        "card": None,
        "poll": None,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "favourited": False,
        "reblogged": False,
        "muted": False,
        "bookmarked": False,
        "pinned": False,
    }


def source(what: Post) -> dict[str, Any]:
    """A post as its author wrote it."""
    return {"id": what.id, "text": what.text, "spoiler_text": what.spoiler_text}


def record(what: Post) -> dict[str, Any]:
    """All that the server keeps of a post, for tests."""
    return {
        "id": what.id,
        "text": what.text,
        "spoiler_text": what.spoiler_text,
        "visibility": what.visibility,
        "language": what.language,
        "sensitive": what.sensitive,
        "in_reply_to_id": what.in_reply_to.id if what.in_reply_to else None,
        "media": [{"id": each.id, "description": each.description} for each in what.media],
        "history": list(what.history),
        "idempotency_key": what.idempotency_key,
        "created_at": moment(what.created_at),
    }
