"""How amounts are written."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.cli.money import amount


@pytest.mark.parametrize(
    ("cost", "expected"),
    [("0", "0.00"), ("0.2", "0.20"), ("0.015", "0.015"), ("0.200000", "0.20"), ("12", "12.00"), ("1E+3", "1000.00")],
)
def test_an_amount_has_cents_and_more_where_there_is_more(cost: str, expected: str) -> None:
    assert expected == amount(Decimal(cost))
