"""Draws the README's picture of `bot preview --html` anew: docs/preview.png, and the same in the dark."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageChops
from servers.browser import chromium

ROOT = Path(__file__).parents[2]
ARTICLE = ROOT / "examples" / "night-of-the-telescopes.md"
WIDTH, HEIGHT = 1280, 1600
NOBODY = {  # a preview asks no network, so that any keys will do
    "BLUESKY__HANDLE": "news.example.org",
    "BLUESKY__APP_PASSWORD": "none",
    "MASTODON__BASE_URL": "https://mastodon.example",
    "MASTODON__ACCESS_TOKEN": "none",
    "X__CONSUMER_KEY": "none",
    "X__CONSUMER_SECRET": "none",
    "X__ACCESS_TOKEN": "none",
    "X__ACCESS_TOKEN_SECRET": "none",
}


def draw(folder: Path) -> None:
    """Make the page in this folder, and its pictures in docs/."""
    page = folder / "preview.html"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    accounts = {f"BOT_ACCOUNTS__{name}": value for name, value in NOBODY.items()}
    command = [sys.executable, "-m", "bot", "preview", str(ARTICLE), "--html", str(page)]
    subprocess.run(command, env=kept | accounts | {"BOT_HOME": str(folder)}, cwd=ROOT, check=True)
    for name, dark in (("preview.png", False), ("preview-dark.png", True)):
        taken = folder / name
        chromium(page.as_uri(), f"--screenshot={taken}", f"--window-size={WIDTH},{HEIGHT}", dark=dark)
        with Image.open(taken) as picture:
            _cropped(picture.convert("RGB")).quantize(192).save(ROOT / "docs" / name, optimize=True)


def _cropped(picture: Image.Image) -> Image.Image:
    """Without the empty end of the page."""
    paper = Image.new("RGB", picture.size, picture.getpixel((0, 0)))
    box = ImageChops.difference(picture, paper).getbbox()
    assert box, "the page is empty"
    return picture.crop((0, 0, picture.width, min(box[3] + 24, picture.height)))


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        draw(Path(temporary))
