"""What the merchant's pages read, across features. Session and shop first; nothing here writes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select, union_all
from sqlalchemy.orm import Session

from shopify_app.billing.models import CHALLENGED, REQUESTED, UNKNOWN, WRITTEN, BillingAttempt
from shopify_app.channels.mail.models import PARKED as REFUSED_MAIL
from shopify_app.channels.mail.models import PENDING as WAITING_MAIL
from shopify_app.channels.mail.models import UNKNOWN as UNKNOWN_MAIL
from shopify_app.channels.mail.models import Mail
from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import ACTIVE, BillingCycle, Contract
from shopify_app.inbox.models import PARKED, InboxMessage
from shopify_app.journal.models import PARKED_DELIVERY, PENDING, Delivery
from shopify_app.shops.models import Shop

IN_FLIGHT = (WRITTEN, REQUESTED, UNKNOWN, CHALLENGED)

Sums = dict[str, Decimal]


def due_in(start: datetime | None, end: datetime) -> ColumnElement[bool]:
    """Cycles that will be charged before `end`, and not before `start`, unless something changes.

    For queries that know the cycle's Contract; the same conditions as billing.due, but for the stopped shop's. They
    are those of an index, too: what is billed has no `due_at`, so waiting for someone is nothing else than these.
    """
    condition = (
        BillingCycle.due_at.is_not(None)
        & (BillingCycle.due_at < end)
        & BillingCycle.attempted_at.is_(None)
        & BillingCycle.held_reason.is_(None)
        & BillingCycle.parked_reason.is_(None)
        & (Contract.status == ACTIVE)
        & Contract.billing_stopped_at.is_(None)
        & Contract.parked_reason.is_(None)
    )
    return condition if start is None else condition & (BillingCycle.due_at >= start)


def waiting_for_someone() -> ColumnElement[bool]:
    """Cycles we hold, or that a person must decide about, and that were not charged."""
    set_aside = or_(BillingCycle.held_reason.is_not(None), BillingCycle.parked_reason.is_not(None))
    return set_aside & (BillingCycle.status != "BILLED")


def due_by_day(
    session: Session, shop_id: int, start: datetime | None, end: datetime, zone: str
) -> dict[date, tuple[int, Sums]]:
    """Return shop-local day → number and sums of the charges due on it, before `end` and not before `start`."""
    on = func.date(func.timezone(zone, BillingCycle.due_at))
    query = (
        select(on, Contract.currency, func.count(), func.coalesce(func.sum(Contract.next_charge_total), 0))
        .select_from(BillingCycle)
        .join(Contract, Contract.id == BillingCycle.contract_id)
        .where(BillingCycle.shop_id == shop_id, due_in(start, end))
        .group_by(on, Contract.currency)
    )
    days: dict[date, tuple[int, Sums]] = {}
    for day, currency, number, total in session.execute(query):
        known, sums = days.get(day, (0, {}))
        days[day] = (known + number, sums | {currency: total})
    return days


def due_now(session: Session, shop: Shop, now: datetime) -> int:
    """Return how many charges are due at this moment and will be made, one after the other."""
    if not shop.may_bill:
        return 0
    query = select(func.count()).select_from(BillingCycle).join(Contract, Contract.id == BillingCycle.contract_id)
    return session.scalar(query.where(BillingCycle.shop_id == shop.id, due_in(None, now))) or 0


def written_since(session: Session, shop_id: int, start: datetime) -> tuple[int, datetime | None]:
    """Return how many charges were asked for since an instant, and when the first of them was."""
    query = select(func.count(), func.min(BillingCycle.attempted_at)).where(
        BillingCycle.shop_id == shop_id,
        BillingCycle.attempted_at >= start,
        # what is charged was expected about now; this is what the index knows
        BillingCycle.expected_at >= start - timedelta(days=60),
    )
    number, first = session.execute(query).one()
    return number, first


def completed(session: Session, shop_id: int, state: str, start: datetime, end: datetime) -> tuple[int, Sums]:
    """Return number and sums of the attempts that came to `state` in [start, end)."""
    query = (
        select(BillingAttempt.currency, func.count(), func.coalesce(func.sum(BillingAttempt.amount), 0))
        .where(BillingAttempt.shop_id == shop_id, completed_between(state, start, end))
        .group_by(BillingAttempt.currency)
    )
    number, sums = 0, Sums()
    for currency, attempts, total in session.execute(query):
        number += attempts
        if currency:
            sums[currency] = total or Decimal()
    return number, sums


def completed_between(state: str, start: datetime, end: datetime) -> ColumnElement[bool]:
    """Attempts that came to `state` in [start, end)."""
    return (
        (BillingAttempt.state == state) & (BillingAttempt.completed_at >= start) & (BillingAttempt.completed_at < end)
    )


def in_flight(session: Session, shop_id: int) -> int:
    """Return how many charges were asked for and have no outcome yet."""
    query = select(func.count()).where(BillingAttempt.shop_id == shop_id, BillingAttempt.state.in_(IN_FLIGHT))
    return session.scalar(query) or 0


def needs_somebody(shop_id: int) -> ColumnElement[bool]:
    """Contracts of a shop that are parked, or of which a cycle is held or parked: from the few that wait, not from
    every contract."""
    cycles = select(BillingCycle.contract_id).where(BillingCycle.shop_id == shop_id, waiting_for_someone())
    parked = select(Contract.id).where(Contract.shop_id == shop_id, Contract.parked_reason.is_not(None))
    return Contract.id.in_(union_all(cycles, parked))


def set_aside(session: Session, shop_id: int) -> int:
    """Return how many contracts wait, themselves or with a cycle, for time or a person."""
    query = select(func.count()).select_from(Contract).where(Contract.shop_id == shop_id, needs_somebody(shop_id))
    return session.scalar(query) or 0


def open_contracts(session: Session, shop_id: int) -> int:
    """Return how many contracts may still be charged one day."""
    query = select(func.count()).where(Contract.shop_id == shop_id, Contract.status.not_in(ENDED))
    return session.scalar(query) or 0


def dated(session: Session, shop_id: int, horizon: datetime) -> int:
    """Return of how many such contracts the dates are known up to `horizon`."""
    query = select(func.count()).where(
        Contract.shop_id == shop_id, Contract.status.not_in(ENDED), Contract.cycles_read_until >= horizon
    )
    return session.scalar(query) or 0


def inbox_state(session: Session, shop_id: int) -> tuple[int, datetime | None, int]:
    """Return how many webhooks wait, since when the oldest does (machine time), and how many are parked."""
    waiting = session.execute(
        select(func.count(), func.min(InboxMessage.received_at)).where(
            InboxMessage.shop_id == shop_id, InboxMessage.handled_at.is_(None)
        )
    ).one()
    parked = select(func.count()).where(InboxMessage.shop_id == shop_id, InboxMessage.outcome == PARKED)
    return waiting[0], waiting[1], session.scalar(parked) or 0


def delivery_counts(session: Session, shop_id: int, channel: str) -> dict[str, int]:
    """Return state → how many deliveries of a channel still wait or were given up."""
    query = (
        select(Delivery.state, func.count().label("number"))
        .where(
            Delivery.shop_id == shop_id,
            Delivery.channel == channel,
            Delivery.state.in_((PENDING, PARKED_DELIVERY)),
        )
        .group_by(Delivery.state)
    )
    return {row.state: row.number for row in session.execute(query)}


def mail_counts(session: Session, shop_id: int) -> tuple[int, int, int]:
    """Return how many mails were refused, how many nobody knows the fate of, and how many were put off so far."""
    numbers = select(
        func.count().filter(Mail.state == REFUSED_MAIL),
        func.count().filter(Mail.state == UNKNOWN_MAIL),
        func.count().filter((Mail.state == WAITING_MAIL) & (Mail.tries > 0)),
    )
    parked, unknown, put_off = session.execute(numbers.where(Mail.shop_id == shop_id)).one()
    return parked, unknown, put_off
