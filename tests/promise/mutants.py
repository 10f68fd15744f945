"""Breaks the promise on purpose, one way at a time in a copy of the package, and demands that the named tests see it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from promise import grounds
from promise.ways import MORE, NAMED, PROPERTY, ROOT, Mutant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promise.grounds import Grounds

PATIENCE = 600
COPIED = ("bot", "tests", "templates")
IGNORED = shutil.ignore_patterns("node_modules", "npm", "__pycache__", "*.pyc")
WATCHERS = {"ending.py", "witness.py"}
"""The rooms of the property test in which the promise itself is demanded."""
UNTOUCHED = "a copy that nobody touched"


def misfits() -> list[str]:
    """The mutants whose text is not in the package as it stands: they would prove nothing."""
    return [
        f"{mutant.name}: {mutant.file} has its text {found} times"
        for mutant in (*NAMED, *MORE)
        if (found := (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.old)) != 1
    ]


def main(only: list[str]) -> int:
    """Print what became of each mutant; 1 if one lived, or died of anything but the promise."""
    if unfit := misfits():
        raise SystemExit("\n".join(unfit))
    print(f"{'mutant':58} {'':10} {'seconds':>7}  by")  # noqa: T201 - its report
    sound = True if only else _lives()
    fates = [_fate(mutant) for mutant in (*NAMED, *MORE) if not only or any(word in mutant.name for word in only)]
    print(f"{fates.count('killed')} of {len(fates)} killed")  # noqa: T201 - its report
    return 0 if sound and {"killed"} == set(fates) else 1


def _lives() -> bool:
    """Whether all the tests that kill leave alone what is not broken: a test bed that fails by itself kills anything."""
    begun = time.perf_counter()
    with _copy() as root:
        found = [_failure(root, killers) for killers in dict.fromkeys(mutant.killers for mutant in (*NAMED, *MORE))]
    failed = next(filter(None, found), None)
    _tell(UNTOUCHED, "died" if failed else "lives", begun, failed)
    return failed is None


def _fate(mutant: Mutant) -> str:
    begun = time.perf_counter()
    with _copy() as root:
        mutant.apply(root)
        failed = _failure(root, mutant.killers)
    fate = "SURVIVED" if failed is None else "killed" if of_the_promise(failed, mutant) else "BROKEN"
    _tell(mutant.name, fate, begun, failed)
    return fate


def of_the_promise(failed: Grounds, mutant: Mutant) -> bool:
    """Whether a demand was not met, and not just something amiss in the mutant or around it."""
    path = Path(failed.file)
    return failed.asserted and (path.name in WATCHERS if mutant.killers == PROPERTY else "tests" in path.parts)


def _tell(name: str, fate: str, begun: float, failed: Grounds | None) -> None:
    why = f"{failed.test.rpartition('::')[2]}: {' '.join(failed.words.split())[:90]}" if failed else ""
    print(f"{name:58} {fate:10} {time.perf_counter() - begun:7.1f}  {why}", flush=True)  # noqa: T201 - its report


@contextmanager
def _copy() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        for name in COPIED:
            shutil.copytree(ROOT / name, Path(folder, name), ignore=IGNORED)
        shutil.copy(ROOT / "pyproject.toml", folder)
        yield Path(folder)


def _failure(root: Path, killers: str) -> Grounds | None:
    """Why the first of these tests failed that did, in this copy of the package."""
    path = root / "grounds.json"
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
    command += ["-p", "promise.grounds", f"--grounds={path}"]
    if killers == PROPERTY:  # its folder is where the profile comes from
        command += ["--hypothesis-profile=mutants", "--hypothesis-seed=4"]
    command += killers.split()
    environment = os.environ | {"PYTHONPATH": str(root / "tests")}
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    failed = grounds.read(path)
    if done.returncode not in {0, 1} or bool(done.returncode) != (failed is not None):
        raise SystemExit(f"the tests did not run:\n{done.stdout}{done.stderr}")
    return failed


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
