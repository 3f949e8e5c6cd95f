"""Filters as conditions on contracts. Those an index of pieces and features answers are numbers, see `finding`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from shopify_app.billing.models import FAILED as ATTEMPT_FAILED
from shopify_app.billing.models import SETTLED, BillingAttempt
from shopify_app.contracts import search, search_words
from shopify_app.contracts.models import ACTIVE, CANCELLED, BillingCycle, Contract
from shopify_app.contracts.search_models import ContractSearch
from shopify_app.insights import daybook
from shopify_app.journal.models import Fact
from shopify_app.shoppers.models import PaymentMethod
from shopify_app.stock.models import StockDecision
from shopify_app.web.admin import queries
from shopify_app.web.admin.listing.filters import AT_RISK, STATUSES, Filters
from shopify_app.web.admin.needs import waiting

_SEARCHED = ("every", "country", "product", "variant", "plan")
SOON = timedelta(days=30)
"""A card counts as expiring this long before the day after its last one."""


@dataclass(frozen=True)
class Asked:
    """What is asked of which shop. `day` is the shop's today, as two instants; `zone` the shop's; `now` business
    time, today's beginning unless given."""

    shop_id: int
    filters: Filters
    day: tuple[datetime, datetime]
    zone: tzinfo
    now: datetime | None = None


def numbers(asked: Asked) -> list[int]:
    """Return the numbers of every piece and feature that a contract must have."""
    pieces = {piece for term in asked.filters.terms for piece in search_words.of_term(term)}
    return search_words.numbers(asked.shop_id, pieces | set(_features(asked.filters)))


def searched(asked: Asked) -> bool:
    """Answer whether anything is asked that columns alone do not tell: a status they do, the index has it, too."""
    filters = asked.filters
    return bool(filters.terms or filters.prepaid == "yes" or any(getattr(filters, name) for name in _SEARCHED))


def features(asked: Asked) -> list[int]:
    """Return the numbers of the features alone."""
    return search_words.numbers(asked.shop_id, _features(asked.filters))


def has(found: list[int]) -> ColumnElement[bool]:
    """The row of the search has all these numbers."""
    return ContractSearch.numbers.contains(found)


def is_found(found: list[int]) -> ColumnElement[bool]:
    """The contract's row of the search has all these numbers. Asked row by row, by `offset 0`: who has many matches
    walks along the list until a page is full, where PostgreSQL, left to itself, may sort them all."""
    rows = select(ContractSearch.contract_id).where(ContractSearch.contract_id == Contract.id, has(found)).offset(0)
    return rows.correlate(Contract).exists()


def of_text(asked: Asked) -> list[ColumnElement[bool]]:
    """The searched words do stand in the text: pieces of a word may stand in several."""
    long = (term for term in asked.filters.terms if len(term) > 2)
    return [Contract.search_text.contains(term, autoescape=True) for term in long]


def of_columns(asked: Asked) -> list[ColumnElement[bool]]:
    """Everything else that is asked, and whose contracts they are."""
    return [Contract.shop_id == asked.shop_id, *_show(asked), *_rest(asked)]


def _features(filters: Filters) -> Iterator[str]:
    if filters.show in STATUSES:
        yield search.feature("status", filters.show)
    if filters.ended:
        yield search.feature("status", CANCELLED)
    if filters.prepaid == "yes":
        yield search.feature("prepaid", "yes")
    for name in _SEARCHED:
        if value := getattr(filters, name):
            yield search.feature(name, value)


def _show(asked: Asked) -> Iterator[ColumnElement[bool]]:
    show, (start, end) = asked.filters.show, asked.day
    cycle, attempt = BillingCycle.contract_id == Contract.id, BillingAttempt.contract_id == Contract.id
    if show in STATUSES:
        yield Contract.status == show
    elif show == AT_RISK:
        yield Contract.at_risk_since.is_not(None)
    elif show == "due":
        yield exists().where(cycle, queries.due_in(None, end))
    elif show == "charged":
        yield exists().where(attempt, queries.completed_between(SETTLED, start, end))
    elif show == "failed":
        yield exists().where(attempt, queries.completed_between(ATTEMPT_FAILED, start, end))
    elif show == "flying":
        yield exists().where(attempt, BillingAttempt.state.in_(queries.IN_FLIGHT))
    elif show == "aside":
        yield queries.needs_somebody(asked.shop_id)
    elif show == "parked":
        yield waiting.parked(asked.shop_id)
    elif show == "short":
        yield waiting.short(asked.shop_id)
    elif show in ("expected", "unexplained"):
        yield _accounted(asked, show)


def _accounted(asked: Asked, show: str) -> ColumnElement[bool]:
    """Contracts with a charge that the day's accounts expect today, or of which they cannot say what became."""
    now = asked.now or asked.day[0]
    if show == "expected":
        return Contract.id.in_(daybook.expected(asked.shop_id, *asked.day, now))
    return Contract.id.in_(daybook.unexplained_contracts(asked.shop_id, now))


def _rest(asked: Asked) -> Iterator[ColumnElement[bool]]:
    filters, (today, _) = asked.filters, asked.day
    if filters.pay == "failing":
        yield Contract.at_risk_since.is_not(None)
    elif filters.pay:
        yield and_(Contract.status == ACTIVE, _payment(asked, today.astimezone(asked.zone).date()))
    if filters.stock:
        open_ones = (StockDecision.shop_id == asked.shop_id, StockDecision.ended_at.is_(None))
        yield Contract.id.in_(select(StockDecision.contract_id).where(*open_ones))
    if filters.prepaid == "no":
        yield ~is_found([search_words.number(asked.shop_id, search.feature("prepaid", "yes"))])
    if filters.ended:
        yield from _cancelled_since(asked, today.astimezone(asked.zone).date().replace(day=1))
    yield from _between(Contract.next_charge_at, filters.next_from, filters.next_to, asked.zone)
    yield from _between(Contract.shopify_created_at, filters.since, filters.until, asked.zone)


def _payment(asked: Asked, today: date) -> ColumnElement[bool]:
    methods = select(PaymentMethod.shopify_gid).where(PaymentMethod.shop_id == asked.shop_id)
    if asked.filters.pay == "none":
        gone = Contract.payment_method_gid.in_(methods.where(PaymentMethod.revoked_at.is_not(None)))
        return or_(Contract.payment_method_gid.is_(None), gone)
    soon = (PaymentMethod.revoked_at.is_(None), PaymentMethod.expires_on < today + SOON)
    return Contract.payment_method_gid.in_(methods.where(*soon))


def _cancelled_since(asked: Asked, first: date) -> Iterator[ColumnElement[bool]]:
    start = midnight(first, asked.zone)
    told = exists().where(
        Fact.shop_id == Contract.shop_id,
        Fact.contract_gid == Contract.shopify_gid,
        Fact.kind == "subscription.cancelled",
        Fact.occurred_at >= start,
    )
    yield and_(Contract.status == CANCELLED, Contract.shopify_updated_at >= start, told)


def _between(
    column: InstrumentedAttribute[Any], first: date | None, last: date | None, zone: tzinfo
) -> Iterator[ColumnElement[bool]]:
    if first:
        yield column >= midnight(first, zone)
    if last:
        yield column < midnight(last + timedelta(days=1), zone)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the instant at which a day of the shop begins."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
