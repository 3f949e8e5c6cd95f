"""What was recovered of failed charges, and what was not, day by day: by the day on which its case ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.dunning.models import RECOVERED, DunningCase
from shopify_app.shops.models import Shop
from shopify_app.web.admin.payments.figures import MOVED

DAYS = 30


@dataclass
class Day:
    """Cases that ended on a shop-local day, in one currency; those whose order got another date count nowhere."""

    on: date
    recovered: Decimal = Decimal(0)
    lost: Decimal = Decimal(0)
    well: int = 0
    ended: int = 0


def days(session: Session, shop: Shop, currency: str, today: date) -> list[Day]:
    """Return the last thirty days, today so far included, oldest first."""
    first = today - timedelta(days=DAYS - 1)
    found = {first + timedelta(days=number): Day(first + timedelta(days=number)) for number in range(DAYS)}
    on = func.date(func.timezone(shop.zone.key, DunningCase.closed_at))
    is_well = DunningCase.state == RECOVERED
    query = (
        select(on, is_well, func.count(), func.sum(DunningCase.amount))
        .where(DunningCase.shop_id == shop.id, DunningCase.currency == currency)
        .where(DunningCase.closed_at >= datetime.combine(first, time.min, shop.zone))
        .where(DunningCase.why_closed.is_distinct_from(MOVED))
        .group_by(on, is_well)
    )
    for day, well, number, amount in session.execute(query):
        one = found.get(day)
        if one is None:
            continue  # a clock that runs ahead: tomorrow's are not today's
        one.ended += number
        one.well += number if well else 0
        if well:
            one.recovered = amount
        else:
            one.lost = amount
    return list(found.values())
