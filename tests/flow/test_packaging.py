"""How the bot is kept at work: the unit for systemd, and what the container file promises, without either of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from servers.need import missing

from bot.networks.base import AccountSettings

if TYPE_CHECKING:
    from flow.conftest import Bot

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "packaging" / "systemd" / "bot.service"
PLAIN = 10001
STORY = "---\nheadline: Harbour bridge opens\n---\nIt is so.\n"


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with the bot where it is here."""
    if shutil.which("systemd-analyze") is None:
        missing("systemd-analyze")
    bot = shutil.which("true")
    path = tmp_path / "bot.service"
    path.write_text(UNIT.read_text().replace("/srv/bot/.venv/bin/bot", str(bot)))
    return path


def analyze(*arguments: str | Path) -> tuple[int, str]:
    done = subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_systemd_finds_nothing_wrong_with_the_unit(unit: Path) -> None:
    _, told = analyze("verify", unit)
    assert [] == [line for line in told.splitlines() if unit.name in line]


def test_systemd_takes_the_unit_for_well_confined(unit: Path) -> None:
    code, told = analyze("security", "--offline=yes", "--threshold=20", unit)
    assert 0 == code, told.splitlines()[-1]


def test_the_unit_gives_the_longest_request_its_time_and_no_second_signal() -> None:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNIT)
    service = parser["Service"]
    deadline = AccountSettings.model_fields["timeout"].default
    assert int(service["TimeoutStopSec"].removesuffix("s")) > 2 * deadline
    assert ("mixed", "SIGTERM", "notify", "2") == tuple(
        service[name] for name in ("KillMode", "KillSignal", "Type", "RestartPreventExitStatus")
    )


def test_the_container_is_made_by_hash_and_runs_as_a_plain_user() -> None:
    lines = (ROOT / "Containerfile").read_text().splitlines()
    installs = [line for line in lines if "pip install" in line]
    assert [2, 1] == [sum(word in line for line in installs) for word in ("--require-hashes", "--no-deps dist/")]
    assert 3 == len(installs)
    assert all(re.search(r":\d+\.\d+-slim-\w+( AS \w+)?$", line) for line in lines if line.startswith("FROM"))
    assert {f"USER {PLAIN}:{PLAIN}", 'ENTRYPOINT ["bot"]', 'CMD ["run"]', "VOLUME /srv/bot"} <= set(lines)
    copied = {word.strip("./") for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]}
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied - {"--from=made", "opt/bot"} == kept


APART = ("--mount", "--pid", "--fork", "--kill-child", "--mount-proc")


def health_check() -> str:
    """What the engine has Python ask."""
    text = (ROOT / "Containerfile").read_text().replace("\\\n", "")
    (command,) = re.findall(r"^HEALTHCHECK .* CMD (\[.*\])$", text, re.MULTILINE)
    return str(json.loads(command)[-1])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


CONFINED = """
set -e
mount --make-rprivate /
mount --bind "$HOME_FOLDER" /srv
mount -t tmpfs -o mode=1777 tmpfs /tmp
awk '{ print $2 }' /proc/self/mounts | sort -u | while read -r place; do
  case "$place" in /srv|/tmp|/proc*|/sys*|/dev*) ;; *) mount -o remount,bind,ro "$place" 2>/dev/null || true ;; esac
done
cd /srv
plain() { exec setpriv --reuid "$PLAIN" --regid "$PLAIN" --clear-groups --no-new-privs \
  --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search --bounding-set=-all,+dac_read_search "$@"; }
touch "$SOURCE/trial" 2>/dev/null && exit 70
(plain "$PYTHON" -m bot run) &
bot=$!
for _ in $(seq 200); do
  test -e /srv/queue/done/one.md && break
  sleep 0.1
done
"$PYTHON" -c "$HEALTH" || exit 71
kill -TERM $bot
wait $bot
find /tmp -mindepth 1
"""


def test_a_plain_user_needs_to_write_nowhere_but_in_the_home(bot: Bot) -> None:
    """As with `--read-only --tmpfs /tmp`, and not even the latter is used; where the interpreter lies he may read here."""
    if os.geteuid() or not all(map(shutil.which, ("unshare", "setpriv"))):
        pytest.skip("needs root, unshare and setpriv")
    if subprocess.run(["unshare", *APART, "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs the right to make namespaces")
    if any(Path("/tmp") in Path(each).parents for each in (ROOT, sys.base_prefix)):
        pytest.skip("the bot or its Python lies in /tmp, which is to be empty")
    home = bot.home / "home"
    (home / "queue").mkdir(parents=True)
    (home / "queue" / "one.md").write_text(STORY)
    for path in (home, home / "queue", home / "queue" / "one.md"):
        os.chown(path, PLAIN, PLAIN)
    here = {"HOME_FOLDER": str(home), "PLAIN": str(PLAIN), "PYTHON": sys.executable, "SOURCE": str(ROOT)}
    here |= {"HEALTH": health_check(), "BOT_METRICS_PORT": str(free_port())}
    inside = {"BOT_HOME": "/srv", "HOME": "/srv", "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["unshare", *APART, "sh", "-c", CONFINED],
        env=here | inside,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (0, []) == (done.returncode, [line for line in done.stdout.splitlines() if line.startswith("/tmp/")]), done
    assert "Harbour bridge opens" in (home / "var" / "outbox" / "index.html").read_text()
    assert {"queue", "var"} == {path.name for path in home.iterdir()}
    assert {PLAIN} == {path.stat().st_uid for path in home.rglob("*")}
