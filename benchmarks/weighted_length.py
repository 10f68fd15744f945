"""How much faster X's weighted length is here than in PyPI's twitter-text-parser, on mixed texts, in one run."""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING

from bot.text.x import weighted_length

if TYPE_CHECKING:
    from collections.abc import Callable

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports pkg_resources, which says at every import that it is going away
    from twitter_text import parse_tweet

TEXTS = (
    "South Korean President Lee Jae Myung is set to visit Japan for a summit with Prime Minister Sanae Takaichi",
    "Railways approves new superfast train, ending a 30-year demand.\n\nhttps://example.com/2025/11/superfast-train?src=x",
    "“Shuttle diplomacy” goes on — Seoul’s effort to keep talking… #SouthKorea #JapanSummit #EastAsia\n\nhttps://example.com/a",
    "韓国大統領、来週訪日へ 首脳会談は奈良市で https://example.com/ニュース/日韓 #日韓首脳会談",
    "Président sud-coréen à Nara : « une relation équilibrée », dit-il. Détails sur www.example.fr/monde.html #Corée",
    "Final score 2–1 🎉🇰🇷⚽ What a night! 👨‍👩‍👧‍👦👏🏽 Highlights: https://example.com/video/123 🔥",
    "Президент прибыл в Нару. Подробности: https://пример.рф/новости",
    "Ohne Link: Die Verhandlungen z.B. über Zölle werden fortgesetzt. Mehr um 20.15 Uhr.",
)
SECONDS = 2.0


def main() -> None:
    """Print both rates and their ratio."""
    ours = rate(weighted_length)
    theirs = rate(lambda text: parse_tweet(text).weightedLength)
    print(f"bot.text.x.weighted_length     {ours:>9,.0f} texts a second")
    print(f"twitter-text-parser parse      {theirs:>9,.0f} texts a second")
    print(f"ratio                          {ours / theirs:>9.1f} (at least 10 is the aim)")


def rate(measure: Callable[[str], int]) -> float:
    """Texts a second, after one round to warm up."""
    for text in TEXTS:
        measure(text)
    rounds, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < SECONDS:
        for text in TEXTS:
            measure(text)
        rounds += 1
    return rounds * len(TEXTS) / elapsed


if __name__ == "__main__":
    main()
