"""Deciding orders that are short: by which policy, what happens without a choice, what may be chosen, by when."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Text, func, insert, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Product, Variant
from shopify_app.contracts import contents
from shopify_app.contracts.models import BillingCycle, Contract, ContractLine
from shopify_app.journal.record import record_all, row_of
from shopify_app.kit.bulk import write_back
from shopify_app.kit.db import Json, is_among, is_one_of, rows_of
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_
from shopify_app.shops.models import Shop
from shopify_app.stock import settings, supply
from shopify_app.stock.models import ItemStanding, StockCause, StockDecision, StockSettings
from shopify_app.stock.policy import SWAP, TELL, Order, Plan, Terms, plan
from shopify_app.stock.runway import Claim
from shopify_app.stock.supply import Shelf

HELD = N_("Something in this order is out of stock: nobody is charged before it is decided what happens.")
PROPOSED, TOLD, CHOSEN, DEFAULTED, APPLIED, RELEASED, CLOSED = (
    "proposed",
    "told",
    "chosen",
    "defaulted",
    "applied",
    "released",
    "closed",
)
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
LOW, OUT, DISCONTINUED = "low", "out", "discontinued"
"""Kinds of causes."""
POLICY = "policy"
"""The actor of what no person asked for."""


@dataclass(frozen=True)
class Substitute:
    """What a missing item may be swapped for, and how many units of it nobody else needs (None: unlimited)."""

    variant: Variant
    product: Product | None
    spare: int | None

    def has(self, units: int) -> bool:
        """Answer whether so many units of it are free."""
        return self.spare is None or units <= self.spare

    def as_json(self) -> Json:
        """Return it as facts tell it; `price` is a unit's in the shop, in the shop's currency."""
        return {
            "variant_gid": self.variant.shopify_gid,
            "product_gid": self.variant.product_gid,
            "title": self.product.title if self.product else self.variant.title,
            "variant_title": None if self.variant.title == contents.ONLY_VARIANT else self.variant.title,
            "price": None if self.variant.price is None else str(self.variant.price),
            "image_url": self.product.image_url if self.product else None,
        }


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


def open_of_item(session: Session, shop_id: int, item_gid: str) -> Sequence[StockDecision]:
    """Return what was decided about an item and is not over."""
    query = (
        select(StockDecision)
        .join(StockCause, StockCause.id == StockDecision.cause_id)
        .where(StockCause.shop_id == shop_id, StockCause.item_gid == item_gid, StockDecision.ended_at.is_(None))
    )
    return session.scalars(query.order_by(StockDecision.id)).all()


def propose(session: Session, cause: StockCause, claims: Sequence[Claim], now: datetime) -> None:
    """Write a row for each of these orders, which are held already: nothing can happen to them before it is decided.

    What is decided, and the telling, follow in the order of their charges (`tell_next`).
    """
    rounds = _rounds(session, cause)
    given = rows_of(
        [
            (
                one.contract_id,
                one.cycle_index,
                one.variant_gid,
                rounds.get(_place(one), 0) + 1,
                one.units,
                one.charge_at,
            )
            for one in claims
        ],
        BigInteger(),
        Integer(),
        Text(),
        Integer(),
        Integer(),
        DateTime(timezone=True),
    )
    values = {
        "shop_id": literal(cause.shop_id),
        "cause_id": literal(cause.id),
        "contract_id": given.c.a,
        "cycle_index": given.c.b,
        "variant_gid": given.c.c,
        "round": given.c.d,
        "units": given.c.e,
        "charge_at": given.c.f,
        "terms": literal({}, JSONB()),
        "options": literal([], JSONB()),
        "default": literal(""),
        "state": literal(PROPOSED),
        "decided_at": literal(now, DateTime(timezone=True)),
    }
    rows = insert(StockDecision).from_select(list(values), select(*values.values()))
    session.connection().execute(rows)


def tell_next(
    session: Session,
    shop: Shop,
    on: Shelf,
    how: StockSettings,
    standing: ItemStanding,
    now: datetime,
    limit: int,
) -> int:
    """Decide and tell the next few orders that an item's causes struck; returns how many there were."""
    query = (
        select(StockDecision)
        .join(StockCause, StockCause.id == StockDecision.cause_id)
        .where(StockCause.shop_id == shop.id, StockCause.item_gid == on.item_gid)
        .where(StockDecision.state == PROPOSED, StockDecision.ended_at.is_(None))
        .order_by(StockDecision.charge_at, StockDecision.contract_id)
        .limit(limit)
    )
    rows = session.scalars(query.with_for_update(of=StockDecision)).all()
    if not rows:
        return 0
    known = {_key(row): row for row in rows}
    causes = {row.cause_id: session.get_one(StockCause, row.cause_id) for row in rows}
    claims = [_claim_of(row) for row in rows]
    weighed = weigh(session, shop.id, how, claims, now, is_gone=standing.discontinued_at is not None)
    facts = []
    for each in weighed:
        row = known.pop(_place(each.claim))
        _decide(row, each, how, now)
        facts.append(_fact(shop, causes[row.cause_id], on, each, row, standing, now))
    for row in known.values():  # the order or its item is no longer there
        row.state, row.reason, row.ended_at = CLOSED, "the order needs it no longer", now
    names = ("terms", "options", "default", "act_at", "state", "told_at", "reason", "ended_at")
    write_back(session, rows, *names)
    session.expunge_all()
    record_all(session, facts)
    return len(rows)


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


