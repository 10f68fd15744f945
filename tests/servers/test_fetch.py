"""What is fetched, and what is not: each against a real server on loopback, names resolved by the test."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import tracemalloc
from time import monotonic
from typing import TYPE_CHECKING

import httpx
import pytest

from bot.fetch import Fetched, Fetcher, FetchError, _next, is_public

if TYPE_CHECKING:
    from servers.web import Web

MOST = 1 << 20


@pytest.fixture
def fetcher(web: Web) -> Fetcher:
    return Fetcher([web.host], seconds=10)


def refused(fetcher: Fetcher, url: str, most: int = MOST) -> str:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url, most=most)
    assert 1 == len(str(caught.value).splitlines())
    return str(caught.value)


def test_a_page_comes_with_what_its_server_says_of_it(web: Web, fetcher: Fetcher) -> None:
    url = web.says("/page", "Grüße".encode("latin-1"), mime='TEXT/HTML; Charset="ISO-8859-1"')
    assert Fetched(url, "text/html", "iso-8859-1", b"Gr\xfc\xdfe") == fetcher.fetch(f"{url}#top", most=MOST)


def test_a_server_hears_who_asks_and_nothing_else(web: Web, fetcher: Fetcher) -> None:
    fetcher.fetch(web.says("/page", Set_Cookie="a=b"), most=MOST)
    fetcher.fetch(web.url + "/page", most=MOST)
    assert {"Host": web.host, "User-Agent": "publishing-bot/0.1.0", "Accept": "*/*", "Accept-Encoding": "identity"} == (
        web.asked[1]
    )


def test_redirects_are_followed_to_where_they_end_but_not_for_ever(web: Web, fetcher: Fetcher) -> None:
    for number in range(6):
        web.leads(f"/{number}", f"{number + 1}", status=(301, 302, 303, 307, 308, 302)[number])
    end = web.says("/6", "here")
    assert end == fetcher.fetch(f"{web.url}/1", most=MOST).url
    assert "127.0.0.1: is redirected more than 5 times" == refused(fetcher, f"{web.url}/0")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200"),
        *("0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.0.192", "198.18.0.1", "203.0.113.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff0e::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00:1::"),
    ],
)
def test_an_address_that_is_not_everybodys_is_not_asked(address: str) -> None:
    assert not is_public(address)
    fetcher = Fetcher(resolve=lambda *_: ["1.1.1.1", address])
    assert f"news.example: is in a private network ({address})" in refused(fetcher, "https://news.example/a?key=secret")


def test_public_addresses_may_be_asked() -> None:
    assert all(map(is_public, ["1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"]))


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0"])
def test_loopback_is_refused_however_it_is_written(web: Web, host: str) -> None:
    assert "is in a private network" in refused(Fetcher(), f"http://{host}:8080/")
    assert [] == web.seen


def test_a_redirect_into_a_private_network_is_refused(web: Web) -> None:
    metadata = web.leads("/metadata", "http://169.254.169.254/latest/meta-data/")
    inside = web.leads("/inside", f"http://inside.example:8080{'/a' * 3}")
    assert "169.254.169.254: is in a private network" == refused(Fetcher([web.host]), metadata)
    fetcher = Fetcher([web.host], resolve=lambda *_: ["127.0.0.1"])
    assert "inside.example: is in a private network (127.0.0.1)." in refused(fetcher, inside)


def test_a_name_is_looked_up_once_and_the_connection_goes_there(web: Web) -> None:
    _, _, port = web.host.partition(":")
    answers = iter([["127.0.0.1"], ["192.0.2.1"]])
    url = f"http://rebinding.example:{port}/page"
    web.says("/page", "here")
    assert b"here" == Fetcher(["rebinding.example"], resolve=lambda *_: next(answers)).fetch(url, most=MOST).content
    assert [["192.0.2.1"]] == list(answers)
    assert f"rebinding.example:{port}" == web.asked[0]["Host"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://news.example/a", "news.example: is no http or https address: ftp"),
        ("file:///etc/passwd", "is no http or https address: file"),
        ("harbour.jpg", "is no http or https address: it has no scheme"),
        ("http://", "is an address without a host"),
        ("http://[::1", "is no address"),
        ("https://user:secret@news.example/", "news.example: has a name or password in its address"),
        ("http://news.example:25/", "news.example: is no web server: port 25. If the bot may fetch from it, name"),
        ("http://" + "a" * 64 + ".example/", "is no name that a host can have"),
        ("http://a..example/", "a..example: is no name that a host can have"),
        ("http://news.invalid/?token=secret", "news.invalid: cannot be reached: Name"),
    ],
)
def test_an_address_that_nobody_should_ask_is_refused_in_one_line(url: str, why: str) -> None:
    said = refused(Fetcher(), url)
    assert why in said
    assert "secret" not in said


def test_a_redirect_to_another_scheme_is_refused(web: Web, fetcher: Fetcher) -> None:
    assert "is no http or https address: file" in refused(fetcher, web.leads("/a", "file:///etc/passwd"))


def test_a_redirect_never_leads_from_https_to_http() -> None:
    assert "http://b.example/c" == str(_next(httpx.URL("http://a.example/b"), "http://b.example/c"))
    assert "https://a.example/c" == str(_next(httpx.URL("https://a.example/b"), "/c#top"))
    with pytest.raises(FetchError, match=r"^a\.example: leads from https to http$"):
        _next(httpx.URL("https://a.example/b"), "http://a.example/c")


def test_a_host_that_is_named_with_a_port_is_trusted_there_alone(web: Web) -> None:
    url = web.says("/page", "here")
    assert b"here" == Fetcher(["127.0.0.1"]).fetch(url, most=MOST).content
    assert "is no web server: port" in refused(Fetcher(["127.0.0.1:8080"]), url)
    assert "is in a private network" in refused(Fetcher(["127.0.0.1:8443"]), "http://127.0.0.1:8080/")


def test_what_is_too_large_is_told_before_it_is_read_or_while_it_is(web: Web, fetcher: Fetcher) -> None:
    declared = web.says("/declared", b"\0" * 2000)
    endless = web.endless("/endless")
    bomb = web.folded("/bomb", b"\0" * 50_000_000)
    assert "127.0.0.1: is larger than 1000 bytes" == refused(fetcher, declared, most=1000)
    assert "127.0.0.1: is larger than 1 MiB" == refused(fetcher, endless)
    tracemalloc.start()
    assert "127.0.0.1: is larger than 1 MiB" == refused(fetcher, bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * MOST


def test_a_compressed_answer_that_is_small_enough_is_unfolded(web: Web, fetcher: Fetcher) -> None:
    page = b"here " * 1000
    assert page == fetcher.fetch(web.folded("/folded", page), most=5000).content
    assert "answers in br, which" in refused(fetcher, web.folded("/br", b"here", encoding="br"))
    half = gzip.compress(page)[:-9]
    assert "gave no whole answer" in refused(fetcher, web.says("/half", half, Content_Encoding="gzip"))
    assert "answers in broken gzip" in refused(fetcher, web.says("/broken", b"here", Content_Encoding="gzip"))


def test_slow_silent_and_broken_servers_end_in_one_line(web: Web) -> None:
    fetcher, begun = Fetcher([web.host], seconds=0.4), monotonic()
    assert "127.0.0.1: takes longer than 0.4 seconds" == refused(fetcher, web.endless("/drip", b".", every=0.05))
    assert "127.0.0.1: takes longer than 0.4 seconds" == refused(fetcher, web.silent("/silent"))
    assert monotonic() - begun < 10
    patient = Fetcher([web.host])
    assert "gave no whole answer" in refused(patient, web.cut_short("/cut", b"\0" * 1000))
    assert "gave no whole answer" in refused(patient, web.talk("/odd", lambda visit: visit.wfile.write(b"odd\r\n\r\n")))
    assert "127.0.0.1: answered 404 (Not Found)" == refused(patient, web.url + "/nowhere")
    assert "127.0.0.1: answered 599" == refused(patient, web.says("/599", status=599))


def test_a_proxy_from_the_environment_is_not_asked(web: Web, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert b"here" == fetcher.fetch(web.says("/page", "here"), most=MOST).content


def test_a_server_is_asked_by_its_name_over_tls_and_must_prove_it() -> None:
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=shake_hands, args=(door, context))
        thread.start()
        port = door.getsockname()[1]
        fetcher = Fetcher(["news.example"], seconds=10, resolve=lambda *_: ["127.0.0.1"])
        assert "news.example: cannot be reached" in refused(fetcher, f"https://news.example:{port}/")
        thread.join()
    assert ["news.example"] == asked


def shake_hands(door: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = door.accept()
    with connection, pytest.raises(ssl.SSLError):  # it has no certificate to show
        context.wrap_socket(connection, server_side=True)
