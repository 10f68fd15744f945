"""Settings of a kind that accounts on several networks have."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from bot.networks.fields import Password, ServerAddress, Token


class Fields(BaseModel):
    server: ServerAddress = "https://example.org"
    password: Password = SecretStr("x")
    token: Token = SecretStr("x")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" https://social.example.org/ ", "https://social.example.org"),
        ("social.example.org", "https://social.example.org"),
        ("@me@social.example.org", "https://social.example.org"),
        ("https://social.example.org:8443", "https://social.example.org:8443"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_a_server_is_a_name_and_no_more(given: str, kept: str) -> None:
    assert kept == Fields(server=given).server


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "is no server.s address"),
        ("ftp://example.org", "is no server.s address"),
        ("https://", "is no server.s address"),
        ("https://example.org:8443/@news", "ends with its name: https://example.org:8443"),
        ("https://user:pw@example.org", "ends with its name"),
        ("http://example.org", "only https:// may leave this machine"),
        ("http://10.0.0.1", "only https:// may leave this machine"),
        ("https://example.org:99999", "is no server.s address"),
        ("https://[::1", "is no server.s address"),
        ("https://exa mple.org", "is no server.s address"),
    ],
)
def test_what_is_no_server_is_told_what_one_is(given: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Fields(server=given)


def test_a_password_is_kept_to_the_letter() -> None:
    assert " pass wörd " == Fields(password=SecretStr(" pass wörd ")).password.get_secret_value()


def test_a_token_is_kept_without_the_blanks_that_were_copied_along() -> None:
    assert "abc-123" == Fields(token=SecretStr(" abc-123\n")).token.get_secret_value()


@pytest.mark.parametrize("secret", ["", "  ", "a\x00b"])
@pytest.mark.parametrize("field", ["password", "token"])
def test_an_empty_secret_is_none_and_never_shown(field: str, secret: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Fields.model_validate({field: secret})
    assert "is empty" in str(caught.value) or "copy it anew" in str(caught.value)


@pytest.mark.parametrize("secret", ["two words", "tökén", "…"])
def test_a_token_that_no_header_can_carry_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError, match="copy it anew"):
        Fields(token=SecretStr(secret))
