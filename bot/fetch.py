"""Pages and pictures from the web, by one client that goes nowhere it should not and reads no more than it may."""

from __future__ import annotations

import zlib
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from bot.errors import BotError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import httpx

    from bot.wire import Answer, Deadline

REDIRECTS = 5
SECONDS = 15.0
_PORTS = {80, 443, 8080, 8443}
_MOVED = {301, 302, 303, 307, 308}
_NAT64 = ip_network("64:ff9b::/96")
# what ipaddress takes for public, in some releases of Python: protocol assignments (a cloud's metadata among them), examples
_NOT_PUBLIC = (ip_network("192.0.0.0/24"), ip_network("3fff::/20"), ip_network("fec0::/10"))


class FetchError(BotError):
    """An address was not fetched; nothing of its query is told, where there may be secrets."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What stood at an address: `url` is where the redirects ended, `mime` and `charset` are what its server says of it."""

    url: str
    mime: str
    charset: str | None
    content: bytes


class Fetcher:
    """
    Fetches what anybody on the Internet could, within `seconds` for all of it; it sends neither cookies nor passwords.

    `hosts` are those that are fetched though they are in a private network, or at a port that is not the web's: `host`,
    `host:port`. `resolve` says which addresses a host has: it is asked once for each connection, all that it names must be
    public, and the connection goes to one of these.
    """

    def __init__(
        self,
        hosts: Collection[str] = (),
        *,
        seconds: float = SECONDS,
        resolve: Callable[[str, int], list[str]] | None = None,
    ) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._seconds = seconds
        self._resolve = resolve

    def fetch(self, url: str, *, most: int) -> Fetched:
        """What stands at this address, in at most so many bytes; raises FetchError."""
        from bot.wire import Deadline

        deadline, at = Deadline(self._seconds), _parsed(url)
        for _ in range(REDIRECTS + 1):
            answer = self._ask(at, deadline, most)
            to = _header(answer, b"location")
            if answer.status not in _MOVED or not to:
                return _whole(at, answer, most)
            at = _next(at, to)
        raise FetchError(f"is redirected more than {REDIRECTS} times", where=at.host)

    def _ask(self, url: httpx.URL, deadline: Deadline, most: int) -> Answer:
        from bot.wire import Wire

        trusted = not self._hosts.isdisjoint(_names(url))
        _check(url, trusted=trusted)
        headers = [(b"Host", url.netloc), (b"User-Agent", _agent()), (b"Accept", b"*/*")]
        resolve = partial(self._addresses, trusted=trusted)
        with closing(Wire(deadline, resolve=resolve, most=most)) as wire:
            try:
                return wire.ask_openly("GET", str(url), headers, b"")
            except FetchError:
                raise
            except Exception as error:  # whatever breaks on the way: without a picture the post still goes
                raise FetchError(self._why(error, most), where=url.host) from error

    def _addresses(self, host: str, port: int, *, trusted: bool) -> list[str]:
        """The addresses of a host; raises FetchError unless every one of them may be asked."""
        from bot.wire import addresses

        found = (self._resolve or addresses)(host, port)
        if not found:
            raise FetchError("has no address", where=host)
        if not trusted and (private := next((one for one in found if not is_public(one)), None)):
            of = "" if private == host else f" ({private})"
            near = ip_address(private).is_link_local  # a cloud's metadata is there: nobody should allow that
            hint = None if near else "If the bot may fetch from it, name it in BOT_FETCH_HOSTS."
            raise FetchError(f"is in a private network{of}", where=host, hint=hint)
        return found

    def _why(self, error: Exception, most: int) -> str:
        import httpcore

        from bot.wire import TooLarge

        match error:
            case TooLarge():
                return _too_large(most)
            case httpcore.TimeoutException():
                return f"takes longer than {self._seconds:g} seconds"
            case httpcore.ConnectError(args=(OSError(strerror=str(said)), *_)):
                return f"cannot be reached: {said}"
            case UnicodeError():
                return "is no name that a host can have"
            case _:
                return f"gave no whole answer ({str(error) or type(error).__name__})"


