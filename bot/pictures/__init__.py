"""Pictures and films: looked at within limits, and made into what a network takes."""

from __future__ import annotations

from bot.pictures.fitting import fitted
from bot.pictures.looking import Original, PictureError
from bot.pictures.originals import Originals

__all__ = ["Original", "Originals", "PictureError", "fitted"]
