"""A slice of `bin/chaos` that is small enough for every test run; the whole is 2,000 contracts and three cycles."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.plan import Plan
from tests.chaos.run import play

pytestmark = pytest.mark.slow

HURRY = {"patience_s": 8.0, "kill_after_s": (2.0, 6.0)}
SLICE = Plan(contracts=80, cycles=1, interval="WEEK", seed=2, enough=2, spread=1, **HURRY)


def test_eighty_contracts_are_charged_once_while_everything_dies(tmp_path: Path) -> None:
    outcome = play(tmp_path / "chaos", SLICE, minutes=9)

    assert outcome.verdict.clean, outcome
    assert outcome.verdict.due == outcome.verdict.charged == SLICE.charges
    assert outcome.counts(SLICE.enough), outcome
