"""A subscription's history shows its mails: planned, dropped with the reason, changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shopify_app.contracts.models import BillingCycle
from shopify_app.journal.models import Fact
from shopify_app.notices.models import Notice
from tests.web import rows
from tests.web.conftest import NOW, Admin
from tests.web.test_settings import GOOD

DUE = datetime(2026, 12, 5, 14, tzinfo=UTC)


def _notice(contract, lead: int, **columns) -> Notice:
    values = {"plan_at": DUE - timedelta(days=lead), "planned_at": NOW, "planned_for": DUE, "state": "planned"}
    return Notice(
        shop_id=contract.shop_id, contract_id=contract.id, cycle_index=4, kind="upcoming", lead_days=lead,
        **(values | columns),
    )  # fmt: skip


def test_plans_and_what_was_dropped_stand_in_the_history(admin: Admin):
    with admin.context.db.session() as session:
        contract = rows.contract(session, admin.shop_id, 7)
        session.add(_notice(contract, 3))
        session.add(_notice(contract, 7, state="dropped", dropped_at=NOW, reason="the cycle is skipped"))
        changed = {"before": {"due_at": DUE.isoformat()}, "after": {"skipped": True}, "actor": "merchant:1"}
        rows.fact(session, contract, "order.changed", data={"changes": ["skipped"]}, **changed)
    html = admin.get("/contracts/7").text
    assert "Mail about the order of Sat, Dec 5, 2026 planned for Wed, Dec 2, 2026." in html
    assert "No mail 7 days before the order of Sat, Dec 5, 2026: the cycle is skipped." in html
    assert "An announced order changed by you or your staff: it is skipped." in html


def test_other_leads_are_saved_with_who_chose_them_and_planned_anew(admin: Admin):
    with admin.context.db.session() as session:
        contract = rows.contract(session, admin.shop_id, 7)
        rows.cycle(session, contract, 4, DUE, notices_for=DUE)
    text = admin.post("/settings", **(GOOD | {"lead_days": "60, 14"})).text
    assert "Shoppers are told 60 and 14 days before an order, chosen by you or your staff." in text
    admin.post("/settings", **(GOOD | {"lead_days": "14, 60"}))
    with admin.context.db.session() as session:
        (fact,) = session.query(Fact).all()
        assert (fact.before, fact.after) == ({"lead_days": [7, 3]}, {"lead_days": [60, 14]})
        assert session.query(BillingCycle).one().notices_for is None
