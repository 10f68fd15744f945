"""What X means by its errors, and what is none of them."""

from __future__ import annotations

import json

import pytest

from bot.networks.x.problems import Trouble, problem

PROBLEMS = "https://api.x.com/2/problems"


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        ({"title": "UsageCapExceeded", "detail": "Monthly product cap", "type": "about:blank"}, Trouble.CREDIT),
        ({"title": "Capped", "type": "https://api.twitter.com/2/problems/usage-capped"}, Trouble.CREDIT),
        ({"title": "Capped", "type": f"{PROBLEMS}/usage-capped/"}, Trouble.CREDIT),
        ({"title": "Forbidden", "type": f"{PROBLEMS}/oauth1-permissions"}, Trouble.RIGHTS),
        ({"title": "Client Forbidden", "reason": "client-not-enrolled", "type": f"{PROBLEMS}/other"}, Trouble.PLAN),
        ({"errors": [{"code": 187, "message": "Status is a duplicate."}]}, Trouble.POST),
        ({"title": "T", "detail": "The Status is a duplicate.", "type": "about:blank"}, Trouble.POST),
        ({"title": "T", "detail": "This is DUPLICATE CONTENT.", "type": "about:blank"}, Trouble.POST),
        ({"errors": [{"code": 385, "message": "in other words"}]}, Trouble.PARENT),
        ({"errors": [{"code": 185, "message": "in other words"}]}, Trouble.USED_UP),
        ({"errors": [{"code": 89, "message": "Invalid or expired token."}]}, Trouble.KEYS),
        ({"title": "T", "detail": "Your media IDs are invalid.", "type": "about:blank"}, Trouble.MEDIA),
        ({"errors": [{"code": 324, "message": "in other words"}]}, Trouble.MEDIA),
        ({"title": "T", "detail": "Not allowed to post a video.", "type": "about:blank"}, Trouble.MEDIA),
        ({"errors": [{"code": 144, "message": "in other words"}]}, Trouble.GONE),
        ({"errors": [{"title": "T", "detail": "D", "type": f"{PROBLEMS}/resource-not-found"}]}, Trouble.GONE),
        ({"title": "T", "detail": "You are not authorized to delete this Tweet."}, Trouble.POST),
        ({"errors": [{"code": 1870, "message": "number 187"}]}, Trouble.OTHER),
        ({"title": "Forbidden", "detail": "You are not permitted to perform this action."}, Trouble.OTHER),
    ],
    ids=str,
)
def test_troubles_are_told_by_the_last_word_of_a_type_a_number_or_words(said: object, trouble: Trouble) -> None:
    found = problem(json.dumps(said).encode())
    assert found
    assert trouble is found.trouble


def test_a_problem_is_told_in_all_its_words_the_more_exact_first() -> None:
    said = {
        "errors": [{"message": "text: too long"}, {"message": "text: too long"}],
        "title": "T",
        "detail": "Invalid.",
    }
    found = problem(json.dumps(said).encode())
    assert found
    assert "text: too long; Invalid." == found.words


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        '["title"]',
        '"title"',
        "{}",
        "<html>Forbidden</html>",
        '{"title": "Forbidden", "det',
        '{"title": "Forbidden"}',
        '{"title": 1, "detail": "a", "type": "b"}',
        '{"message": "Forbidden"}',
        '{"detail": "Not authenticated"}',
        '{"error": "forbidden"}',
        '{"errors": []}',
        '{"errors": {"code": 187}}',
        '{"errors": [187, null, {"code": 187}]}',
        "[" * 100_000,
        "\x00\xff",
    ],
    ids=lambda body: body[:30],
)
def test_what_is_no_answer_of_the_api_is_no_problem_of_the_api(body: str) -> None:
    assert problem(body.encode("latin-1")) is None
