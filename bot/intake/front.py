"""
The front matter of a Markdown article: plain words that know their line.

YAML is only parsed, never constructed: `no` stays a language, a date stays as it was written, and no tag makes an object. Only
texts, lists of texts and mappings of texts are let through, so that references cannot multiply.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeAlias

import yaml
from frontmatter.default_handlers import YAMLHandler

from bot.errors import ArticleError
from bot.intake.characters import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_LIMIT = 1 << 16  # characters; PyYAML takes seconds for a megabyte
_NOTHING = frozenset({"~", "null", "Null", "NULL"})
_LOST_HASHTAG = re.compile(r"\s+(?P<tag>#\w+)")


class Word(str):
    """A text that knows where it stands, as `file:line`."""

    __slots__ = ("where",)

    where: str

    def __new__(cls, text: str, where: str) -> Self:
        word = super().__new__(cls, text)
        word.where = where
        return word


Value: TypeAlias = "Word | tuple[Word, ...] | dict[Word, Word]"


def split(text: str, where: str) -> tuple[Mapping[Word, Value], str]:
    """The front matter and the body below it; a text that does not begin with `---` is all body."""
    begin = len(text) - len(text.lstrip())
    if not YAMLHandler().detect(text[begin:]):
        return {}, text
    place = _Place(where, text.count("\n", 0, begin))
    try:
        matter, body = YAMLHandler().split(text)
    except ValueError:
        raise ArticleError(
            "the front matter has no end", where=place.of(0), hint="End it with a line of ---."
        ) from None
    if len(matter) > _LIMIT:
        raise ArticleError("the front matter is too long", where=place.of(0), hint="Put the text below it.")
    above = text.count("\n", 0, text.index(matter, begin))
    return _parsed(matter, _Place(where, above, matter.split("\n"))), body


@dataclass(frozen=True, slots=True)
class _Place:
    """Lines of YAML and where they stand in their file: below so many others."""

    file: str
    above: int
    lines: Sequence[str] = ()

    def of(self, line: int) -> str:
        return f"{self.file}:{self.above + line + 1}"

    def word(self, node: yaml.Node) -> Word:
        where = self.of(node.start_mark.line)
        if not isinstance(node, yaml.ScalarNode):
            raise ArticleError(
                "a list or mapping stands where a text belongs", where=where, hint="Write one text there."
            )
        if node.style:  # quoted, or a block of text
            return Word(clean(node.value), where)
        rest = self.lines[node.end_mark.line][node.end_mark.column :]
        if lost := _LOST_HASHTAG.match(rest):
            hint = "Put the whole value in quotes; a comment has a blank after its #."
            raise ArticleError(f"YAML takes '{lost['tag']}' and what follows for a comment", where=where, hint=hint)
        return Word("" if node.value in _NOTHING else clean(node.value), where)

    def value(self, node: yaml.Node) -> Value:
        match node:
            case yaml.SequenceNode():
                return tuple(self.word(item) for item in node.value)
            case yaml.MappingNode():
                return {key: self.word(below) for key, below in self.entries(node)}
            case _:
                return self.word(node)

    def entries(self, node: yaml.Node) -> Iterator[tuple[Word, yaml.Node]]:
        """The keys of a mapping, each once, with what stands below them."""
        seen: set[Word] = set()
        for key_node, below in node.value:
            key = self.word(key_node)
            if key in seen:
                raise ArticleError(f"'{key}' stands here again", where=key.where, hint="Keep one of the two.")
            seen.add(key)
            yield key, below


def _parsed(matter: str, place: _Place) -> Mapping[Word, Value]:
    try:
        node = yaml.compose(matter, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        raise _no_yaml(error.problem, place.of(error.problem_mark.line if error.problem_mark else 0)) from None
    except RecursionError:
        raise _no_yaml("it is nested too deeply", place.of(0)) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # characters and escapes that do not exist
        raise _no_yaml(error, place.of(0)) from None
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise _no_yaml("it has no keys", place.of(node.start_mark.line))
    return {key: place.value(below) for key, below in place.entries(node)}


def _no_yaml(problem: object, where: str) -> ArticleError:
    hint = "Write `key: text`, and a text with a colon, a # or a quotation mark in quotes."
    return ArticleError(f"the front matter is no YAML: {problem}", where=where, hint=hint)
