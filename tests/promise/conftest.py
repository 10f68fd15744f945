"""How hard the promise is tried: `pytest tests/promise --hypothesis-profile=nightly` is a night's worth."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings

pytest.register_assert_rewrite("promise.ending")  # so that a verdict says what it saw

settings.register_profile("nightly", max_examples=10_000)
settings.register_profile(
    "mutants",
    max_examples=1_500,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
)
