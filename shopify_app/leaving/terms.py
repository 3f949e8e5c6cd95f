"""What holds for one subscription: the row of its shopper's region, and how long it may be withdrawn from."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.leaving import store
from shopify_app.leaving.regions import Region, governing
from shopify_app.shops.models import Shop


def of_contract(session: Session, shop: Shop, contract: Contract) -> Region:
    """Return the row that holds: by the address it is sent to, else by the shop's country."""
    address = (contract.delivery_method or {}).get("address") or {}
    country, state = address.get("country_code"), address.get("province_code")
    return governing(store.regions(session, shop.id), country or shop.country, state if country else None)


def last_day(region: Region, contract: Contract, shop: Shop) -> date | None:
    """Return the last day on which it may be withdrawn from, in the shop's zone; None where there is no such right.

    The days are counted from the one after the contract was made.
    """
    if region.withdrawal_days is None:
        return None
    made = contract.shopify_created_at.astimezone(shop.zone).date()
    return made + timedelta(days=region.withdrawal_days)


def end_of(day: date, shop: Shop) -> datetime:
    """Return the instant at which a day of the shop's is over."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=shop.zone)
