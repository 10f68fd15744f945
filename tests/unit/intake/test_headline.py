from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake.headline import first_sentence, taken


@pytest.mark.parametrize(
    ("headline", "paragraph"),
    [
        ("The bridge is open", "The bridge is open. Come and see."),
        ("Is the bridge open?", "Is the bridge open? It is."),
        (
            "On Monday, the mayor met J. Smith in the U.S. Senate",
            "On Monday, the mayor met J. Smith in the U.S. Senate. Tea.",
        ),
        (
            "Mr. Kim arrived at 3 p.m. on Jan. 5 in St. Ives",
            "Mr. Kim arrived at 3 p.m. on Jan. 5 in St. Ives. He left.",
        ),
        ("He lives in the U.S.", "He lives in the U.S. The rest of them do not."),
        ("Acme Inc. bought Foo Ltd. on Friday", "Acme Inc. bought Foo Ltd. on Friday. It was dear."),
        ("It costs 5.5 million", "It costs 5.5 million. Much!"),
        ("Am 3. Oktober feiert das Land", "Am 3. Oktober feiert das Land. Alle kommen."),
        ("“We won. We are glad,” said the mayor", "“We won. We are glad,” said the mayor. More later."),
        ("„Wir haben gewonnen. Gut so“, sagte sie", "„Wir haben gewonnen. Gut so“, sagte sie. Mehr folgt."),
        ("She (as ever. Or not?) came", "She (as ever. Or not?) came. He went."),
        ("今天下雨", "今天下雨。明天晴。"),
        ("Wait... what happened", "Wait... what happened. Nothing."),
        ("no stop at all", "no stop at all"),
        (".", "."),
        ("", ""),
    ],
)
def test_a_short_first_sentence_is_the_headline_without_its_full_stop(headline: str, paragraph: str) -> None:
    assert headline == taken(paragraph)


MAIN = "The council of the old town approved the new park between the river and the railway on Tuesday evening"


@pytest.mark.parametrize(
    "clause",
    [
        ", just one week after it had refused the very same plan",
        ", which will open next spring with a pond and a café",
        ", raising hopes of a quieter street",
        ", two days before the vote, while the mayor was away",
        "; the railway has not been asked about it yet",
    ],
)
def test_a_long_sentence_gives_up_clauses_that_hang_on_what_stands_before(clause: str) -> None:
    assert MAIN == taken(f"{MAIN}{clause}. And so on.")


@pytest.mark.parametrize(
    "sentence",
    [
        f"{MAIN}, if the railway gives up the land that it has held for sixty years",
        f"{MAIN}, according to three people who were not in the room at the time",
        "Lee, who has been the president of the republic for two years and will be for three more, said on Tuesday that he will go",
        "On Monday, just after noon and long before anybody had thought of lunch, the whole of the council rose and left the old hall",
        "In the capital of the republic on Monday evening after a long day, as the sun set behind the mountains, leaders shook hands",
    ],
)
def test_a_long_sentence_stays_whole_where_a_part_would_be_no_sentence_or_not_true(sentence: str) -> None:
    assert sentence == taken(f"{sentence}. And so on.")


@given(st.text(alphabet='aB .,;!?“”"()…-。', max_size=300))
def test_a_headline_is_never_invented(paragraph: str) -> None:
    """What is taken is the beginning of the paragraph, and something wherever there is something."""
    flat = " ".join(paragraph.split())
    headline = taken(paragraph)
    assert flat.startswith(headline)
    assert bool(headline) == bool(flat)


@pytest.mark.parametrize("piece", [".", ". ", "A. ", ".”", "“", ", ", ", a ", "just ", "a, after b ", '." '])
def test_a_monstrous_paragraph_is_read_in_no_time(piece: str) -> None:
    """A quadratic rule would take minutes here, and the suite would be seen to hang."""
    paragraph = piece * (500_000 // len(piece))
    assert first_sentence(paragraph)
    assert taken(paragraph)
