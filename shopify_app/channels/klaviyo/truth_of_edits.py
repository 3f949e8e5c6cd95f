"""Are the edits of a subscription still as they would be told? An edit that was taken back meanwhile is no news."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.channels.kept import HAS_STATUS
from shopify_app.channels.klaviyo.catalogue import CHANNEL
from shopify_app.contracts.contents import OrderLine
from shopify_app.contracts.facts_differences import rhythm
from shopify_app.contracts.models import CANCELLED, EXPIRED, Contract
from shopify_app.journal.models import DROPPED, Delivery, Fact
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_

_CHANGED = N_("it was changed once more since")


def why_not(session: Session, fact: Fact, contract: Contract) -> str | None:
    """Return why an edit of a whole subscription must not be told any more, None when it may."""
    if contract.status in (CANCELLED, EXPIRED):
        return HAS_STATUS % {"status": contract.status.lower()}
    check = _CHECKS.get(fact.kind)
    if check is None:
        return _CHANGED if _later(session, fact) else None
    return None if check(contract, fact.before or {}, fact.after or {}) else _CHANGED


def skip_was_not_told(session: Session, fact: Fact) -> str | None:
    """Return the reason if the skip that this fact takes back was dropped: then both are no news."""
    mine = (Fact.shop_id == fact.shop_id, Fact.contract_gid == fact.contract_gid)
    skips = (Fact.cycle_index == fact.cycle_index, Fact.kind == "order.skipped", Fact.id < fact.id)
    skip = session.scalar(select(Fact.id).where(*mine, *skips).order_by(Fact.id.desc()).limit(1))
    told = select(Delivery.state).where(Delivery.fact_id == skip, Delivery.channel == CHANNEL)
    is_dropped = skip is not None and session.scalar(told) == DROPPED
    return N_("that it was skipped was not told either") if is_dropped else None


def _later(session: Session, fact: Fact) -> bool:
    mine = (Fact.shop_id == fact.shop_id, Fact.contract_gid == fact.contract_gid, Fact.kind == fact.kind)
    return session.scalar(select(Fact.id).where(*mine, Fact.id > fact.id).limit(1)) is not None


def _are_in(items: Iterable[Json], contract: Contract) -> bool:
    return all(any(_is(line, one) for line in contract.lines) for one in items)


def _is(line: OrderLine, item: Json) -> bool:
    if item.get("variant_gid") and line.variant_gid:
        return bool(item["variant_gid"] == line.variant_gid)
    return (line.title, line.variant_title) == (item["title"], item.get("variant_title"))


def _are_gone(contract: Contract, before: Json, after: Json) -> bool:
    return not any(_is(line, one) for line in contract.lines for one in before["items"])


def _have_come(contract: Contract, before: Json, after: Json) -> bool:
    return _are_in(after["items"], contract)


def _are_so_many(contract: Contract, before: Json, after: Json) -> bool:
    def has(one: Json) -> bool:
        return any(_is(line, one) and line.quantity == one["quantity"] for line in contract.lines)

    return all(has(one) for one in after["items"])


def _is_that_often(contract: Contract, before: Json, after: Json) -> bool:
    return rhythm(contract.billing_policy, contract.delivery_policy) == after


_CHECKS: dict[str, Callable[[Contract, Any, Any], bool]] = {
    "subscription.item_swapped": _have_come,
    "subscription.item_added": _have_come,
    "subscription.item_removed": _are_gone,
    "subscription.quantity_changed": _are_so_many,
    "subscription.frequency_changed": _is_that_often,
}
