"""Weighing orders that are short: by which policy, what happens without a choice, what may be chosen, by when.

Changes nothing: `tell.py` writes it down, `what_if.py` shows it before a policy is saved.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.contracts import contents
from shopify_app.contracts.models import BillingCycle, Contract, ContractLine
from shopify_app.kit.db import is_among, is_one_of
from shopify_app.stock import settings
from shopify_app.stock.instead import Substitute, substitute
from shopify_app.stock.models import StockSettings
from shopify_app.stock.policy import SWAP, TELL, Order, Plan, Terms, plan
from shopify_app.stock.runway import Claim

_OF_LINES = (
    "variant_gid",
    "product_gid",
    "title",
    "variant_title",
    "sku",
    "quantity",
    "discounted_price",
    "selling_plan_gid",
    "image_url",
)


@dataclass(frozen=True)
class Weighed:
    """One short order with everything its decision says; `contract`, `expected_at` and `line` as they are now."""

    claim: Claim
    contract: Any
    expected_at: datetime
    line: Any
    scope: str
    terms: Terms
    plan: Plan
    wait_until: datetime | None
    substitute: Substitute | None


def weigh(
    session: Session,
    shop_id: int,
    how: StockSettings,
    claims: Sequence[Claim],
    now: datetime,
    *,
    is_gone: bool = False,
    terms: dict[tuple[str, str], Terms] | None = None,
) -> list[Weighed]:
    """Say what becomes of each short order; changes nothing. `terms`: policies to be tried out, else the shop's."""
    known = terms or settings.policies(session, shop_id)
    contracts, lines = _contracts(session, claims)
    found, following = _cycles(session, claims)
    substitutes: dict[str, Substitute | None] = {}
    used: Counter[str] = Counter()
    weighed = []
    for claim in claims:
        contract, cycle = contracts.get(claim.contract_id), found.get((claim.contract_id, claim.cycle_index))
        if contract is None or cycle is None:
            continue
        order = contents.parsed(cycle.contents).lines if cycle.contents else lines[claim.contract_id]
        line = next((each for each in order if each.variant_gid == claim.variant_gid), None)
        if line is None:
            continue
        scope, policy = settings.pick(known, line.product_gid, line.selling_plan_gid)
        after = following.get((claim.contract_id, claim.cycle_index + 1))
        until = None if is_gone else wait_until(cycle.expected_at, policy, how, after)
        other = _substitute(session, shop_id, substitutes, policy, claim, how, now)
        if other is not None and not other.has(claim.units + used[other.variant.shopify_gid]):
            other = None
        what = plan(policy, _order(order, claim, until, other), contract.out_of_stock)
        if other is not None and what.default == SWAP:
            used[other.variant.shopify_gid] += claim.units
        weighed.append(Weighed(claim, contract, cycle.expected_at, line, scope, policy, what, until, other))
    return weighed


def wait_until(
    expected_at: datetime, terms: Terms, how: StockSettings, following_at: datetime | None
) -> datetime | None:
    """Return until when an order can wait: its policy's limit, but never close to the next order; None: it cannot."""
    limit = expected_at + timedelta(days=terms.max_delay_days)
    if following_at is not None:
        limit = min(limit, following_at - timedelta(days=max(how.min_gap_days, 1)))
    return limit if limit >= expected_at + timedelta(days=1) else None


def act_at(default: str, charge_at: datetime, expected_at: datetime, how: StockSettings, now: datetime) -> datetime:
    """Return when it is done what was chosen or happens by itself; what is only told, a person decides on the day."""
    first = min(charge_at, expected_at)
    return max(now, first if default == TELL else first - timedelta(hours=how.consent_hours))


def _order(lines: Sequence[Any], claim: Claim, until: datetime | None, other: Substitute | None) -> Order:
    rest = [line for line in lines if line.variant_gid != claim.variant_gid]
    value = sum((line.discounted_price for line in rest), Decimal(0))
    return Order(sum(line.quantity for line in rest), value, until is not None, other is not None)


def _substitute(
    session: Session,
    shop_id: int,
    known: dict[str, Substitute | None],
    terms: Terms,
    claim: Claim,
    how: StockSettings,
    now: datetime,
) -> Substitute | None:
    """What a policy swaps an item for, with the units that its own subscribers do not need; read once for all."""
    gid = terms.swap_variant_gid
    if gid is None or gid == claim.variant_gid:
        return None
    if gid not in known:
        known[gid] = substitute(session, shop_id, gid, now + timedelta(days=how.ahead_days))
    return known[gid]


def _contracts(session: Session, claims: Sequence[Claim]) -> tuple[dict[int, Any], defaultdict[int, list[Any]]]:
    """The claims' contracts and their lines, as plain rows: there may be many thousand."""
    ids = {claim.contract_id for claim in claims}
    columns = (Contract.id, Contract.shopify_gid, Contract.customer_gid, Contract.out_of_stock)
    contracts = {row.id: row for row in session.execute(select(*columns).where(is_among(Contract.id, ids)))}
    lines: defaultdict[int, list[Any]] = defaultdict(list)
    query = select(ContractLine.contract_id, *(getattr(ContractLine, name) for name in _OF_LINES))
    query = query.where(is_among(ContractLine.contract_id, ids)).order_by(ContractLine.position)
    for row in session.execute(query):
        lines[row.contract_id].append(row)
    return contracts, lines


def _cycles(
    session: Session, claims: Sequence[Claim]
) -> tuple[dict[tuple[int, int], Any], dict[tuple[int, int], datetime]]:
    """The claims' cycles, and when the ones after them are expected."""
    pairs = sorted({(claim.contract_id, claim.cycle_index) for claim in claims})
    after = [(contract_id, index + 1) for contract_id, index in pairs]
    columns = (BillingCycle.contract_id, BillingCycle.cycle_index, BillingCycle.expected_at, BillingCycle.contents)
    query = select(*columns).where(is_one_of(pairs, BillingCycle.contract_id, BillingCycle.cycle_index))
    found = {(row.contract_id, row.cycle_index): row for row in session.execute(query)}
    query = select(*columns).where(is_one_of(after, BillingCycle.contract_id, BillingCycle.cycle_index))
    return found, {(row.contract_id, row.cycle_index): row.expected_at for row in session.execute(query)}
