"""Pages of the list by key. Of few matches the best comes first, many are walked along their next charges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract, ContractLine
from shopify_app.shoppers.models import PaymentMethod, Shopper
from shopify_app.web.admin.listing import finding
from shopify_app.web.admin.listing.conditions import Asked
from shopify_app.web.admin.listing.filters import BEST, LATEST
from shopify_app.web.admin.listing.finding import Found

PAGE = 50
_FAR, _PAST = datetime(9999, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)
"""Stand for a missing next charge, so that contracts without one come last in either order."""
T = TypeVar("T")
Rows = Select[Contract, Shopper | None, PaymentMethod | None]


class BadCursor(ValueError):
    """A page's key was cut or made up."""


@dataclass(frozen=True)
class Cursor:
    """The row a page begins after, or, going back, ends before. `rank`: how well it matches, 0 is best."""

    at: datetime
    id: int
    rank: int = 0
    backwards: bool = False

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%S.%f}_{self.id}" + (f"_{self.rank}" if self.rank else "")

    @classmethod
    def read(cls, text: str, backwards: bool) -> Cursor:
        """Return the cursor written as `text`; raises BadCursor."""
        try:
            at, number, *rank = text.split("_")
            moment = datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
            return cls(moment, int(number) % 2**63, int(rank[0]) % 100 if rank else 0, backwards)
        except ValueError as error:
            raise BadCursor("this page's address is not complete") from error


@dataclass(frozen=True)
class Row:
    """A contract as the list shows it."""

    contract: Contract
    shopper: Shopper | None
    method: PaymentMethod | None
    lines: Sequence[ContractLine]


@dataclass(frozen=True)
class Page:
    """Up to 50 rows, and where the neighbouring pages begin. `is_more`: there are more than `total`, which is as far
    as they were counted. `is_likely`: nothing has all the words, these come closest."""

    rows: list[Row]
    total: int
    previous: Cursor | None
    next: Cursor | None
    is_more: bool = False
    is_likely: bool = False


def page(session: Session, asked: Asked, cursor: Cursor | None) -> Page:
    """Return one page of what is asked for."""
    found = finding.find(session, asked)
    if found.is_likely:
        rows = _in_order(session, found.ids or [])
        return Page(rows, len(rows), None, None, is_likely=True)
    if asked.filters.order == BEST and found.ids is not None:
        return _ranked(session, asked, found, cursor)
    total, is_latest = count(session, found), asked.filters.order == LATEST
    # which rows first, then what they show: sorting wide rows of thousands takes several times as long
    ids = session.scalars(_walk(select(Contract.id).where(*found.conditions), is_latest, cursor).limit(PAGE + 1))
    shown, has_previous, has_next = _cut(list(ids), cursor)
    rows = _in_order(session, shown)
    never = _PAST if is_latest else _FAR

    def key(row: Row, backwards: bool = False) -> Cursor:
        return Cursor(row.contract.next_charge_at or never, row.contract.id, 0, backwards)

    return Page(
        rows=rows,
        total=min(total, found.counted),
        previous=key(rows[0], backwards=True) if rows and has_previous else None,
        next=key(rows[-1]) if rows and has_next else None,
        is_more=total > found.counted,
    )


def _ranked(session: Session, asked: Asked, found: Found, cursor: Cursor | None) -> Page:
    """A page of few matches: the best first, then the soonest."""
    query = select(Contract.id, Contract.next_charge_at, Contract.search_text).where(*found.conditions)
    rank = finding.ranker(asked, found)
    keys = sorted((rank(number, text), at or _FAR, number) for number, at, text in session.execute(query))
    total, place = len(keys), (cursor.rank, cursor.at, cursor.id) if cursor else None
    if place and cursor and cursor.backwards:
        keys = [key for key in keys if key < place][::-1]
    elif place:
        keys = [key for key in keys if key > place]
    keys, has_previous, has_next = _cut(keys[: PAGE + 1], cursor)
    return Page(
        rows=_in_order(session, [number for *_, number in keys]),
        total=total,
        previous=Cursor(keys[0][1], keys[0][2], keys[0][0], True) if keys and has_previous else None,
        next=Cursor(keys[-1][1], keys[-1][2], keys[-1][0]) if keys and has_next else None,
    )


def _cut(read: list[T], cursor: Cursor | None) -> tuple[list[T], bool, bool]:
    """Return what stands on the page, in the order of the list, and whether there are pages before and after it."""
    more, kept = len(read) > PAGE, read[:PAGE]
    if cursor is not None and cursor.backwards:
        return kept[::-1], more, True
    return kept, cursor is not None, more


def count(session: Session, found: Found) -> int:
    """Return how many are found, one more than are counted for any number beyond: a page says that there are more."""
    some = select(literal(1)).select_from(Contract).where(*found.conditions).limit(found.counted + 1)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def any_contract(session: Session, shop_id: int) -> bool:
    """Return whether the shop has a contract at all."""
    return bool(session.scalar(select(exists().where(Contract.shop_id == shop_id))))


def _walk(query: Select[int], is_latest: bool, cursor: Cursor | None) -> Select[int]:
    """Sort by next charge and id, beginning at the cursor; going back reads the other way round."""
    at: ColumnElement[datetime] = func.coalesce(Contract.next_charge_at, _PAST if is_latest else _FAR)
    ascending = is_latest is (cursor is not None and cursor.backwards)
    if cursor is not None:
        later = or_(at > cursor.at, and_(at == cursor.at, Contract.id > cursor.id))
        earlier = or_(at < cursor.at, and_(at == cursor.at, Contract.id < cursor.id))
        query = query.where(later if ascending else earlier)
    if not is_latest:  # the same order, in the words that the index of next charges has
        soonest = Contract.next_charge_at
        if ascending:
            return query.order_by(soonest.asc().nulls_last(), Contract.id)
        return query.order_by(soonest.desc().nulls_first(), Contract.id.desc())
    return query.order_by(at, Contract.id) if ascending else query.order_by(at.desc(), Contract.id.desc())


def _rows() -> Rows:
    shopper = and_(Shopper.shop_id == Contract.shop_id, Shopper.shopify_gid == Contract.customer_gid)
    method = and_(PaymentMethod.shop_id == Contract.shop_id, PaymentMethod.shopify_gid == Contract.payment_method_gid)
    query = select(Contract, Shopper, PaymentMethod)
    return query.outerjoin(Shopper, shopper).outerjoin(PaymentMethod, method)


def _in_order(session: Session, ids: Sequence[int]) -> list[Row]:
    rows = {row.contract.id: row for row in _read(session, _rows().where(Contract.id.in_(ids)))}
    return [rows[number] for number in ids if number in rows]


def _read(session: Session, query: Rows) -> list[Row]:
    found = session.execute(query).all()
    lines: dict[int, list[ContractLine]] = {}
    mine = ContractLine.contract_id.in_([contract.id for contract, *_ in found])
    for line in session.scalars(select(ContractLine).where(mine).order_by(ContractLine.position)):
        lines.setdefault(line.contract_id, []).append(line)
    return [Row(contract, shopper, method, lines.get(contract.id, [])) for contract, shopper, method in found]
