"""The list of contracts: filters, search, and pages by key, so that rows added meanwhile never shift a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from shopify_app.billing.models import FAILED as ATTEMPT_FAILED
from shopify_app.billing.models import SETTLED, BillingAttempt
from shopify_app.contracts.models import BillingCycle, Contract, ContractLine
from shopify_app.shoppers.models import PaymentMethod, Shopper
from shopify_app.web.admin import queries

PAGE = 50
STATUSES = ("ACTIVE", "PAUSED", "CANCELLED", "EXPIRED", "FAILED")
AT_RISK = "at_risk"
TODAYS = ("due", "charged", "failed", "flying", "aside")
SORTS = ("soonest", "latest")
_NEVER = {"soonest": datetime(9999, 1, 1, tzinfo=UTC), "latest": datetime(1970, 1, 1, tzinfo=UTC)}
"""Stands for a missing next charge, so that contracts without one come last in either order."""


Rows = Select[Contract, Shopper | None, PaymentMethod | None]


class BadCursor(ValueError):
    """A page's key was cut or made up."""


@dataclass(frozen=True)
class Cursor:
    """The row a page begins after, or, going back, ends before."""

    at: datetime
    id: int
    backwards: bool = False

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%S.%f}_{self.id}"

    @classmethod
    def read(cls, text: str, backwards: bool) -> Cursor:
        """Return the cursor written as `text`; raises BadCursor."""
        try:
            at, number = text.split("_")
            moment = datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
            return cls(moment, int(number) % 2**63, backwards)
        except ValueError as error:
            raise BadCursor("this page's address is not complete") from error


@dataclass(frozen=True)
class Wanted:
    """What the merchant asked to see. `day` is the shop's today, as two instants, for the filters about today."""

    search: str
    show: str
    sort: str
    day: tuple[datetime, datetime]


@dataclass(frozen=True)
class Row:
    """A contract as the list shows it."""

    contract: Contract
    shopper: Shopper | None
    method: PaymentMethod | None
    lines: Sequence[ContractLine]


@dataclass(frozen=True)
class Page:
    """Up to 50 rows, and where the neighbouring pages begin."""

    rows: list[Row]
    total: int
    previous: Cursor | None
    next: Cursor | None


def page(session: Session, shop_id: int, wanted: Wanted, cursor: Cursor | None) -> Page:
    """Return one page of the shop's contracts."""
    conditions = _conditions(shop_id, wanted)
    total = session.scalar(select(func.count()).select_from(Contract).where(*conditions)) or 0
    found = session.execute(_ordered(_rows().where(*conditions), wanted.sort, cursor).limit(PAGE + 1)).all()
    more, found = len(found) > PAGE, found[:PAGE]
    going_back = cursor is not None and cursor.backwards
    if going_back:
        found = found[::-1]
    lines = _lines(session, [contract.id for contract, *_ in found])
    rows = [Row(contract, shopper, method, lines.get(contract.id, [])) for contract, shopper, method in found]
    has_previous, has_next = (more, True) if going_back else (cursor is not None, more)
    return Page(
        rows=rows,
        total=total,
        previous=_cursor(rows[0].contract, wanted.sort, backwards=True) if rows and has_previous else None,
        next=_cursor(rows[-1].contract, wanted.sort) if rows and has_next else None,
    )


def any_contract(session: Session, shop_id: int) -> bool:
    """Return whether the shop has a contract at all."""
    return bool(session.scalar(select(exists().where(Contract.shop_id == shop_id))))


def _rows() -> Rows:
    shopper = and_(Shopper.shop_id == Contract.shop_id, Shopper.shopify_gid == Contract.customer_gid)
    method = and_(PaymentMethod.shop_id == Contract.shop_id, PaymentMethod.shopify_gid == Contract.payment_method_gid)
    query = select(Contract, Shopper, PaymentMethod)
    return query.outerjoin(Shopper, shopper).outerjoin(PaymentMethod, method)


def _conditions(shop_id: int, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [Contract.shop_id == shop_id]
    conditions += [Contract.search_text.contains(word, autoescape=True) for word in wanted.search.lower().split()]
    if wanted.show in STATUSES:
        conditions.append(Contract.status == wanted.show)
    elif wanted.show == AT_RISK:
        conditions.append(Contract.at_risk_since.is_not(None))
    elif wanted.show in TODAYS:
        conditions.append(_todays(wanted))
    return conditions


def _todays(wanted: Wanted) -> ColumnElement[bool]:
    start, end = wanted.day
    cycle = BillingCycle.contract_id == Contract.id
    attempt = BillingAttempt.contract_id == Contract.id
    return {
        "due": exists().where(cycle, queries.due_in(None, end)),
        "charged": exists().where(attempt, queries.completed_between(SETTLED, start, end)),
        "failed": exists().where(attempt, queries.completed_between(ATTEMPT_FAILED, start, end)),
        "flying": exists().where(attempt, BillingAttempt.state.in_(queries.IN_FLIGHT)),
        "aside": queries.needs_somebody(),
    }[wanted.show]


def _ordered(query: Rows, sort: str, cursor: Cursor | None) -> Rows:
    """Order by next charge and id, beginning at the cursor; going back reads the other way round."""
    at = func.coalesce(Contract.next_charge_at, _NEVER[sort])
    ascending = (sort == "soonest") != (cursor is not None and cursor.backwards)
    if cursor is not None:
        later = or_(at > cursor.at, and_(at == cursor.at, Contract.id > cursor.id))
        earlier = or_(at < cursor.at, and_(at == cursor.at, Contract.id < cursor.id))
        query = query.where(later if ascending else earlier)
    return query.order_by(at, Contract.id) if ascending else query.order_by(at.desc(), Contract.id.desc())


def _cursor(contract: Contract, sort: str, backwards: bool = False) -> Cursor:
    return Cursor(contract.next_charge_at or _NEVER[sort], contract.id, backwards)


def _lines(session: Session, contract_ids: list[int]) -> dict[int, list[ContractLine]]:
    query = select(ContractLine).where(ContractLine.contract_id.in_(contract_ids)).order_by(ContractLine.position)
    lines: dict[int, list[ContractLine]] = {}
    for line in session.scalars(query):
        lines.setdefault(line.contract_id, []).append(line)
    return lines
