"""Cards that expire: told 30, 15 and 3 days before their last day, once each, and only if a charge comes later."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shopify_app.cards import rule, settings
from shopify_app.cards.affected import charged_after
from shopify_app.contracts.mirror import find
from shopify_app.edits.contract.statuses import Cancel, Pause, Resume
from tests.billing.till import Till
from tests.cards.wallet import card, facts, look, notices, on
from tests.edits.desk import ME, ask

ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def expiring_card(till: Till) -> Till:
    """A monthly subscription whose card is good through February 28; it is January 20."""
    on(till, "2027-01-20")
    card(till, expiry_month=2, expiry_year=2027)
    look(till)
    return till


def test_it_is_told_at_each_lead_once(expiring_card: Till) -> None:
    till, told = expiring_card, []
    for day in ("01-28", "01-29", "02-12", "02-13", "02-24", "02-25", "02-26", "02-28", "03-01"):
        on(till, f"2027-{day}")
        till.mirror()
        told.append([lead for _, lead in look(till)])
    assert told == [[], [30], [30], [30, 15], [30, 15], *[[30, 15, 3]] * 4]
    last = facts(till)[-1]
    assert last.data["expires_on"] == "2027-02-28" and last.data["days_until_expiry"] == 3
    assert last.data["contracts"] == [last.contract_gid] and not last.data["late_notice"]
    next_at = datetime.fromisoformat(last.data["next_charge_at"])
    assert next_at.astimezone(ZONE).date() > date(2027, 2, 28)
    assert last.customer_gid and "4242" not in str(last.data)


def test_a_card_found_late_is_told_once_at_the_nearest_lead(till: Till) -> None:
    on(till, "2027-02-17")
    card(till, expiry_month=2, expiry_year=2027)
    assert look(till)[-1] == look(till)[-1] == ("expiring", 15)
    assert facts(till)[-1].data["late_notice"] and notices(till)[30][0] == "dropped"
    on(till, "2027-02-25")
    assert [lead for kind, lead in look(till) if kind == "expiring"] == [15, 3]


def test_one_that_was_renewed_in_between_is_not_told_again(expiring_card: Till) -> None:
    till = expiring_card
    on(till, "2027-01-29")
    assert [kind for kind, _ in look(till)] == ["expiring"]
    card(till, expiry_month=2, expiry_year=2031)
    on(till, "2027-02-27")
    assert look(till) == [("expiring", 30), ("updated", "updated")]
    assert notices(till)[3] == ("dropped", "the card was renewed")


def test_nothing_is_told_when_no_charge_comes_after_it(expiring_card: Till) -> None:
    till = expiring_card
    assert ask(till, Cancel("other")).is_done
    for day in ("01-29", "02-13", "02-25", "03-02"):
        on(till, f"2027-{day}")
        assert look(till) == []
    assert {reason for _, reason in notices(till).values()} <= {
        "the card has expired",
        "a notice nearer to the last day takes its place",
    }


def test_a_subscription_that_is_resumed_meanwhile_is_told_then(expiring_card: Till) -> None:
    till = expiring_card
    assert ask(till, Pause()).is_done
    on(till, "2027-02-01")
    assert look(till) == [] and notices(till)[30][0] == "planned"
    assert ask(till, Resume(), "r2").is_done
    on(till, "2027-02-03")
    till.mirror()
    assert look(till) == [("expiring", 30)] and facts(till)[0].data["late_notice"]


def test_a_removed_card_and_a_shop_that_chose_other_leads(expiring_card: Till) -> None:
    till = expiring_card
    on(till, "2027-01-27")
    assert look(till) == [] and set(notices(till)) == {30, 15, 3}
    with till.ctx.db.session() as session:
        assert settings.change(session, till.shop_id, [10], ME, till.now)
        assert not settings.change(session, till.shop_id, [10], ME, till.now)
    assert [fact.after for fact in till.facts("cards.leads_changed")] == [{"lead_days": [10]}]
    look(till)
    on(till, "2027-02-19")
    assert look(till) == [("expiring", 10)] and notices(till)[30] == notices(till)[15]
    on(till, "2027-02-26")
    assert look(till) == [("expiring", 10)]


@given(
    leads=some.sets(some.integers(1, 60), min_size=1, max_size=3),
    found=some.integers(-5, 90),
    hour=some.integers(0, 23),
    month=some.integers(1, 12),
)
def test_of_any_leads_each_is_told_at_most_once_and_none_early_or_after_the_last_day(
    leads: set[int], found: int, hour: int, month: int
) -> None:
    """Days pass one by one from `found` days before the last day; what is ripe and nearest is told."""
    last = date(2028, month, 28)
    told: list[tuple[int, int]] = []
    planned = {lead: rule.plan_at(last, lead, ZONE, hour) for lead in leads}
    for ahead in range(found, -4, -1):
        now = datetime.combine(last - timedelta(days=ahead), datetime.min.time(), tzinfo=ZONE).astimezone(UTC)
        now += timedelta(hours=23, minutes=30)
        for lead in [lead for lead, at in planned.items() if at <= now]:
            del planned[lead]
            if ahead >= 0 and rule.is_nearest(lead, leads, last, ZONE, hour, now):
                told.append((lead, ahead))
    expected = {lead for lead in leads if lead <= found} | {min((one for one in leads if one > found), default=0)}
    nearest_late = min((one for one in leads if one >= found), default=None)
    assert len({lead for lead, _ in told}) == len(told) and all(ahead <= lead for lead, ahead in told)
    assert {lead for lead, _ in told} <= expected | {nearest_late}
    if found >= 0:
        assert {lead for lead in leads if lead < found} <= {lead for lead, _ in told}
        assert sum(ahead != lead for lead, ahead in told) <= 1
    else:
        assert told == []
    assert rule.good_until(last, ZONE) > rule.plan_at(last, 1, ZONE, hour)


def test_a_charge_on_the_last_day_itself_is_no_danger(till: Till) -> None:
    """The cycle that is due on December 31 is fine with a card that is good through December; the next is not."""
    with till.ctx.db.session() as session:
        contract = find(session, till.shop_id, till.contract().shopify_gid)
        assert contract is not None and contract.next_charge_at is not None
        last = contract.next_charge_at.astimezone(ZONE).date()
        ((_, at),) = charged_after(session, till.shop_id, str(contract.payment_method_gid), last, ZONE)
        assert at.astimezone(ZONE).date() > last
        day_before = last - timedelta(days=1)
        ((_, first),) = charged_after(session, till.shop_id, str(contract.payment_method_gid), day_before, ZONE)
        assert first.astimezone(ZONE).date() == last
