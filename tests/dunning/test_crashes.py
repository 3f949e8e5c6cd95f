"""Dying at every line of a retry and of a ladder's end: nobody pays twice, nothing is forgotten, all is told once."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

import pytest

from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.kit import crashpoints
from shopify_app.kit.crashpoints import Killed
from tests.dunning.clinic import Clinic

RETRY = [
    point
    for point in crashpoints.POINTS
    if point.startswith(("dunning.after_look", "dunning.after_claim", "billing."))
]


def _dying_once_at(clinic: Clinic, point: str, day: int, hour: int = 14) -> bool:
    """Live until a day, dying the first time the point is reached; answers whether it was."""
    deaths = [point]

    def die() -> None:
        if deaths:
            deaths.pop()
            raise Killed

    with ExitStack() as armed:
        armed.enter_context(crashpoints.armed(point, die))
        for _ in range(3):
            try:
                clinic.until(day, hour)
                break
            except Killed:
                clinic.leases_end()
                clinic.work()
    return not deaths


@pytest.mark.parametrize("point", RETRY)
def test_dying_in_a_retry_charges_once_and_forgets_nothing(clinic: Clinic, point: str) -> None:
    clinic.bank("CARD_DECLINED")
    clinic.until(4)
    clinic.bank(None)
    reached = _dying_once_at(clinic, point, 5)
    clinic.leases_end()
    clinic.until(5, 18, step=timedelta(hours=1))
    if not point.startswith("billing.settling") and point != "billing.after_settled":
        assert reached, "else this test shows nothing"
    assert len(clinic.till.ledger()) == 1
    assert clinic.case.state == "recovered" and len(clinic.facts("payment.recovered")) == 1


@pytest.mark.parametrize("final", ["skip", "pause", "cancel"])
def test_dying_after_the_last_action_tells_it_all_the_same(clinic: Clinic, final: str) -> None:
    clinic.ladder(Decline.SOFT, final=final)
    clinic.bank("CARD_DECLINED")
    assert _dying_once_at(clinic, "dunning.after_final_before_record", 4)
    clinic.leases_end()
    clinic.until(6)
    assert (clinic.case.state, clinic.case.final_action) == ("exhausted", final)
    assert len(clinic.facts("payment.exhausted")) == 1
