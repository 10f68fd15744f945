"""For which of X's addresses a request is signed."""

from __future__ import annotations

import pytest
from requests import Request
from requests_oauthlib import OAuth1

from bot.networks.x.signing import Session

ASKED, OTHER = "https://api.twitter.com", "https://api.x.com"


@pytest.mark.parametrize(
    ("base_url", "signed"),
    [
        (ASKED, ASKED),
        (OTHER, OTHER),
        ("https://API.X.com", OTHER),
        ("http://127.0.0.1:8080", ASKED),
        ("https://api.x.com.example.org", ASKED),
    ],
)
def test_a_request_is_signed_for_the_address_of_xs_own_that_it_goes_to(base_url: str, signed: str) -> None:
    auth = OAuth1("a", "b", "c", "d", nonce="e", timestamp="1795428000")
    expected = Request("GET", f"{signed}/2/users/me", params={"a": "b"}, auth=auth).prepare()
    with Session(base_url) as session:
        request = session.prepare_request(Request("GET", f"{ASKED}/2/users/me", params={"a": "b"}, auth=auth))
        assert signed == session.public
    assert (expected.url, expected.headers["Authorization"]) == (request.url, request.headers["Authorization"])
