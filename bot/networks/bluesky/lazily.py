"""Makes chosen modules load when they are first used instead of when they are imported."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType


@contextmanager
def lazily(*modules: str) -> Iterator[None]:
    """While this lasts, importing one of these modules costs nothing until something in it is asked for.

    Other accounts' threads import their own SDKs meanwhile, and each import walks through the list of finders. So the
    list is replaced, never changed: removing the first would make such a walk step over the next but one, and a module
    that is there would not be found.
    """
    finder = _Finder(frozenset(modules))
    with _replacing:
        sys.meta_path = [finder, *sys.meta_path]
    try:
        yield
    finally:
        with _replacing:
            sys.meta_path = [each for each in sys.meta_path if each is not finder]


_replacing = Lock()


class _Finder(MetaPathFinder):
    def __init__(self, modules: frozenset[str]) -> None:
        self._modules = modules

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._modules:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec
