"""Posts with their pictures and cards, and without them where something is wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from unit.compose.wire import network

from bot.compose import Composer
from bot.compose.illustrating import Illustrator
from bot.errors import ComposeError
from bot.fetch import Fetched, FetchError
from bot.model import Account, Article, Card, Embed, Media, MediaRules, Pictures, Post, WithoutAlt
from bot.pictures import Originals

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STILL = {"image/jpeg": 100_000, "image/png": 100_000}
RULES = MediaRules(most=2, formats={**STILL, "image/gif": 100_000}, alt=20, moving=frozenset({"image/gif"}))
NETWORK = replace(network(), media=RULES)
CARDED = replace(NETWORK, thumbnail=MediaRules(most=1, formats=STILL, alt=0))
NEWS = Account("news", NETWORK)
URL = "https://news.example/1"
CDN = "https://cdn.example"
ARTICLE = Article(("i",), "Boats are back", url=URL, summary="They were away.")
TEMPLATE = "{{ article.headline }} {{ article.url }}"


def picture(shade: int = 0, kind: str = "PNG", frames: int = 1) -> bytes:
    images = [Image.new("RGB", (8, 6), (shade, 40 * n, 9)) for n in range(frames)]
    out = BytesIO()
    images[0].save(out, kind, **({"save_all": True, "append_images": images[1:]} if frames > 1 else {}))
    return out.getvalue()


@dataclass
class Web:
    """Pages and pictures by their address; what is an error is raised, and every question is written down."""

    has: Mapping[str, bytes | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def fetch(self, url: str, *, most: int) -> Fetched:
        self.asked.append(url)
        found = self.has.get(url, FetchError("answered 404 (Not Found)", where=url.split("/")[2]))
        if isinstance(found, Exception):
            raise found
        assert len(found) <= most
        return Fetched(url, "text/html", "utf-8", found)


Make = Callable[..., Post]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """The post of an article for an account, with what the web has."""

    def made(article: Article, account: Account = NEWS, web: Web | None = None, template: str = TEMPLATE) -> Post:
        (tmp_path / "default.j2").write_text(template)
        fetcher = web or Web()
        return Illustrator(Composer([tmp_path], noise=()).compose, Originals(fetcher), fetcher)(article, account)  # type: ignore[arg-type]

    return made


def with_media(*media: Media) -> Article:
    return replace(ARTICLE, media=media)


def names(post: Post) -> list[list[str]]:
    return [[each.source.rpartition("/")[2] for each in part.media] for part in post.parts]


def test_a_picture_is_there_with_its_bytes_its_size_and_what_it_shows(make: Make, tmp_path: Path) -> None:
    (tmp_path / "boats.png").write_bytes(picture())
    (shown,) = make(with_media(Media(f"{tmp_path}/boats.png", "Boats in the old harbour of the town"))).parts[0].media
    assert ("image/png", 8, 6, "Boats in the old…") == (shown.mime, shown.width, shown.height, shown.alt)
    assert (shown.size, 64) == (len(shown.content), len(shown.digest))
    assert (8, 6) == Image.open(BytesIO(shown.content)).size


def test_what_cannot_be_shown_is_left_out_with_its_reason_and_the_next_takes_its_place(
    make: Make, tmp_path: Path
) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    (tmp_path / "cut.png").write_bytes(picture()[:50])
    web = Web(
        {
            f"{CDN}/a.png": picture(1),
            f"{CDN}/b.png": picture(2),
            f"{CDN}/c.png": picture(3),
            f"{CDN}/m.png": MemoryError(),
        }
    )
    sources = ("none.png", "broken.png", "cut.png")
    remote = ("gone.png", "m.png", "a.png", "b.png", "c.png")
    post = make(
        with_media(*(Media(f"{tmp_path}/{each}") for each in sources), *(Media(f"{CDN}/{each}") for each in remote)),
        web=web,
    )
    assert [["a.png", "b.png"]] == names(post)
    assert (
        "picture none.png: there is no such file",
        "picture broken.png: is no picture",
        "picture cut.png: is cut short",
        "picture gone.png: cdn.example answered 404 (Not Found)",
        "picture m.png: MemoryError:",
        "picture c.png: there is no room for it beside 2 others",
    ) == post.left_out


@pytest.mark.parametrize(("first", "left"), [("moving.gif", "still.png"), ("still.png", "moving.gif")])
def test_what_moves_stands_alone(make: Make, first: str, left: str) -> None:
    web = Web({f"{CDN}/moving.gif": picture(kind="GIF", frames=3), f"{CDN}/still.png": picture()})
    post = make(with_media(Media(f"{CDN}/{first}"), Media(f"{CDN}/{left}")), web=web)
    assert [[first]] == names(post)
    assert [True] == [line.startswith(f"picture {left}: ") for line in post.left_out]


def test_what_nothing_describes_is_posted_left_out_or_refused_as_the_account_says(make: Make) -> None:
    web = Web({f"{CDN}/a.png": picture(), f"{CDN}/b.png": picture(1)})
    article = with_media(Media(f"{CDN}/a.png", "  "), Media(f"{CDN}/b.png", "Boats"))
    assert [["a.png", "b.png"]] == names(make(article, NEWS, web))
    post = make(article, replace(NEWS, without_alt=WithoutAlt.LEAVE_OUT), web)
    assert ([["b.png"]], ("picture a.png: nothing says what it shows",)) == (names(post), post.left_out)
    with pytest.raises(ComposeError, match=r"picture a\.png .* account news .* BOT_ACCOUNTS__NEWS__WITHOUT_ALT"):
        make(article, replace(NEWS, without_alt=WithoutAlt.REFUSE), web)
    broken = with_media(Media(f"{CDN}/none.png"))  # of what is not shown nothing needs to be said
    assert [[]] == names(make(broken, replace(NEWS, without_alt=WithoutAlt.REFUSE), web))


PAGE = b"""<meta property=og:title content='Its page'><meta property=og:description content='Its words'>
<meta property=og:image content='/cover.png'><meta property=og:image:alt content='Its cover'>"""


def test_an_article_without_pictures_gets_that_of_its_page_where_the_account_says_so(make: Make) -> None:
    web = Web({URL: PAGE, "https://news.example/cover.png": picture()})
    of_page = replace(NEWS, pictures=Pictures.PAGE, campaign="utm_source=wire")
    assert [("cover.png", "Its cover")] == [
        (each.source.rpartition("/")[2], each.alt) for each in make(ARTICLE, of_page, web).parts[0].media
    ]
    assert [[]] == names(make(ARTICLE, NEWS, web))
    own = make(with_media(Media("/none.png")), of_page, web)
    assert ([[]], ("picture none.png: there is no such file",)) == (names(own), own.left_out)
    assert ("picture: news.example answered 404 (Not Found)",) == make(ARTICLE, of_page, Web()).left_out


def test_a_card_says_what_the_article_says_and_asks_nobody_where_that_is_all(make: Make) -> None:
    web = Web({f"{CDN}/moving.gif": picture(kind="GIF", frames=2), f"{CDN}/a.png": picture()})
    article = with_media(Media(f"{CDN}/moving.gif"), Media(f"{CDN}/a.png", "A"))
    account = Account("news", CARDED, embed=Embed.CARD, campaign="utm_source=wire")
    post = make(article, account, web)
    card = post.parts[0].card
    assert card
    assert ("Boats are back", "They were away.", f"{URL}?utm_source=wire") == (card.title, card.description, card.url)
    assert (f"{CDN}/a.png", "image/png", ()) == (
        card.thumbnail and card.thumbnail.source,
        card.thumbnail and card.thumbnail.mime,
        post.parts[0].media,
    )
    assert ("picture moving.gif: a card stands in its place",) == post.left_out
    assert URL not in web.asked


def test_pictures_go_before_a_card_unless_the_account_says_otherwise_or_none_is_left(make: Make) -> None:
    web = Web({f"{CDN}/a.png": picture(), URL: PAGE, "https://news.example/cover.png": picture(7)})
    account = Account("news", CARDED)
    post = make(with_media(Media(f"{CDN}/a.png")), account, web)
    assert ([["a.png"]], None) == (names(post), post.parts[0].card)
    post = make(with_media(Media(f"{CDN}/none.png")), account, web)
    card = post.parts[0].card
    assert card
    assert ("Boats are back", "https://news.example/cover.png") == (
        card.title,
        card.thumbnail and card.thumbnail.source,
    )
    assert ("picture none.png: cdn.example answered 404 (Not Found)",) == post.left_out


def test_what_the_article_does_not_say_its_page_does_asked_once(make: Make) -> None:
    web = Web({URL: PAGE, "https://news.example/cover.png": picture()})
    account = Account("news", CARDED, pictures=Pictures.PAGE, embed=Embed.CARD, campaign="utm_source=wire")
    template = "https://other.example {{ article.url }}"
    card = make(replace(ARTICLE, summary="", body=("![](x.png)", " ")), account, web, template).parts[0].card
    assert card
    assert ("Boats are back", "Its words", f"{URL}?utm_source=wire") == (card.title, card.description, card.url)
    assert [URL, "https://news.example/cover.png"] == web.asked


def test_a_card_of_another_link_says_what_that_page_says(make: Make) -> None:
    there = "https://other.example/a"
    web = Web({there: PAGE, "https://other.example/cover.png": picture()})
    article = replace(ARTICLE, text={"news": f"Read {there}"})
    card = make(article, Account("news", CARDED), web).parts[0].card
    assert card
    assert ("Its page", "Its words", there) == (card.title, card.description, card.url)
    assert "https://other.example/cover.png" == (card.thumbnail and card.thumbnail.source)


@pytest.mark.parametrize(
    ("has", "card", "left_out"),
    [
        ({}, None, ("card: other.example answered 404 (Not Found)",)),
        ({"https://other.example/a": b"<p>nothing"}, None, ("card: other.example says no title",)),
        (
            {"https://other.example/a": PAGE},
            Card("https://other.example/a", "Its page", "Its words"),
            ("picture cover.png: other.example answered 404 (Not Found)",),
        ),
        (
            {"https://other.example/a": FetchError("takes longer than 15 seconds", where="other.example")},
            None,
            ("card: other.example takes longer than 15 seconds",),
        ),
    ],
)
def test_a_card_never_fails_a_post_no_thumbnail_then_no_card_then_the_bare_link(
    make: Make, has: Mapping[str, bytes | Exception], card: Card | None, left_out: tuple[str, ...]
) -> None:
    article = replace(ARTICLE, text={"news": "Read https://other.example/a"})
    post = make(article, Account("news", CARDED), Web(has))
    assert ("Read https://other.example/a", card, left_out) == (post.parts[0].text, post.parts[0].card, post.left_out)


def test_a_thread_has_its_card_on_the_first_part_with_a_link_and_no_picture(make: Make) -> None:
    web = Web({f"{CDN}/a.png": picture()})
    template = (
        "{{ article.headline }} {{ article.url }}\n---\nwords\n---\nmore {{ article.url }}\n---\n{{ article.url }}"
    )
    post = make(with_media(Media(f"{CDN}/a.png")), Account("news", CARDED), web, template)
    assert [None, None, URL, None] == [part.card and part.card.url for part in post.parts]
    post = make(with_media(Media(f"{CDN}/a.png")), Account("news", CARDED, embed=Embed.CARD), web, template)
    assert [URL, None, None, None] == [part.card and part.card.url for part in post.parts]


def test_without_pictures_a_card_has_none_and_where_the_network_makes_cards_there_is_none(make: Make) -> None:
    web = Web({f"{CDN}/a.png": picture()})
    article = with_media(Media(f"{CDN}/a.png"))
    bare = make(article, Account("news", CARDED, pictures=Pictures.NONE), web)
    assert (Card(URL, "Boats are back", "They were away."), []) == (bare.parts[0].card, web.asked)
    assert None is make(article, Account("news", NETWORK, embed=Embed.CARD), web).parts[0].card


def test_a_long_description_ends_at_a_sentence(make: Make) -> None:
    words = "It was a long day for all who work in the harbour. " * 9
    card = make(replace(ARTICLE, summary="", body=(words,)), Account("news", CARDED)).parts[0].card
    assert words[:254].strip() == (card and card.description)


anything = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [MemoryError(), RecursionError("deep"), OSError(5, "I/O"), ValueError("\x1b[2J\n"), FetchError("is late")]
    ),
    st.integers(0, 255).map(picture),
    st.tuples(st.integers(0, 300), st.binary(min_size=1, max_size=3)).map(
        lambda cut: picture()[: cut[0]] + cut[1] + picture()[cut[0] :]
    ),
    st.just(PAGE),
)


@settings(max_examples=150, deadline=None)
@given(
    pictures=st.lists(anything, max_size=4),
    page=anything,
    embed=st.sampled_from(Embed),
    which=st.sampled_from(Pictures),
    without=st.sampled_from([WithoutAlt.POST, WithoutAlt.LEAVE_OUT]),
)
def test_no_trouble_with_a_picture_or_a_page_fails_a_post(
    pictures: list[bytes | Exception], page: bytes | Exception, embed: Embed, which: Pictures, without: WithoutAlt
) -> None:
    has = {f"{CDN}/{n}.png": each for n, each in enumerate(pictures)}
    web = Web({**has, URL: page, "https://news.example/cover.png": page})
    article = replace(
        ARTICLE, text={"news": f"Boats {URL}"}, media=tuple(Media(each, "Boats"[: n % 2]) for n, each in enumerate(has))
    )
    account = Account("news", CARDED, embed=embed, pictures=which, without_alt=without)
    post = Illustrator(Composer([], noise=()).compose, Originals(web), web)(article, account)  # type: ignore[arg-type]
    assert [f"Boats {URL}"] == [part.text for part in post.parts]
    assert all(each.digest and each.content for part in post.parts for each in part.attachments)
    assert all(line.isprintable() for line in post.left_out)
