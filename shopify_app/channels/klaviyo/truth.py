"""Is a fact still worth telling? Asked before every try, because a delivery may have waited for days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from shopify_app.billing.models import CHALLENGED, BillingAttempt
from shopify_app.channels.kept import HAS_STATUS
from shopify_app.channels.klaviyo import methods, truth_of_edits, truth_of_stock
from shopify_app.channels.klaviyo.shelf import cycles
from shopify_app.contracts.models import CANCELLED, EXPIRED, BillingCycle, Contract
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.journal.models import Fact
from shopify_app.kit.db import is_among
from shopify_app.kit.speech import N_
from shopify_app.notices.rules import has_moved, why_not
from shopify_app.orders.models import CANCELLED as CANCELLED_DELIVERY
from shopify_app.orders.models import FulfillmentOrder
from shopify_app.shops.models import Shop
from shopify_app.stock.models import StockDecision


@dataclass(frozen=True)
class _Case:
    session: Session
    fact: Fact
    zone: ZoneInfo
    contract: Contract
    cycle: BillingCycle | None
    now: datetime
    decision: StockDecision | None


_OF_CYCLES = (
    BillingCycle.contract_id,
    BillingCycle.cycle_index,
    BillingCycle.status,
    BillingCycle.skipped,
    BillingCycle.due_at,
    BillingCycle.attempted_at,
)


def reasons(session: Session, facts: Sequence[Fact], now: datetime) -> dict[int, str | None]:
    """Return, by fact id, why a fact of one shop must not be told any more; None when it may.

    What has happened stays true for ever; an announcement does not, nor a failure that was made good. `now`: business
    time.
    """
    found: dict[int, str | None] = dict.fromkeys((fact.id for fact in facts), None)
    checked = [fact for fact in facts if fact.kind in _CHECKS]
    if not checked:
        return found
    shop_id = checked[0].shop_id
    zone = session.get_one(Shop, shop_id).zone
    gids = {fact.contract_gid for fact in checked}
    mine = select(Contract).where(Contract.shop_id == shop_id, is_among(Contract.shopify_gid, gids))
    if not any(_CHECKS[fact.kind] is _edited for fact in checked):
        mine = mine.options(load_only(Contract.shopify_gid, Contract.status))  # more is not looked at
    contracts = {contract.shopify_gid: contract for contract in session.scalars(mine)}
    known = cycles(session, shop_id, contracts, checked, load_only(*_OF_CYCLES))
    decided = truth_of_stock.decisions(session, checked)
    for fact in checked:
        contract = contracts.get(fact.contract_gid or "")
        if contract is None:
            found[fact.id] = N_("the contract is gone")
            continue
        cycle = known.get((contract.id, -1 if fact.cycle_index is None else fact.cycle_index))
        decision = decided.get(int(fact.data.get("decision") or 0))
        found[fact.id] = _CHECKS[fact.kind](_Case(session, fact, zone, contract, cycle, now, decision))
    return found


def no_longer_true(session: Session, fact: Fact, now: datetime) -> str | None:
    """Return why one fact must not be told any more, None when it may. `now`: business time."""
    return reasons(session, [fact], now)[fact.id]


def _upcoming(case: _Case) -> str | None:
    return why_not(case.contract, case.cycle, case.now) or _moved(case, case.fact.data.get("due_at"))


def _changed(case: _Case) -> str | None:
    """The change is told as long as it is the latest, and the order still lies ahead."""
    if _told_again(case):
        return N_("it was changed once more, and that is told instead")
    if otherwise := truth_of_stock.told_otherwise(case.fact):
        return otherwise
    after = case.fact.after or {}
    if not after.get("skipped"):
        return why_not(case.contract, case.cycle, case.now) or _moved(case, after.get("due_at"))
    return _skipped(case)


def _delivery(case: _Case) -> str | None:
    # it is paid for and is shipped even when the contract has ended since
    ships_at = case.fact.data.get("ships_at")
    if (
        ships_at
        and datetime.fromisoformat(ships_at).astimezone(case.zone).date() < case.now.astimezone(case.zone).date()
    ):
        return N_("the delivery was due already")
    row = case.session.scalar(
        select(FulfillmentOrder).where(
            FulfillmentOrder.shop_id == case.fact.shop_id,
            FulfillmentOrder.contract_gid == case.fact.contract_gid,
            FulfillmentOrder.shopify_gid == case.fact.data.get("fulfillment_order_gid"),
        )
    )
    if row is None:
        return None
    if row.status == CANCELLED_DELIVERY:
        return N_("the delivery was cancelled") if ships_at else None
    moved = ships_at and has_moved(datetime.fromisoformat(ships_at), row.fulfill_at, case.zone)
    return N_("the delivery was moved") if moved else None


def _failed(case: _Case) -> str | None:
    if case.fact.data.get("class") == Decline.ALREADY_PAID.value:
        return N_("Shopify says that this charge was paid already")
    if case.cycle is not None and case.cycle.status == "BILLED":
        return N_("the charge was paid since")
    if case.cycle is not None and case.cycle.skipped:
        return N_("the cycle is skipped")
    if case.contract.status in (CANCELLED, EXPIRED):
        return HAS_STATUS % {"status": case.contract.status.lower()}
    return None


def _action_required(case: _Case) -> str | None:
    attempt = case.session.get(BillingAttempt, case.fact.data.get("attempt_id") or 0)
    if attempt is None or attempt.state != CHALLENGED:
        return N_("the bank no longer waits for the shopper")
    return _failed(case)


def _unheard(case: _Case) -> str | None:
    return None if case.fact.data.get("told") else N_("the shopper was never told that it failed")


def _skipped(case: _Case) -> str | None:
    if case.contract.status in (CANCELLED, EXPIRED):
        return HAS_STATUS % {"status": case.contract.status.lower()}
    return None if case.cycle is None or case.cycle.skipped else N_("the cycle is no longer skipped")


def _unskipped(case: _Case) -> str | None:
    untold = truth_of_edits.skip_was_not_told(case.session, case.fact)
    return untold or why_not(case.contract, case.cycle, case.now)


def _rescheduled(case: _Case) -> str | None:
    otherwise = truth_of_stock.told_otherwise(case.fact) or why_not(case.contract, case.cycle, case.now)
    return otherwise or _moved(case, (case.fact.after or {}).get("expected_at"))


def _edited(case: _Case) -> str | None:
    return truth_of_edits.why_not(case.session, case.fact, case.contract)


def _stock(case: _Case) -> str | None:
    return truth_of_stock.why_not(case.fact, case.contract, case.cycle, case.decision, case.now)


def _method(case: _Case) -> str | None:
    return methods.why_not(case.session, case.fact, case.contract, case.now)


_CHECKS: dict[str, Callable[[_Case], str | None]] = {
    "order.skipped": _skipped,
    "order.unskipped": _unskipped,
    "order.moved": _rescheduled,
    "subscription.item_swapped": _edited,
    "subscription.item_added": _edited,
    "subscription.item_removed": _edited,
    "subscription.quantity_changed": _edited,
    "subscription.frequency_changed": _edited,
    "subscription.address_changed": _edited,
    "order.upcoming": _upcoming,
    "order.changed": _changed,
    "delivery.upcoming": _delivery,
    "delivery.changed": _delivery,
    "payment.failed": _failed,
    "payment.action_required": _action_required,
    "payment.recovered": _unheard,
    "payment.exhausted": _unheard,
    "payment_method.expiring": _method,
    "payment_method.removed": _method,
    **dict.fromkeys((*truth_of_stock.ANNOUNCED, *truth_of_stock.DONE, truth_of_stock.BACK), _stock),
}


def _moved(case: _Case, announced: str | None) -> str | None:
    """Another day is told as *Changed Upcoming Order*."""
    if case.cycle is None or case.cycle.due_at is None or announced is None:
        return None
    moved = has_moved(datetime.fromisoformat(announced), case.cycle.due_at, case.zone)
    return N_("the charge was moved") if moved else None


def _told_again(case: _Case) -> bool:
    later = select(Fact.id).where(
        Fact.shop_id == case.fact.shop_id,
        Fact.contract_gid == case.fact.contract_gid,
        Fact.cycle_index == case.fact.cycle_index,
        Fact.kind == case.fact.kind,
        Fact.id > case.fact.id,
    )
    return case.session.scalar(later.limit(1)) is not None