def substitute(
    session: Session, shop_id: int, variant_gid: str, until: datetime, but: int | None = None
) -> Substitute | None:
    """Return a variant with the units that are left when all its own subscribers until then were served.

    What staff keeps back for later renewals (`kept.py`) is not left either: a swap is no renewal of this item.
    None when Shopify has it no longer. What is promised to the decision `but` counts as free.
    """
    variant = session.scalar(select(Variant).where(Variant.shop_id == shop_id, Variant.shopify_gid == variant_gid))
    if variant is None or variant.price is None:
        return None
    mine = (Product.shop_id == shop_id, Product.shopify_gid == variant.product_gid)
    product = session.scalar(select(Product).where(*mine))
    if product is None or product.deleted_at is not None or product.status != "ACTIVE":
        return None
    if variant.inventory_item_gid is None or not supply.is_limited(variant):
        return Substitute(variant, product, None)
    on = supply.shelf(session, shop_id, variant.inventory_item_gid)
    if on.units is None:
        return Substitute(variant, product, None)
    needed = sum(claim.units for claim in supply.claims(session, shop_id, on, until))
    mine = (ItemStanding.shop_id == shop_id, ItemStanding.item_gid == on.item_gid)
    needed = max(needed, session.scalar(select(ItemStanding.kept_units).where(*mine)) or 0)
    return Substitute(variant, product, max(0, on.units - needed - _promised(session, shop_id, variant_gid, but)))


def _promised(session: Session, shop_id: int, variant_gid: str, but: int | None) -> int:
    """Units that are told as what comes instead, and are in no order yet."""
    mine = [StockDecision.shop_id == shop_id, StockDecision.ended_at.is_(None), StockDecision.done.is_(None)]
    if but is not None:
        mine.append(StockDecision.id != but)
    word = func.coalesce(StockDecision.choice, StockDecision.default)
    swaps = (word == SWAP, StockDecision.terms["swap_variant_gid"].astext == variant_gid)
    return int(session.scalar(select(func.sum(StockDecision.units)).where(*mine, *swaps)) or 0)


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


def _rounds(session: Session, cause: StockCause) -> Counter[tuple[int, int, str]]:
    """How often this cause has struck each order before."""
    columns = (StockDecision.contract_id, StockDecision.cycle_index, StockDecision.variant_gid)
    query = select(*columns, func.max(StockDecision.round)).where(StockDecision.cause_id == cause.id)
    return Counter({(row[0], row[1], row[2]): row[3] for row in session.execute(query.group_by(*columns))})


def is_for(row: StockDecision, expected_at: datetime) -> bool:
    """Answer whether an order still has the date it was decided for, or one that we gave it."""
    dates = (row.terms.get(name) for name in ("expected_at", "wait_until", "moved_to"))
    return any(date is not None and datetime.fromisoformat(date) == expected_at for date in dates)


def _place(claim: Claim) -> tuple[int, int, str]:
    return claim.contract_id, claim.cycle_index, claim.variant_gid


def _key(row: StockDecision) -> tuple[int, int, str]:
    return row.contract_id, row.cycle_index, row.variant_gid


def _claim_of(row: StockDecision) -> Claim:
    at = row.charge_at
    return Claim(row.contract_id, row.cycle_index, 0, row.variant_gid, row.units, at, at)


def _decide(row: StockDecision, each: Weighed, how: StockSettings, now: datetime) -> None:
    row.terms = {
        **_kept(each.terms),
        "scope": each.scope,
        "wait_until": each.wait_until.isoformat() if each.wait_until else None,
        "expected_at": each.expected_at.isoformat(),
        "item": item_of(each.line, each.claim.units),
    }
    row.options, row.default = list(each.plan.options), each.plan.default
    row.act_at = act_at(each.plan.default, each.claim.charge_at, each.expected_at, how, now)
    row.state, row.told_at = TOLD, now


@lru_cache(256)
def _kept(terms: Terms) -> Json:
    return terms.as_json()


def _fact(
    shop: Shop,
    cause: StockCause,
    on: Shelf,
    each: Weighed,
    row: StockDecision,
    standing: ItemStanding,
    now: datetime,
) -> Json:
    out_on = standing.runs_out_at and standing.runs_out_at.astimezone(shop.zone).date().isoformat()
    data = {
        "decision": row.id,
        "cause": cause.id,
        "kind": cause.kind,
        "item": item_of(each.line, each.claim.units),
        "available": max(on.units or 0, 0),
        "charge_at": each.claim.charge_at.isoformat(),
        "runs_out_on": out_on,
        "options": list(each.plan.options),
        "default": each.plan.default,
        "default_at": row.act_at.isoformat() if row.act_at else None,
        "wait_until": each.wait_until.isoformat() if each.wait_until else None,
        "alternatives": [each.substitute.as_json()] if each.substitute else [],
        "expected_back_on": standing.expected_back_on.isoformat() if standing.expected_back_on else None,
    }
    return row_of(
        shop.id,
        key=f"stock.{cause.kind}:{number_of(each.contract.shopify_gid)}:{each.claim.cycle_index}:{row.id}",
        kind=f"stock.{cause.kind}",
        occurred_at=now,
        contract_gid=each.contract.shopify_gid,
        customer_gid=each.contract.customer_gid,
        cycle_index=each.claim.cycle_index,
        actor=POLICY,
        cause="stock",
        data=data,
    )


def item_of(line: Any, units: int) -> Json:
    """Return an item as facts tell it."""
    return {
        "variant_gid": line.variant_gid,
        "product_gid": line.product_gid,
        "title": line.title,
        "variant_title": line.variant_title,
        "sku": line.sku,
        "quantity": units,
        "image_url": line.image_url,
    }
