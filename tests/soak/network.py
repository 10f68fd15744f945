"""A network in a process of its own, so that it remembers what a killed sender left there; and an account's line to it."""

from __future__ import annotations

import json
import random
import socket
import socketserver
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

from bot.errors import OutcomeUnknown, RateLimited, Unanswered, Unauthorized, Unavailable
from bot.model import Delivery, Identity, Limit, Network, Post, Receipt
from bot.networks.timeline import Standing, recognised

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

DEADLINE = 60.0
MOMENT = 0.01  # seconds that a post takes, in which its sender may be killed
FATES = {
    "ok": 80,
    "lost before": 4,  # it never arrives, and nobody says so
    "lost after": 4,  # it stands, and the answer is lost
    "late": 3,  # it arrives when its sender has given up
    "surprise": 3,  # it stands, and the adapter fails on the answer
    "unavailable": 3,
    "limited": 2,
    "unauthorized": 1,
}
"""What becomes of a request, and of how many in each hundred."""


class Memory:
    """Every post that stands, and what became of the requests; `unheard` are those whose sender was gone when they were done."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.fates: Counter[str] = Counter()
        self.unheard = 0
        self._deck: list[str] = []
        self._keyed: dict[tuple[str, str], dict[str, Any]] = {}
        self._lock = Lock()

    def answer(self, request: dict[str, Any]) -> Any:
        """What the network answers to one request."""
        match request["ask"]:
            case "post":
                return self._post(request)
            case "timeline":
                mine = (post for post in self.posts if post["account"] == request["account"])
                return [post for post in mine if post["at"] >= request["since"]]
            case "fate":
                return self._fate()
            case _:
                return {"posts": self.posts, "fates": self.fates, "unheard": self.unheard}

    def _fate(self) -> str:
        """The next card of a hundred: so each fate strikes, however short the soak."""
        with self._lock:
            if not self._deck:
                self._deck = [*Counter(FATES).elements()]
                random.shuffle(self._deck)
            fate = self._deck.pop()
            self.fates[fate] += 1
            return fate

    def _post(self, request: dict[str, Any]) -> str:
        """A new post; on a repeatable network none where the same stands under its key."""
        time.sleep(max(request["late"], MOMENT))
        with self._lock:
            stands = self._keyed.get((request["account"], request["key"]))
            if request["repeatable"] and stands and stands["text"] == request["text"]:
                return str(stands["id"])
            post = {name: request[name] for name in ("account", "key", "text", "reply_to")}
            post |= {"id": str(len(self.posts) + 1), "at": time.time()}
            self.posts.append(post)
            self._keyed[post["account"], post["key"]] = post
            return str(post["id"])


def serve(address: Path) -> None:
    """Answer at this address for ever."""
    memory = Memory()

    class Line(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            request = self.rfile.readline()
            if not request.endswith(b"\n"):  # who asked was killed over it
                return
            answer = json.dumps(memory.answer(json.loads(request)))
            try:
                self.wfile.write(answer.encode() + b"\n")
            except OSError:
                memory.unheard += 1

    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True
        request_queue_size = 128

    Server(str(address), Line).serve_forever()


def ask(address: Path, seconds: float, *, answered: bool = True, **request: Any) -> Any:
    """The answer to one request; with `answered` false we hang up as soon as it is sent."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(seconds)
        line.connect(str(address))
        line.sendall(json.dumps(request).encode() + b"\n")
        return json.loads(line.makefile().readline()) if answered else None


@dataclass
class Line:
    """The adapter of one account, on a clock that is `speed` times as fast as the real one."""

    address: Path
    account: str
    repeatable: bool
    clock: Callable[[], datetime]
    speed: float

    @property
    def network(self) -> Network:
        limit = Limit.of_text("characters", 300, len)
        return Network(
            "soak", (limit,), spans=lambda _: (), repeatable=self.repeatable, threads=True, deadline=DEADLINE
        )

    def check(self) -> Identity:
        return Identity(self.account, self.account, "https://fake.example")

    def publish(self, delivery: Delivery) -> Iterator[Receipt]:
        end = self.clock() + timedelta(seconds=DEADLINE)
        assert delivery.post is not None
        before = delivery.receipts[-1].remote_id if delivery.receipts else None
        for index in range(len(delivery.receipts), len(delivery.post.parts)):
            before = self._post(delivery.post.parts[index].text, f"{delivery.key}/{index}", before, end)
            yield Receipt(index, before, f"https://fake.example/{before}")

    def retract(self, receipt: Receipt) -> None:
        raise AssertionError(f"nobody takes {receipt.url} down")

    def revise(self, post: Post, receipt: Receipt) -> None:
        raise AssertionError(f"nobody edits {receipt.url}: {Post}")

    def find(self, delivery: Delivery, taken: Collection[str]) -> Iterator[Receipt]:
        end = self.clock() + timedelta(seconds=DEADLINE)
        self._proven(self._fate())
        assert delivery.first_attempt_at is not None
        ago = (self.clock() - delivery.first_attempt_at).total_seconds() / self.speed
        posts = self._ask(end, ask="timeline", account=self.account, since=time.time() - ago - 1)
        timeline = [Standing(post["id"], "https://fake.example", post["text"], "", post["reply_to"]) for post in posts]
        for found in recognised(delivery, timeline, taken):
            yield Receipt(**{**asdict(found), "url": f"https://fake.example/{found.remote_id}"})

    def _post(self, text: str, key: str, before: str | None, end: datetime) -> str:
        fate = self._fate()
        self._proven(fate)
        if fate == "lost before":
            raise Unanswered("no answer")
        late = DEADLINE / self.speed / 2 if fate == "late" else 0
        post = {"account": self.account, "key": key, "text": text, "reply_to": before, "repeatable": self.repeatable}
        name = self._ask(end, answered=not late, ask="post", late=late, **post)
        if fate in {"late", "lost after"}:
            raise OutcomeUnknown("the answer was lost")
        if fate == "surprise":
            raise ValueError("not what anybody expected")
        return str(name)

    def _fate(self) -> str:
        return str(ask(self.address, 60, ask="fate"))

    def _proven(self, fate: str) -> None:
        match fate:
            case "unavailable":
                raise Unavailable("down")
            case "unauthorized":
                raise Unauthorized("token revoked")
            case "limited":
                raise RateLimited("slow down", retry_at=self.clock() + timedelta(seconds=60))

    def _ask(self, end: datetime, **request: Any) -> Any:
        left = (end - self.clock()).total_seconds() / self.speed
        if left <= 0:
            raise Unavailable("there was no connection before the deadline")
        return ask(self.address, left, **request)
