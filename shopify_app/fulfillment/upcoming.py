"""What ships when: units by day, item and place, and how certain it is. One statement, whatever the span.

- *paid*: fulfillment orders that are open or scheduled, and paid orders that are not shipped (`Order.unshipped`)
- *due*: dates to come, and the later deliveries of a prepaid one, by its rhythm
- *at_risk*: the same while a charge of the subscription fails, or its way to pay ends before the date
- *held*: held back or parked, a fulfillment order on hold, and what comes after a pause that has an end

What should have shipped before the first day is counted on it. Of one-time orders nothing is known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from shopify_app.contracts.models import other_rhythm
from shopify_app.shops.models import Shop

PAID, DUE, AT_RISK, HELD = "paid", "due", "at_risk", "held"
CERTAINTIES = (PAID, DUE, AT_RISK, HELD)
WEEKS = 12
LATE = timedelta(days=30)
"""How long before the first day a date is still waited for."""

_TERMS = f"""
    case when b.held_reason is not null or b.parked_reason is not null or c.parked_reason is not null
           or c.billing_stopped_at is not null or c.status = 'PAUSED' then '{HELD}'
         when c.at_risk_since is not null or m.revoked_at is not null
           or m.expires_on < (b.expected_at at time zone :zone)::date then '{AT_RISK}'
         else '{DUE}' end as certainty,
    case when c.delivery_method ->> 'type' = 'pickup' then c.delivery_method ->> 'location' end as place
"""
_OPEN = """
    b.shop_id = :shop and b.status = 'UNBILLED' and not b.skipped
    and (b.due_at is not null and c.status = 'ACTIVE'
         or c.status = 'PAUSED' and p.resume_at <= b.expected_at)
"""
_JOINS = """
    from billing_cycles b join contracts c on c.id = b.contract_id
    left join pause_ends p on p.contract_id = c.id
    left join payment_methods m on m.shop_id = c.shop_id and m.shopify_gid = c.payment_method_gid
"""
_QUERY = f"""
with dates as materialized (
    select b.contract_id, b.contents, b.expected_at as at, {_TERMS} {_JOINS}
    where {_OPEN} and b.expected_at >= :begin and b.expected_at < :until
), rhythms as materialized (  -- on its own, so that an index alone answers: few or none are prepaid
    select c.id from contracts c where c.shop_id = :shop and ({other_rhythm("c")})
), charges as materialized (
    select b.contract_id, b.contents, b.expected_at, {_TERMS},
        ((c.delivery_policy ->> 'intervalCount') || ' ' || (c.delivery_policy ->> 'interval'))::interval as step,
        ((c.billing_policy ->> 'intervalCount') || ' ' || (c.billing_policy ->> 'interval'))::interval as span
    {_JOINS}
    where {_OPEN} and b.contract_id in (select id from rhythms) and b.expected_at >= :late and b.expected_at < :until
), prepaid as (
    select h.contract_id, h.contents, later.at, h.certainty, h.place
    from charges h, lateral (
        select (h.expected_at at time zone :zone + n * h.step) at time zone :zone as at
        from generate_series(1, (extract(epoch from h.span) / extract(epoch from h.step))::int) n
        where n * h.step < h.span
    ) later
    where later.at >= :first and later.at < :until
), shipments as (
    select * from dates union all select * from prepaid
), items as (
    select s.at, s.place, s.certainty, l.sku, l.title, l.variant_title, l.quantity
    from shipments s join contract_lines l on l.contract_id = s.contract_id
    where s.contents is null and l.requires_shipping
    union all
    select s.at, s.place, s.certainty, l.sku, l.title, l.variant_title, l.quantity
    from shipments s cross join lateral jsonb_to_recordset(s.contents -> 'lines')
        as l(sku text, title text, variant_title text, quantity bigint, requires_shipping boolean)
    where s.contents is not null and l.requires_shipping
    union all
    select f.fulfill_at, f.location, case when f.status = 'ON_HOLD' then '{HELD}' else '{PAID}' end,
        l.sku, l.title, l.variant_title, l.quantity
    from fulfillment_orders f join orders o on o.id = f.order_id
    cross join lateral jsonb_to_recordset(f.lines)
        as l(sku text, title text, variant_title text, quantity bigint, requires_shipping boolean)
    where f.shop_id = :shop and f.status in ('OPEN', 'SCHEDULED', 'IN_PROGRESS', 'ON_HOLD')
      and f.fulfill_at < :until and o.cancelled_at is null and o.deleted_at is null and l.requires_shipping
    union all
    select cast(:first as timestamptz), null, '{PAID}', l.sku, l.title, l.variant_title, l.quantity
    from orders o cross join lateral jsonb_to_recordset(o.unshipped)
        as l(sku text, title text, variant_title text, quantity bigint)
    where o.shop_id = :shop and o.unshipped <> '[]'::jsonb and o.cancelled_at is null and o.deleted_at is null
      and o.financial_status in ('PAID', 'PARTIALLY_REFUNDED')
      and not exists (select from fulfillment_orders f where f.order_id = o.id) and :takes_late
)
select greatest((at at time zone :zone)::date, cast(:day as date)) as day, coalesce(sku, '') as sku, title,
    coalesce(variant_title, '') as variant_title, coalesce(place, '') as place, certainty, sum(quantity) as units
from items
where :takes_late or at >= :first
group by 1, 2, 3, 4, 5, 6
order by 1, 5, 3, 4, 2, 6
"""  # noqa: S608 - the words are ours


@dataclass(frozen=True)
class Row:
    """Units of one item that ship on one of the shop's days from one place ("" for any), with one certainty."""

    day: date
    sku: str
    title: str
    variant_title: str
    place: str
    certainty: str
    units: int


def rows(session: Session, shop: Shop, first: date, days: int, today: date) -> Sequence[Row]:
    """Return what ships on these days of the shop's, sorted by day, place and item.

    What is late is counted on `today` when that is the first day.
    """
    start, until = _midnight(shop, first), _midnight(shop, first + timedelta(days=days))
    takes_late = first == today
    values = {
        "shop": shop.id,
        "zone": shop.zone.key,
        "day": first,
        "first": start,
        "until": until,
        "begin": start - LATE if takes_late else start,
        "late": _midnight(shop, today) - LATE,
        "takes_late": takes_late,
    }
    return [Row(*row) for row in session.execute(text(_QUERY), values)]


def _midnight(shop: Shop, day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=shop.zone).astimezone(UTC)
