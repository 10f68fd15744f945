"""`bot post` of one article to Bluesky with a kept session, beside crosspost 1.0.4 posting the same text there."""

from __future__ import annotations

import datetime as dt
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from measure import Cost, clean_environment, once

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from servers import node  # noqa: E402 - the tests know how to start the server
from servers.pds import Login, running  # noqa: E402

CROSSPOST = Path(__file__).parent / "node" / "node_modules" / "@humanwhocodes" / "crosspost" / "dist" / "bin.js"
ROUNDS = 11


def main() -> None:
    """Print time and memory of both, and where the bot's time goes."""
    install_crosspost()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as pds:
        login = pds.account()
        runs: dict[str, list[Cost]] = {"bot post": [], "crosspost": []}
        with Front(pds.url, Path(folder)) as front:
            for number in range(ROUNDS + 1):
                runs["bot post"].append(bot_post(login, Path(folder), number))
                runs["crosspost"].append(crosspost(login, front, number))
        medians = {name: middle(costs[1:]) for name, costs in runs.items()}
        for name, cost in medians.items():
            print(f"{name:10} {cost.seconds:5.2f} s {cost.megabytes:5.0f} MB")
        ours, theirs = medians["bot post"], medians["crosspost"]
        print(
            f"ratio      {ours.seconds / theirs.seconds:5.2f}   {ours.megabytes / theirs.megabytes:8.2f}   (aim: at most 1)"
        )
        print("where the bot's time goes, in ms of importing, by package:")
        for package, milliseconds in imports(login, Path(folder)):
            print(f"  {milliseconds:5.0f}  {package}")


def settings(login: Login, folder: Path) -> dict[str, str]:
    """The environment of a bot with this one account."""
    return clean_environment(
        BOT_HOME=str(folder),
        BOT_ACCOUNTS__BLUESKY__HANDLE=login.handle,
        BOT_ACCOUNTS__BLUESKY__APP_PASSWORD=login.password,
        BOT_ACCOUNTS__BLUESKY__BASE_URL=login.server.url,
    )


def article(folder: Path, number: int) -> str:
    """A fresh article: what is posted already would cost nothing."""
    path = folder / f"{number}.md"
    path.write_text(f"---\nheadline: Harbour bridge opens, part {number}\nhashtags: [Harbour]\n---\nIt is so.\n")
    return str(path)


def bot_post(login: Login, folder: Path, number: int) -> Cost:
    """One `bot post`."""
    return once([sys.executable, "-m", "bot", "post", article(folder, number)], settings(login, folder))


def crosspost(login: Login, front: Front, number: int) -> Cost:
    """One `crosspost` of the same text."""
    environment = clean_environment(
        BLUESKY_IDENTIFIER=login.handle,
        BLUESKY_PASSWORD=login.password,
        BLUESKY_HOST=front.host,
        NODE_EXTRA_CA_CERTS=str(front.certificate),
    )
    text = f"Harbour bridge opens, part {number}\n\n#Harbour"
    return once([str(node.home() / "bin" / "node"), str(CROSSPOST), "--bluesky", text], environment)


def imports(login: Login, folder: Path) -> list[tuple[str, float]]:
    """What importing costs in one `bot post`, by top package, dearest first."""
    command = [sys.executable, "-X", "importtime", "-m", "bot", "post", article(folder, 999)]
    done = subprocess.run(command, env=settings(login, folder), capture_output=True, text=True, check=True)
    spent: Counter[str] = Counter()
    for line in done.stderr.splitlines():
        if line.startswith("import time:") and line.split("|")[0].split(":")[1].strip().isdigit():
            own, _, module = line.removeprefix("import time:").split("|")
            spent[module.strip().split(".")[0]] += int(own)
    return [(package, microseconds / 1000) for package, microseconds in spent.most_common(12)]


def middle(costs: list[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(
        *(sorted(figures)[len(costs) // 2] for figures in zip(*((c.seconds, c.megabytes) for c in costs), strict=True))
    )


def install_crosspost() -> None:
    """Install what the lock file says, once."""
    if CROSSPOST.exists():
        return
    npm = node.home() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(node.home() / "bin" / "node"), str(npm), "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=CROSSPOST.parents[4], env=node.environment(), check=True)


class Front:
    """A TLS front before the server, since crosspost speaks https only."""

    def __init__(self, url: str, folder: Path) -> None:
        self.upstream = urlsplit(url).port
        self.certificate, key = self_signed(folder)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.certificate, key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"localhost:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        for _ in count():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        inner = socket.create_connection(("127.0.0.1", self.upstream or 0))
        with self._context.wrap_socket(client, server_side=True) as outside, inner as inside:
            back = threading.Thread(target=pump, args=(inside, outside), daemon=True)
            back.start()
            pump(outside, inside)
            back.join()


def pump(source: socket.socket, target: socket.socket) -> None:
    """Pass on what comes until it ends."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        os.sched_yield()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost and its key, as PEM files."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    paths = folder / "front.pem", folder / "front.key"
    paths[0].write_bytes(certificate.public_bytes(pem))
    paths[1].write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return paths


if __name__ == "__main__":
    main()
