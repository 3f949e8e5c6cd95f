"""Failed charges, day by day: tried as the ladder has it, told as it is, and ended as the merchant chose."""

from __future__ import annotations

from tests.dunning.ward import DAY, Ward


def test_a_refusal_is_tried_on_four_days_told_each_time_and_then_paused(ward: Ward) -> None:
    ward.bank("INSUFFICIENT_FUNDS")
    ward.until(4)
    assert ward.tries() == [("04 14", "failed")]
    assert (ward.case.decline, ward.case.next_step) == ("soft", "retry")
    assert f"{ward.case.next_step_at:%d %H}" == "05 14"
    assert ward.contract().at_risk_since is not None
    ward.until(11)
    ward.until(20, step=3 * DAY)
    assert ward.tries() == [(day, "failed") for day in ("04 14", "05 14", "07 14", "09 14", "11 14")]
    assert (ward.case.state, ward.case.final_action, ward.case.failures) == ("exhausted", "pause", 5)
    assert ward.contract().status == "PAUSED" and ward.contract().at_risk_since is None
    assert [bool(fact.data.get("quiet")) for fact in ward.facts("payment.failed")] == [False] * 4 + [True]
    (ended,) = ward.facts("payment.exhausted")
    assert ended.data["told"], "of the last failure the shopper hears one thing, how it ended"
    assert ward.paid() == []


def test_the_bank_pays_at_the_second_try_and_nothing_is_tried_any_more(ward: Ward) -> None:
    ward.bank("CARD_DECLINED")
    ward.until(4)
    ward.bank(None)
    ward.until(9)  # past the next days of the ladder
    ward.until(20, step=4 * DAY)
    assert ward.tries() == [("04 14", "failed"), ("05 14", "settled")]
    assert ward.case.state == "recovered"
    assert ward.paid() == [(1, False)]
    assert len(ward.facts("payment.recovered")) == 1
    assert ward.contract().status == "ACTIVE" and ward.contract().at_risk_since is None
