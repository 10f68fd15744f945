from __future__ import annotations

import pytest

from bot.intake import Names


@pytest.fixture(scope="session")
def names() -> Names:
    return Names(accounts=frozenset({"bluesky", "sport"}), networks=frozenset({"bluesky", "outbox"}))
