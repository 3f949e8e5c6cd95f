"""What holds for one subscription: the row of its shopper's region, and how long it may be withdrawn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.leaving import store
from shopify_app.leaving.regions import Region, governing
from shopify_app.shops.models import Shop


@dataclass(frozen=True)
class Right:
    """`until` is the last day on which it may be declared, `ends_at` the instant at which that day is over."""

    until: date
    ends_at: datetime


def of_contract(session: Session, shop: Shop, contract: Contract) -> Region:
    """Return the row that holds: by the address it is sent to, else by the shop's country."""
    country, state = _home(contract, shop)
    return governing(store.regions(session, shop.id), country, state)


def right_of(region: Region, contract: Contract, shop: Shop) -> Right | None:
    """Return until when it may be withdrawn from; None where there is no such right.

    The days are counted from the one after the contract was made. Which day that was, and when the last one is over,
    depends on where one stands: of the shop's zone and those of the shopper's country the one that ends last counts,
    so that the right is for nobody shorter than their own calendar says.
    """
    if region.withdrawal_days is None:
        return None
    days = timedelta(days=region.withdrawal_days)
    found = [
        _over(contract.shopify_created_at, days, zone) for zone in (shop.zone, *_zones(_home(contract, shop)[0]))
    ]
    return max(found, key=lambda right: right.ends_at)


def _over(made: datetime, days: timedelta, zone: ZoneInfo) -> Right:
    until = made.astimezone(zone).date() + days
    return Right(until, datetime.combine(until + timedelta(days=1), time(), tzinfo=zone))


def _home(contract: Contract, shop: Shop) -> tuple[str | None, str | None]:
    """Country and state of the address, else the shop's country: codes."""
    address = (contract.delivery_method or {}).get("address") or {}
    country, state = address.get("country_code"), address.get("province_code")
    return country or shop.country, state if country else None


@cache
def _zones(country: str | None) -> tuple[ZoneInfo, ...]:
    """The time zones of a country (CLDR); none of one that is not known."""
    names = sorted(name for name, territory in get_global("zone_territories").items() if territory == country)
    return tuple(zone for name in names if (zone := _zone(name)) is not None)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:  # newer than this machine's zones
        return None