def is_public(address: str) -> bool:
    """Whether anybody on the Internet means the same by this address, the one that it carries within it included."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address) and (inner := _carried(ip)):
        return is_public(str(inner))
    special = ip.is_multicast or ip.is_reserved or any(ip in network for network in _NOT_PUBLIC)
    return ip.is_global and not special


def _carried(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that this one leads to."""
    return IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else ip.ipv4_mapped or ip.sixtofour


def _parsed(url: str, base: httpx.URL | None = None) -> httpx.URL:
    import httpx

    try:
        return (base.join(url) if base else httpx.URL(url)).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError):
        raise FetchError("is no address", where=base.host if base else None) from None


def _next(at: httpx.URL, to: str) -> httpx.URL:
    """Where a redirect leads."""
    there = _parsed(to, at)
    if at.scheme == "https" and there.scheme == "http":
        raise FetchError("leads from https to http", where=at.host)
    return there


def _check(url: httpx.URL, *, trusted: bool) -> None:
    """Raises FetchError for an address that is not asked, whoever stands behind it."""
    if url.scheme not in {"http", "https"}:
        raise FetchError(
            f"is no http or https address: {url.scheme[:20] or 'it has no scheme'}", where=url.host or None
        )
    if not url.host:
        raise FetchError("is an address without a host")
    if url.userinfo:
        raise FetchError("has a name or password in its address", where=url.host)
    if url.port and url.port not in _PORTS and not trusted:
        hint = f"If the bot may fetch from it, name {url.host}:{url.port} in BOT_FETCH_HOSTS."
        raise FetchError(f"is no web server: port {url.port}", where=url.host, hint=hint)


def _names(url: httpx.URL) -> set[str]:
    """As what BOT_FETCH_HOSTS may name it."""
    port = url.port or {"http": 80, "https": 443}.get(url.scheme, 0)
    hosts = {url.host, url.raw_host.decode("ascii")}
    bare = hosts | {f"[{host}]" for host in hosts if ":" in host}
    return bare | {f"{host}:{port}" for host in bare}


def _agent() -> bytes:
    return f"publishing-bot/{version('bot')}".encode()


def _whole(url: httpx.URL, answer: Answer, most: int) -> Fetched:
    if answer.status != HTTPStatus.OK:
        known = answer.status in {status.value for status in HTTPStatus}
        phrase = f" ({HTTPStatus(answer.status).phrase})" if known else ""
        raise FetchError(f"answered {answer.status}{phrase}", where=url.host)
    kind = Message()
    kind["Content-Type"] = _header(answer, b"content-type") or "application/octet-stream"
    content = _unfolded(answer, most, url.host)
    return Fetched(str(url), kind.get_content_type(), kind.get_content_charset(), content)


def _unfolded(answer: Answer, most: int, host: str) -> bytes:
    """The body in plain, which some servers compress though they were asked not to; never more than `most` of it."""
    coding = _header(answer, b"content-encoding").lower()
    if coding in {"", "identity"}:
        return answer.body
    if coding not in {"gzip", "x-gzip", "deflate"}:
        raise FetchError(f"answers in {coding[:20]}, which nobody asked for", where=host)
    unfolding = zlib.decompressobj(wbits=47)  # gzip or zlib, as it begins
    try:
        content = unfolding.decompress(answer.body, most + 1)
    except zlib.error:
        raise FetchError(f"answers in broken {coding}", where=host) from None
    if len(content) > most:
        raise FetchError(_too_large(most), where=host)
    if not unfolding.eof:
        raise FetchError("gave no whole answer", where=host)
    return content


def _header(answer: Answer, name: bytes) -> str:
    values = [value for key, value in answer.headers if key.lower() == name]
    return values[0].decode("latin-1").strip() if values else ""


def _too_large(most: int) -> str:
    return f"is larger than {most >> 20} MiB" if most >= 1 << 20 else f"is larger than {most} bytes"
