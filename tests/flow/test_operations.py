"""The daemon as those meet it who watch over it: its log, its figures, and the one message for each trouble."""

from __future__ import annotations

import json
import signal
import socket
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from flow.daemons import story
from prometheus_client.parser import text_string_to_metric_families as families

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flow.daemons import Daemon

M = "BOT_ACCOUNTS__MASTODON__"
TOKEN = "s3cret-access-token"


def objects(told: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.splitlines()]


def test_its_log_is_one_object_a_line_without_secrets(daemon: Daemon) -> None:
    refused = {f"{M}BASE_URL": "http://127.0.0.1:9", f"{M}ACCESS_TOKEN": TOKEN}
    daemon.bot.settings |= refused | {"BOT_ACCOUNTS__OUTBOX__NETWORK": "outbox", "BOT_LOG_LEVEL": "debug"}
    daemon.bot.write("queue/one.md", story(f"One {TOKEN}"))
    daemon.bot.write("queue/two.md", "---\nheadline: [\n---\n")
    daemon.start()
    daemon.until(lambda: {"delivered", "backing off"} <= set(daemon.told()))
    code, told = daemon.end(signal.SIGTERM)
    lines = objects(told)
    assert (0, False) == (code, TOKEN in told)
    assert ["note", "at work"] == [each["event"] for each in lines[:2]]
    assert "stopped" == lines[-1]["event"]
    (delivered,) = (each for each in lines if each["event"] == "delivered")
    assert ("outbox", "One ***", 1) == (delivered["account"], delivered["headline"], delivered["article"])
    (refused_file,) = (each for each in lines if each["event"] == "error")
    assert ("error", "ArticleError") == (refused_file["level"], refused_file["kind"])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def test_it_answers_whoever_watches(daemon: Daemon) -> None:
    port = free_port()
    daemon.bot.settings |= {"BOT_METRICS_PORT": str(port)}
    daemon.bot.write("queue/one.md", story("One"))
    daemon.start()

    def asked(path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            body: str = answer.read().decode()
            return body

    daemon.until(lambda: 'bot_deliveries{account="outbox",state="delivered"} 1.0' in asked("/metrics"))
    assert {"status": "ok", "reasons": []} == json.loads(asked("/healthz"))
    found = {(s.name, *s.labels.values()): s.value for family in families(asked("/metrics")) for s in family.samples}
    assert (1, 1) == (found["bot_up",], found["bot_deliveries", "outbox", "delivered"])
    assert 1 == found["bot_send_seconds_count", "outbox"] == found["bot_lateness_seconds_count", "outbox"]
    again = daemon.bot("run")
    assert (2, 1) == (again.code, again.err.count("\n"))
    assert "Address already in use" in again.err


class Inbox(ThreadingHTTPServer):
    """What the operator hears."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Message)
        self.heard: list[str] = []
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


class _Message(BaseHTTPRequestHandler):
    server: Inbox

    def do_POST(self) -> None:
        self.server.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["message"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    server = Inbox()
    yield server
    server.shutdown()
    server.server_close()


def test_an_alert_is_sent_once_also_over_a_restart(daemon: Daemon, inbox: Inbox) -> None:
    daemon.bot.settings |= {"BOT_ALERTS": f"json://operator:{TOKEN}@127.0.0.1:{inbox.server_port}/"}
    daemon.bot.write("queue/one.md", "---\nheadline: [\n---\n")
    daemon.start()
    daemon.until(lambda: inbox.heard)
    code, told = daemon.end(signal.SIGTERM)
    daemon.start()
    daemon.until((daemon.bot.home / "var" / "alerts.json").exists)
    time.sleep(4)
    daemon.end(signal.SIGTERM)
    assert ["✗ queue/rejected/one.md cannot be read; beside it stands why"] == inbox.heard
    assert (0, False) == (code, TOKEN in told)
    assert 0 == daemon.bot("check", "--offline", "--alert").code
    assert "This is a trial: the bot's alerts arrive here." == inbox.heard[-1]


def test_a_daemon_that_is_asked_for_neither_loads_neither(daemon: Daemon) -> None:
    daemon.bot.settings |= {"PYTHONPROFILEIMPORTTIME": "1"}
    daemon.start()
    _, told = daemon.end(signal.SIGTERM)
    loaded = {line.rpartition("|")[2].strip() for line in told.splitlines() if line.startswith("import time:")}
    assert ({"structlog", "sqlalchemy"} <= loaded, {"prometheus_client", "apprise"} & loaded) == (True, set())
