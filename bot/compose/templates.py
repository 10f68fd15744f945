"""The templates: where they are found, what they may do, and where in them an error stands."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateNotFound, TemplatesNotFound, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from bot.compose.threads import MOST, wrapped
from bot.errors import ComposeError
from bot.text.markers import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.model import Account, Article, Media

LONGEST = 1_000_000  # characters; a template that writes more has gone wrong
SEEN = ("article", "account", "network")


class Templates:
    """The templates of some folders; the first folder that has one goes before the others."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(self._folders),
            undefined=_Unknown,
            finalize=lambda value: "" if value is None else value,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"hashtags": hashtags, "pictures": pictures, "thread": thread}

    def choose(self, article: Article, account: Account) -> Template:
        """
        The one that the article asks for, else the account, else the account's own, its network's, the default.

        One that is asked for may stand there for an account or a network by itself, as `mastodon-correction`.
        """
        named, own = article.template or account.template, (account.name, account.network.name)
        names = (*(f"{each}-{named}" for each in own), named) if named else (*own, "default")
        with self._explaining():
            return self._environment.select_template([f"{name.removesuffix('.j2')}.j2" for name in names])

    def render(self, template: Template, article: Article, account: Account) -> str:
        """What the template makes of an article for an account."""
        with self._explaining():
            return "".join(_capped(template.generate(article=article, account=account, network=account.network)))

    def names(self) -> frozenset[str]:
        """Those that an article or an account may ask for."""
        names = self._environment.list_templates(["j2"])
        return frozenset(name.removesuffix(".j2") for name in names if not name.startswith("_"))

    def check(self) -> Iterator[ComposeError]:
        """What is wrong with the syntax of each template that has something wrong with it."""
        for name in self._environment.list_templates(["j2"]):
            try:
                with self._explaining(name):
                    self._environment.get_template(name)
            except ComposeError as error:
                yield error

    @contextmanager
    def _explaining(self, name: str | None = None) -> Iterator[None]:
        """Whatever goes wrong with a template inside is a ComposeError that says where."""
        try:
            yield
        except TemplateSyntaxError as error:
            where = self._place(error.filename, error.lineno)
            raise ComposeError((error.message or "cannot be read").rstrip("."), where=where) from error
        except TemplateNotFound as error:
            raise self._not_found(error) from error
        except UnicodeDecodeError as error:
            raise ComposeError("not UTF-8", where=name or "a template", hint="Save it as UTF-8.") from error
        except Exception as error:
            what = str(error) or type(error).__name__
            raise ComposeError(what, where=self._line_of(error) or name) from error

    def _not_found(self, error: TemplateNotFound) -> ComposeError:
        name = str(error.templates[-1] if isinstance(error, TemplatesNotFound) else error.name).removesuffix(".j2")
        names = [known.removesuffix(".j2") for known in self._environment.list_templates(["j2"]) if known[0] != "_"]
        return ComposeError(f"no template is named {name!r}", where=self._line_of(error), hint=_nearest(name, names))

    def _line_of(self, error: Exception) -> str | None:
        """The innermost line of a template that an error went through."""
        lines = [self._place(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
        return next((line for line in reversed(lines) if line), None)

    def _place(self, filename: str | None, line: int) -> str | None:
        """`templates/x.j2:12` where the file is one of ours."""
        for folder in self._folders:
            if filename and Path(filename).is_relative_to(folder):
                return f"{folder.name}/{Path(filename).relative_to(folder)}:{line}"
        return None


def hashtags(tags: Iterable[str]) -> str:
    """The filter `hashtags`: `#One #Two`."""
    return " ".join(f"#{tag}" for tag in tags)


def pictures(media: Iterable[Media]) -> str:
    """The filter `pictures`: the markers that put them on the part where they stand."""
    return "\n".join(written(each) for each in media)


def thread(text: str | Iterable[str], most: int = MOST) -> str:
    """The filter `thread`: the text, or its paragraphs, in at most so many parts that each fit."""
    return wrapped(text if isinstance(text, str) else "\n\n".join(text), most)


class _Unknown(StrictUndefined):
    """A name that stands for nothing; printing or comparing it is an error that tells the nearest known one."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        name, owner = str(self._undefined_name), self._undefined_obj
        if self._undefined_hint:
            return self._undefined_hint
        if owner is missing:
            return f"nothing is named {name!r}. {_nearest(name, SEEN)}"
        if is_dataclass(owner):
            known = [field.name for field in fields(owner)]
            return f"{type(owner).__name__.lower()} has no {name!r}. {_nearest(name, known)}"
        return super()._undefined_message


def _capped(chunks: Iterable[str]) -> Iterator[str]:
    length = 0
    for chunk in chunks:
        length += len(chunk)
        if length > LONGEST:
            raise OverflowError(f"writes more than {LONGEST:,} characters")
        yield chunk


def _nearest(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
