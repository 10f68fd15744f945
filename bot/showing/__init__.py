"""Posts as HTML, as their readers will see them: for the outbox's page and for `bot preview --html`."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

if TYPE_CHECKING:
    from collections.abc import Sequence

_HERE = Path(__file__).parent


def page(template: Path, *, pictures: Sequence[str], **values: Any) -> str:
    """
    A page in the common style: nothing runs in it, and nothing is loaded but pictures and films from where it is said.

    `pictures` are sources as a Content-Security-Policy has them, such as `data:` or `'self'`.
    """
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    return (
        _environment(template.parent)
        .get_template(template.name)
        .render(style=style, policy=_policy(style, pictures), **values)
    )


def _policy(style: str, pictures: Sequence[str]) -> str:
    """What a browser may do with the page: show this very style, and pictures and films from these sources."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    sources = " ".join(pictures)
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src {sources}; media-src {sources}"


@cache
def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader([folder, _HERE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
