"""Open cases of failed charges as the page reads them: by who can help, oldest first, in one question each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from shopify_app.billing.models import OPEN_STATES, BillingAttempt
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.dunning.models import OPEN, DunningCase
from shopify_app.dunning.policy import HELPS, Step
from shopify_app.shoppers.models import PaymentMethod, Shopper
from shopify_app.web.admin.listing.pages import Cursor
from shopify_app.web.admin.queries import Sums

DECISION, MERCHANT, SHOPPER, STOCK, NOBODY = "decision", "merchant", "shopper", "stock", "nobody"
GROUPS = (DECISION, MERCHANT, SHOPPER, STOCK, NOBODY)
"""Who can help, most urgent for the merchant first."""
NEED_MERCHANT = (DECISION, MERCHANT)
PAGE, FEW = 50, 5


@dataclass(frozen=True)
class Row:
    """A case with what a page says of it. `attempt` is the one it was last left with; `flying` is under way now."""

    case: DunningCase
    group: str
    contract: Contract
    attempt: BillingAttempt
    flying: BillingAttempt | None
    cycle: BillingCycle | None
    shopper: Shopper | None
    method: PaymentMethod | None


@dataclass(frozen=True)
class Count:
    """How many open cases a group has, and what they are worth."""

    number: int
    sums: Sums


NONE = Count(0, {})
_Flying = aliased(BillingAttempt)
Rows = Select[DunningCase, str, Contract, BillingAttempt, BillingAttempt, BillingCycle, Shopper, PaymentMethod]


def group() -> ColumnElement[str]:
    """The group of a case: who can help, or a person once it is parked."""
    by_helper = {
        helper: [decline.value for decline, who in HELPS.items() if who == helper]
        for helper in (MERCHANT, SHOPPER, STOCK)
    }
    return case(
        (DunningCase.next_step == Step.PERSON.value, DECISION),
        *((DunningCase.decline.in_(classes), helper) for helper, classes in by_helper.items()),
        else_=NOBODY,
    )


def counts(session: Session, shop_id: int) -> dict[str, Count]:
    """Return group → number and sums of the open cases, for groups that have any."""
    of = group().label("of")
    query = (
        select(of, DunningCase.currency, func.count(), func.sum(DunningCase.amount))
        .where(*is_open(shop_id))
        .group_by(of, DunningCase.currency)
    )
    found: dict[str, Count] = {}
    for name, currency, number, total in session.execute(query):
        known = found.get(name, NONE)
        found[name] = Count(known.number + number, known.sums | {currency: total})
    return found


def need_merchant(session: Session, shop_id: int) -> int:
    """Count the open cases that only the merchant can help."""
    query = select(func.count()).select_from(DunningCase)
    return session.scalar(query.where(*is_open(shop_id), group().in_(NEED_MERCHANT))) or 0


def few(session: Session, shop_id: int) -> list[Row]:
    """Return the FEW oldest open cases of each group."""
    rank = func.row_number().over(partition_by=group(), order_by=(DunningCase.opened_at, DunningCase.id))
    ranked = select(DunningCase.id, rank.label("rank")).where(*is_open(shop_id)).subquery()
    query = _rows().join(ranked, ranked.c.id == DunningCase.id).where(ranked.c.rank <= FEW)
    return _read(session, query.order_by(DunningCase.opened_at, DunningCase.id))


def page(session: Session, shop_id: int, name: str, after: Cursor | None) -> list[Row]:
    """Return up to PAGE cases of one group, oldest first, and one more if there is another page."""
    oldest = (DunningCase.opened_at, DunningCase.id)
    shown = select(DunningCase.id).where(*is_open(shop_id), group() == name).order_by(*oldest).limit(PAGE + 1)
    if after is not None:
        later = and_(DunningCase.opened_at == after.at, DunningCase.id > after.id)
        shown = shown.where(or_(DunningCase.opened_at > after.at, later))
    return _read(session, _rows().where(DunningCase.id.in_(shown)).order_by(*oldest))


def find(session: Session, shop_id: int, number: str) -> Row | None:
    """Return this shop's case of that number, open or over, with what its order holds; None when there is none."""
    if not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    mine = (DunningCase.shop_id == shop_id, DunningCase.id == int(number))
    return next(iter(_read(session, _rows().where(*mine).options(selectinload(Contract.lines)))), None)


def of_contract(session: Session, contract: Contract) -> Sequence[Row]:
    """Return the open cases of a subscription, oldest first."""
    mine = (*is_open(contract.shop_id), DunningCase.contract_id == contract.id)
    return _read(session, _rows().where(*mine).order_by(DunningCase.opened_at, DunningCase.id))


def is_open(shop_id: int) -> tuple[ColumnElement[bool], ...]:
    """`closed_at`, too, because the index knows open cases by it."""
    return (DunningCase.shop_id == shop_id, DunningCase.closed_at.is_(None), DunningCase.state == OPEN)


def _rows() -> Rows:
    cycle = and_(
        BillingCycle.contract_id == DunningCase.contract_id, BillingCycle.cycle_index == DunningCase.cycle_index
    )
    shopper = and_(Shopper.shop_id == Contract.shop_id, Shopper.shopify_gid == Contract.customer_gid)
    method = and_(PaymentMethod.shop_id == Contract.shop_id, PaymentMethod.shopify_gid == Contract.payment_method_gid)
    flying = and_(
        _Flying.shop_id == DunningCase.shop_id,
        _Flying.contract_id == DunningCase.contract_id,
        _Flying.cycle_index == DunningCase.cycle_index,
        _Flying.state.in_(OPEN_STATES),  # at most one, says an index
    )
    query = select(DunningCase, group(), Contract, BillingAttempt, _Flying, BillingCycle, Shopper, PaymentMethod)
    return (
        query.join(Contract, Contract.id == DunningCase.contract_id)
        .join(BillingAttempt, BillingAttempt.id == DunningCase.attempt_id)
        .outerjoin(_Flying, flying)
        .outerjoin(BillingCycle, cycle)
        .outerjoin(Shopper, shopper)
        .outerjoin(PaymentMethod, method)
    )


def _read(session: Session, query: Rows) -> list[Row]:
    return [Row(*found) for found in session.execute(query).all()]
