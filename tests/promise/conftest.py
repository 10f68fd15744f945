"""How hard the promise is tried: `pytest tests/promise --hypothesis-profile=nightly` is a night's worth."""

from __future__ import annotations

from hypothesis import Phase, settings

settings.register_profile("nightly", max_examples=10_000)
settings.register_profile("mutants", max_examples=1_500, database=None, phases=[Phase.explicit, Phase.generate])
