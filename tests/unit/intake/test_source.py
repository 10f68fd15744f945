from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import ArticleError
from bot.intake import LIMIT, Names, read, read_text

if TYPE_CHECKING:
    from bot.model import Article

EXAMPLES = Path(__file__).parents[3] / "examples"


def refusal(path: Path, names: Names, queue: Path | None = None) -> str:
    with pytest.raises(ArticleError) as raised:
        read(path, names=names, queue=queue)
    return str(raised.value)


@pytest.mark.parametrize(
    ("what", "content"),
    [
        (":2: is not UTF-8 (byte 0xe9). Save it as UTF-8.", b"Headline\ncaf\xe9"),
        (": is UTF-16. Save it as UTF-8.", "Headline".encode("utf-16")),
        (":3: contains a NUL byte. Save it as plain text in UTF-8.", b"a\n\nb\0c"),
        (": is empty. Write at least a headline.", b""),
        (": is empty. Write at least a headline.", b"\xef\xbb\xbf \r\n\t\x07"),
        (": has nothing but hashtags. Write at least a headline.", b"#one #two"),
        (": is larger than 1 MiB. Is it an article? Shorten it.", b"x" * (LIMIT + 1)),
        (
            ": has a headline of 20000 characters. Give it a headline on a line of its own.",
            b"x" * 20_000,
        ),
    ],
)
def test_content_that_is_no_article_is_refused_in_one_line(
    what: str, content: bytes, tmp_path: Path, names: Names
) -> None:
    file = tmp_path / "story.txt"
    file.write_bytes(content)
    assert f"{file}{what}" == refusal(file, names)


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path, names: Names) -> None:
    """A terabyte that takes no room on disk: reading it would never end."""
    file = tmp_path / "story.txt"
    file.touch()
    os.truncate(file, 1 << 40)
    assert f"{file}: is larger than 1 MiB. Is it an article? Shorten it." == refusal(file, names)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path, names: Names) -> None:
    missing = tmp_path / "story.md"
    assert f"{missing}: there is no such file. Check the path." == refusal(missing, names)
    assert f"{tmp_path}: is a folder. Name the articles in it instead." == refusal(tmp_path, names)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, names: Names) -> None:
    pipe = tmp_path / "story.txt"
    os.mkfifo(pipe)
    assert f"{pipe}: is not an ordinary file. Use '-' to read standard input." == refusal(pipe, names)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, names: Names) -> None:
    file = tmp_path / "story.txt"
    file.touch(mode=0o000)
    assert f"{file}: may not be read. Give the bot's user the right to read it." == refusal(file, names)


def test_what_the_system_says_of_other_failures_is_passed_on(tmp_path: Path, names: Names) -> None:
    loop = tmp_path / "story.txt"
    loop.symlink_to(loop)
    assert f"{loop}: cannot be read: Too many levels of symbolic links" == refusal(loop, names)


def test_a_link_out_of_the_queue_is_refused_and_one_within_is_not(tmp_path: Path, names: Names) -> None:
    queue, outside = tmp_path / "queue", tmp_path / "secret.txt"
    queue.mkdir()
    outside.write_text("A secret.\n")
    (queue / "story.txt").write_text("A story.\n")
    (queue / "out.txt").symlink_to(outside)
    (queue / "in.txt").symlink_to("story.txt")
    message = f"{queue / 'out.txt'}: is a link out of the queue. Put the file itself there."
    assert message == refusal(queue / "out.txt", names, queue)
    assert "A story" == read(queue / "in.txt", names=names, queue=queue).headline


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "A headline\n==========\n\nIt is open.\n"),
        ("a.MARKDOWN", "# A headline\n\nIt is open.\n"),
        ("a.txt", "A headline\nIt is open.\n"),
        ("a.txt", "---\nheadline: A headline\n---\nIt is open.\n"),
        ("a", "# A headline\n\nIt is open.\n"),
        ("a.news", "A headline\nPost by : Saif\nIt is open.\n"),
    ],
)
def test_the_kind_is_told_by_the_suffix_or_the_first_line(name: str, text: str, tmp_path: Path, names: Names) -> None:
    file = tmp_path / name
    file.write_text(text)
    article = read(file, names=names)
    assert ("A headline", ("It is open.",)) == (article.headline, article.body)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.[mt]*")), ids=lambda path: path.name)
def test_our_own_examples_are_whole_articles(path: Path, names: Names) -> None:
    article = read(path, names=names)
    assert article.headline
    assert article.byline
    assert len(article.body) >= 5
    assert len(article.hashtags) >= 4


ANY = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(str.encode),
    st.text(alphabet="#abc .,:\n-\"'[]{}&*!|>%@`\\0", max_size=200).map(str.encode),
    st.text(alphabet="ab :#-\n\"'[]{}&*!|>%\\xUu0", max_size=100).map(
        lambda matter: f"---\n{matter}\n---\nBody.".encode()
    ),
    st.sampled_from(["headline", "url", "publish_at", "accounts", "text", "hashtags", "lang"]).flatmap(
        lambda key: st.text(max_size=50).map(lambda value: f"---\n{key}: {value}\n---\nBody.".encode(errors="replace"))
    ),
)


def outcome_of(data: bytes) -> Article | ArticleError:
    try:
        return read_text(data, where="-", names=Names(frozenset({"a"}), frozenset({"b"})))
    except ArticleError as error:
        return error


@given(ANY)
@example(b"---\nurl: 'https://\xef\xbc\x8f\xe2\x84\x80'\n---\n")
@example(b"---\n? [a]\n: b\n---\n")
@example(b"---\n---\n---\n")
def test_any_bytes_make_an_article_or_one_line_that_says_why_not(data: bytes) -> None:
    outcome = outcome_of(data)
    if isinstance(outcome, ArticleError):
        assert str(outcome).startswith("-")
        assert "\n" not in str(outcome)
    else:
        assert outcome.headline.strip()
        assert outcome.identities
        assert repr(outcome).isprintable()


def test_half_a_character_in_a_text_is_refused_like_any_other_wrong_byte(names: Names) -> None:
    with pytest.raises(ArticleError, match="is not UTF-8"):
        read_text("caf\udce9", where="-", names=names)


def test_a_folder_of_the_queue_is_the_section_of_what_names_none(tmp_path: Path, names: Names) -> None:
    (tmp_path / "sport" / "football").mkdir(parents=True)
    for name, text in (("cup.txt", "A story.\n"), ("own.md", "---\nheadline: A\nsection: Culture\n---\n")):
        (tmp_path / "sport" / "football" / name).write_text(text)
        (tmp_path / name).write_text(text)
    places = ("sport/football/cup.txt", "sport/football/own.md", "cup.txt", "own.md")
    sections = [read(tmp_path / place, names=names, queue=tmp_path).section for place in places]
    assert ["sport/football", "Culture", None, "Culture"] == sections
