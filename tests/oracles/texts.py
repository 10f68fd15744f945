"""Texts that trip counting and linking up, made from nasty fragments; the same seed gives the same texts."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HOSTS = (
    "example.com EXAMPLE.Com www.example.co.uk t.co bit.ly a.b.c.d.info foo_bar.com foo.bar_baz.com -foo.com foo-.com "
    "xn--fsq.com xn--80ak6aa92e.com xn--ü.com foo.xn--p1ai x.XN--P1AI bücher.de ñandú.es ÉCOLE.FR 日本.jp 例え.みんな "
    "twitter.한국 президент.рф ПРЕЗИДЕНТ.РФ пример.москва भारत.भारत मिथ.भारतम् foobar.پاکستان hôtel.嘉里大酒店 hôtel.嘉里 "
    "ελ.ελ EΛ.ΕΛ გე.გე ᲒᲔ.ᲒᲔ foo.vermögensberater foo.VERMÖGENSBERATER foo.vermögenſberater foo.рфſ foo.ᲀрф.рᲄ "
    "localhost 127.0.0.1 [::1] foo.invalid foo.c foo.com2 foo.comé foo.com_bar foo.com日本 a.co9日a.co "
    "example.com日example.org example.com日本.みんな 日example.com ſhop.com K.com ıstanbul.net ι.com ⱥ.com "
    "example。com foo。bar.com café.com cafe\u0301.com ☃.net 😀.com a😀b.net \U00020000.jp foo.co.jp museum.museum "
    "README.md setup.py end.Next U.S. e.g. i.e. 3.5 v1.2.3 node.js f.a.q ..com a..com .com com. \u202aexample.com\u202c"
).split()
LABELS = ("randomurl" * 7, "randomurl" * 7 + "s", "あいうえお" * 3, "あいうえおかきくけこ" * 5, "ü" * 60, "x" * 64)
SCHEMES = ("", "", "", "http://", "https://", "HTTP://", "Https://", "ftp://", "//", "http:", "mailto:", "hhttp://")
USERS = (
    "",
    "",
    "",
    "",
    "",
    "user@",
    "user:pw@",
    "a.b@",
    "@",
    "@@",
    "＠",
    "#",
    "＃",
    "$",
    "/",
    ".",
    "-",
    "_",
    '"',
    "'",
    "(",
)
PORTS = ("", "", "", "", ":80", ":8080", ":", ":x", ":99999")
PATHS = (
    "",
    "",
    "",
    *(
        "/ /foo /foo/ /foo/bar.html /日本語 /foo日本 /Русские_слова /ᲀᲁ /été /ÉTÉ /ß /ſ /ι /K /a–b /a—b /@user/ /@user/foo /@user "
        "/foo_(bar) /foo_(bar)_(baz) /foo_(b(a)r) /foo_(b(a(z))r) /(foo /foo) /( /() /(()) /foo. /foo, /foo! /foo? /foo: /foo; "
        "/foo.bar. /foo... /!foo /#!/foo /#anchor /%20 /%E3%81%82 /~x /a|b /a&b=c /a;b=c /[x] /{x} /<x> /x' /x* /* /$ /-/ /_ /1 /😀 /©"
    ).split(),
)
QUERIES = (
    "",
    "",
    "",
    *(
        "? ?a ?a=b ?a=b&c=d ?a=b. ?a=b! ?a=é ?a=日本 ?a=(b) ?#foo ?a=b#c #c #日本 ?a? ?- ?utf8=✓&q=1 ?a=b|c ?a=' ?a=~"
    ).split(),
)
SHORT_LINKS = ("https://t.co/abc123", "http://t.co/", "https://T.CO/ABC", "t.co/abc", "https://t.co/a?b=c.")
SHORT_TAILS = ("", "/foo", ".html", "日本", "x" * 41, "é", "?a=b", "?", "-x", "😀")
EMOJI = (
    "😀 ❤ ❤️ ☺ ☺️ ☺︎ © ®️ © ® ™ ™️ ‼ ‼️ ⁉️ 👍 👍🏽 👩‍🚀 👩🏿‍🚀 👨‍👩‍👧‍👦 👩‍❤️‍💋‍👨 🏳️‍🌈 🏴‍☠️ 🏳️‍⚧️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁵󠁳󠁴󠁸󠁿 🇩🇪 🇰🇷🇯🇵 🇦 🇽🇽 1⃣ 1️⃣ #️⃣ *⃣ #⃣ 🐦‍🔥 🫠 🫱🏻‍🫲🏿 🧑‍🦰 "
    "🤪 🧕🏾 🙋🏽 🤷‍♀️ 🤷🏻‍♂ ⛹🏻‍♀️ ⛹️‍♀️ 👁‍🗨 👁️‍🗨️ 🕵🏽‍♂️ 🅰 🅰️ 🈚 ㊗ ㊙️ ⌚ ↔ ↔️ ⬛ 〰 〽️ ℹ ⓜ Ⓜ 🀄 🃏 🏻 ♀ ♀️ ♟ ♟️ 🥰 🦸🏼‍♀️ 👨‍🦽 🪐"
).split()
MARKS = (
    "\ufe0f", "\ufe0e", "\u200d", "\u200c", "\u200b", "\u20e3", "\u20e2", "\u0301", "\u0345", "\u00ad", "\u2060", "\u200a",
    "\ufeff", "\ufffe", "\uffff", "\u202a", "\u2066", "\u200e", "\u061c", "\u180e", "\x00", "\x01", "\x1c", "\x1f", "\x7f",
    "\x85", "\xa0", "\u1680", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\v", "\f", "\U000e0067", "\U000e007f",
    "\u0e33", "\u0903", "\u094d", "\u1100", "\u1161", "\u11a8", "\u0600", "\ue50a",
)  # fmt: skip
GAPS = (*["", " "] * 3, *"\n\t\r.-_/()「」…—、。", "\r\n", ", ", ". ")
TAGS = (
    "#tag #Tag1 #1tag #123 #tag_ #_tag #日本 ＃日本 #été #e\u0301te\u0301 #नमस्ते #สวัสดี #한국어 #a-b #C++ #C# #foo#bar #foo,#bar "
    "(#tag) &#39; #tag. #tag!? #tag… #tag\u200c\u200dx #tag·tag #ぼっち・ざ #😀 #tag😀 #️⃣ # ## #١٢٣ #١a #² #½ #Ⅷ #tag://x #http://x.com "
    "#\u00adtag #a\u20e2b #\ufe0fa $AB $ABC $abc $ABCDEF $A1 $AB. ($AB) $1A $TSLA’s @user @user.bsky.social @a@b.com #a(example.com #a($AB)"
).split()
LONG_TAGS = ("#" + "x" * 64, "#" + "x" * 65, "#" + "😀" * 32, "#" + "😀" * 33, "#" + "x" * 63 + "...")
WORDS = (
    "a The quick president café cafe\u0301 naïve Ångström ÅB A\ufb2c ﬁ ﬃ Ⅷ … • € → “quoted” ‘x’ ‐ ‑ ‒ – — ― ‖ ‗ ′ ″ ‴ ⁗ ‹› 日本語 "
    "こんにちは 漢字 뉴스 각 각 Привет العربية שלום नमस्ते ไทย ကျွန် 가 \U00020000 𝒳𝓎 \U000e0101 % & 100% don't x/y 1 2. a.b"
).split()

JOINING = (
    *"a1 \r\n\u0301\u200c\u200d\ufe0f\u20e3\xad©❤😀👩🏽🇩🇪\u0600\u0e33\U000e0067",
    *"\u1100\u1161\u11a8가각\ud7b0\ud7cb\ua960",
    *"कन\u094d\u093c\u0903\u0995\u09cd\u0c15\u0c4d\u0d15\u0d4d\u0d4e\u1000\u1039\u1780\u17d2\u1b13\u1b44\U00011107\U00011133",
)


def texts(seed: int, amount: int) -> Iterator[str]:
    """Yield so many texts."""
    source = random.Random(seed)
    for _ in range(amount):
        pieces = (source.choice(KINDS)(source) + source.choice(GAPS) for _ in range(source.randint(1, 7)))
        yield "".join(pieces)


def syllables(seed: int, amount: int) -> Iterator[str]:
    """Yield so many heaps of characters that may or may not join their neighbours."""
    source = random.Random(seed)
    for _ in range(amount):
        yield "".join(source.choices(JOINING, k=source.randint(1, 8)))


def _url(source: random.Random) -> str:
    labels = source.choice(LABELS) + "." if source.random() < 0.03 else ""
    return "".join(
        (
            source.choice(USERS) if source.random() < 0.3 else "",
            source.choice(SCHEMES),
            source.choice(USERS) if source.random() < 0.2 else "",
            labels,
            source.choice(HOSTS),
            source.choice(PORTS),
            source.choice(PATHS),
            source.choice(QUERIES),
        )
    )


def _short_link(source: random.Random) -> str:
    return source.choice(SHORT_LINKS) + source.choice(SHORT_TAILS)


def _one_of(choices: Sequence[str]) -> Callable[[random.Random], str]:
    return lambda source: source.choice(choices)


def _scraps(source: random.Random) -> str:
    """Bits of everything run together, some cut short."""
    bits = (source.choice(source.choice((HOSTS, PATHS, EMOJI, MARKS, TAGS, WORDS, GAPS))) for _ in range(4))
    return "".join(bit[: source.randint(1, 4)] if source.random() < 0.3 else bit for bit in bits)


KINDS = (
    _url,
    _url,
    _url,
    _short_link,
    _scraps,
    *map(_one_of, (EMOJI, EMOJI, MARKS, TAGS, TAGS, LONG_TAGS, WORDS, WORDS, HOSTS)),
)
