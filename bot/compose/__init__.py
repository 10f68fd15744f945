"""Article × Account → Post: templates, and the giving up of words until the post fits."""

from __future__ import annotations

from bot.compose.composer import Composer, packaged_templates

__all__ = ["Composer", "packaged_templates"]
