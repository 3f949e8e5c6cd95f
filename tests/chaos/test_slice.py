"""A slice of `bin/chaos` that is small enough for every test run; the whole is 2,000 contracts and three cycles."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.plan import Plan
from tests.chaos.run import play

pytestmark = pytest.mark.slow

SLICE = Plan(contracts=60, cycles=1, interval="WEEK", seed=2, enough=2, spread=1, patience_s=7.0)


def test_sixty_contracts_are_charged_once_while_everything_dies(tmp_path: Path) -> None:
    outcome = play(tmp_path / "chaos", SLICE, minutes=9)

    assert outcome.verdict.clean, outcome
    assert outcome.verdict.due == outcome.verdict.charged == SLICE.charges
    assert outcome.counts(SLICE.enough), outcome
