"""A picture of 12 megapixels made to fit into 1,000,000 bytes, beside one plain decode and encode of it by Pillow, in one run."""

from __future__ import annotations

import time
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING

from PIL import Image, ImageFilter

from bot.model import Attachment, MediaRules
from bot.pictures import fitted
from bot.pictures.looking import look

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE, MOST = (4000, 3000), 1_000_000
ROUNDS = 10
AIM = 6.0
RULES = MediaRules(most=4, formats={"image/jpeg": MOST, "image/png": MOST}, alt=1000)


def main() -> None:
    """Print both times, each in its best of some rounds, and their ratio."""
    content = photo()
    original = look(content)
    attachment, _ = fitted(original, Attachment("harbour.jpg"), RULES)
    works: dict[str, Callable[[], object]] = {
        "plain": lambda: encoded(Image.open(BytesIO(content))),
        "look": lambda: look(content),
        "fitted": lambda: fitted(original, Attachment("harbour.jpg"), RULES),
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            taken[name].append(seconds(work))
    plain, looked, fitting = (min(times) for times in taken.values())
    made = f"{attachment.width} × {attachment.height}, {attachment.size:,} bytes"
    print(f"the picture                {SIZE[0]} × {SIZE[1]}, {len(content):,} bytes")
    print(f"Pillow decode and encode   {plain * 1000:7.0f} ms")
    print(f"looked at                  {looked * 1000:7.0f} ms {looked / plain:6.2f}x")
    print(
        f"fitted                     {fitting * 1000:7.0f} ms {fitting / plain:6.2f}x  (aim: at most {AIM:.0f}x)  {made}"
    )


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def encoded(image: Image.Image) -> bytes:
    """As anybody would save it."""
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def photo() -> bytes:
    """Soft shapes with a grain upon them, as a camera sees the world."""
    grain = Image.frombytes("L", SIZE, Random(1).randbytes(SIZE[0] * SIZE[1]))
    rough = [
        Image.frombytes("L", (40, 30), Random(n).randbytes(1200)).resize(SIZE, Image.Resampling.BICUBIC)
        for n in range(3)
    ]
    soft = Image.merge("RGB", rough).filter(ImageFilter.BoxBlur(8))
    return encoded(Image.blend(soft, grain.convert("RGB"), 0.06))


if __name__ == "__main__":
    main()
