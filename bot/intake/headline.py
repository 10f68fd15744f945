"""
A headline taken from an article's first sentence: whole clauses in its own words, never invented.

When in doubt it is the whole sentence. A long one gives up clauses from its end, and only those that hang on what stands before
them: "…, just one week after …", "…, which …", "…, raising …". Conditions ("if", "unless") and sources ("according to") stay,
since the sentence is not true without them.
"""

from __future__ import annotations

import re

from bot.intake.characters import folded

_LONG = 120  # characters; up to here a sentence is a headline as it is
_FAR = 1_000  # characters in which a first sentence is looked for
_FEWEST_BLANKS = 4  # with fewer words it is hardly a clause

_STOP = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’“»)\]]*(?=\s)|[。！？]+[」』”’]*")
_OPENERS = "\"'“‘„«([¿¡"
_PAIRS = (("(", ")"), ("[", "]"), ("«", "»"), ("「", "」"))

_TITLE = re.compile(
    r"mr|mrs|ms|mx|dr|prof|gen|sen|rep|gov|st|lt|col|capt|cpt|sgt|maj|cmdr|rev|hon|mt|ft|vs", re.IGNORECASE
)
_NUMBERED = re.compile(
    r"nos?|nr|art|fig|vol|pp?|sec|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|approx|ca?",
    re.IGNORECASE,
)
# Initials, "U.S", ordinals as in "3. Oktober": a sentence ends there only if the next word is one that begins sentences.
_DOUBTFUL = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]|\d{1,2}|inc|ltd|co|corp|jr|sr|etc|e\.g|i\.e", re.IGNORECASE)
_BEGINNER = re.compile(
    r"(?:the|an?|it|he|she|they|we|you|i|but|and|in|on|at|this|that|these|those|there|however|his|her|its|their)\b",
    re.IGNORECASE,
)

_JOINT = re.compile(r"[,;] | [–—-] ")
_MEASURE = (
    r"(?:just|only|barely|hardly|even|less|more|than|about|around|nearly|almost|shortly|soon|long|a|an|one|two|three|four|five"
    r"|six|seven|eight|nine|ten|several|few|\d+|minutes?|hours?|days?|weeks?|months?|years?|decades?)"
)
# Clauses that say when, why or which. What begins otherwise may be the main clause going on after an interruption.
_HANGING = re.compile(
    rf"(?:{_MEASURE} ){{0,6}}(?:after|before|since|as|while|when|where|which|who|whose|because|amid|despite|following|during)\b"
    r"|(?!according|assuming|barring|excluding|pending|providing)[a-z]{2,}ing(?: \S+){3}",
)
_INTRODUCING = re.compile(
    r"(?:after|although|amid|as|at|because|before|by|despite|during|even|following|for|from|if|in|on|once|since|though|to"
    r"|under|unless|until|upon|when|while|with|within|without) ",
    re.IGNORECASE,
)


def taken(paragraph: str) -> str:
    """The headline in this paragraph's first sentence; empty only where the paragraph is."""
    sentence = _without_stop(first_sentence(folded(paragraph)))
    end = len(sentence)
    for joint in reversed(list(_JOINT.finditer(sentence))):
        if end <= _LONG or not _hangs(joint.group(), sentence[joint.end() : end]):
            break
        end = joint.start()
    return sentence[:end] if _stands_alone(sentence[:end]) else sentence


def first_sentence(text: str) -> str:
    """The text up to its first full stop that ends a sentence, or all of it."""
    for stop in _STOP.finditer(text[:_FAR]):
        if _ends(text[: stop.end()], stop, text[stop.end() : _FAR].lstrip(f" {_OPENERS}")):
            return text[: stop.end()]
    return text


def _ends(before: str, stop: re.Match[str], after: str) -> bool:
    """Whether a sentence ends at this stop; `after` is what follows, from its first word on."""
    if _open(before):
        return False
    if not after or not stop.group().startswith("."):
        return not after[:1].islower()
    word = before[: stop.start()].rsplit(" ", maxsplit=1)[-1].lstrip(_OPENERS)
    if after[0].islower() or _TITLE.fullmatch(word) or (after[0].isdigit() and _NUMBERED.fullmatch(word)):
        return False
    return not _DOUBTFUL.fullmatch(word) or _BEGINNER.match(after) is not None


def _open(text: str) -> bool:
    """Whether a quotation or a bracket is still open at the end of the text."""
    quotes = ("„", "“") if "„" in text else ("“", "”")
    return text.count('"') % 2 == 1 or any(text.count(left) > text.count(right) for left, right in (quotes, *_PAIRS))


def _without_stop(sentence: str) -> str:
    """The sentence without its full stop, which a headline has not; other marks mean something and stay."""
    words = sentence.removesuffix(".").removesuffix("。")
    abbreviated = _DOUBTFUL.fullmatch(words.rsplit(" ", maxsplit=1)[-1]) and not words[-1:].isdigit()
    return sentence if words.endswith(".") or abbreviated else words or sentence


def _hangs(joint: str, clause: str) -> bool:
    """Whether what stands before the joint is whole, and true, without this clause."""
    return joint == "; " or _HANGING.match(clause) is not None


def _stands_alone(text: str) -> bool:
    """Whether this is more than the opening of a sentence, such as "On Monday"."""
    opening = _INTRODUCING.match(text) and ", " not in text
    return text.count(" ") >= _FEWEST_BLANKS and not opening and not _open(text)
