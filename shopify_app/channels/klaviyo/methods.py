"""What the events about payment methods say, and until when they may be said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.orm import Session

from shopify_app.cards import affected, sight
from shopify_app.cards.facts import REPLACED
from shopify_app.cards.state import path_of
from shopify_app.channels.klaviyo.parts import amount, number, on_day, when
from shopify_app.channels.klaviyo.story import Story
from shopify_app.contracts.models import Contract
from shopify_app.journal.models import Fact
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_
from shopify_app.links.urls import account_url
from shopify_app.shoppers.mirror import payment_method
from shopify_app.shops.models import Shop


def _expiring(story: Story) -> Json:
    data = story.fact.data
    return {
        **_expires(story, date.fromisoformat(data["expires_on"])),
        "DaysUntilExpiry": str(data["days_until_expiry"]),
        "LeadDays": data["lead_days"],
        "LateNotice": "true" if data.get("late_notice") else None,
        **_affected(story),
        **_update(story),
    }


def _updated(story: Story) -> Json:
    method = story.payment_method
    expires = _expires(story, method.expires_on) if method and method.expires_on else {}
    reason = "another_method" if story.fact.data["why"] == REPLACED else "card_updated"
    return {**expires, "UpdateReason": reason, **_affected(story)}


def _removed(story: Story) -> Json:
    return {**_affected(story), **_update(story)}


TELLINGS: dict[str, Callable[[Story], Json]] = {
    "payment_method.expiring": _expiring,
    "payment_method.updated": _updated,
    "payment_method.removed": _removed,
}


def _expires(story: Story, on: date) -> Json:
    return on_day(story, "CardExpires", on)


def _affected(story: Story) -> Json:
    gids = list(story.fact.data["contracts"])
    held = ["; ".join(line.title for line in one.lines) for gid in gids if (one := story.siblings.get(gid))]
    next_at, total = story.fact.data.get("next_charge_at"), story.contract.next_charge_total
    following = when(story, "NextChargeDate", datetime.fromisoformat(next_at)) if next_at else {}
    said = amount(story, "NextChargeTotal", total, story.contract.currency) if next_at and total is not None else {}
    return {
        "AffectedSubscriptionIds": [number(gid) for gid in gids],
        "AffectedSubscriptionCount": len(gids),
        "AffectedSubscriptionsText": "; ".join(held),
        **following,
        **said,
    }


def _update(story: Story) -> Json:
    return {"UpdatePaymentUrl": account_url(story.shop), "UpdatePath": path_of(story.payment_method)}


def why_not(session: Session, fact: Fact, contract: Contract, now: datetime) -> str | None:
    """Return why what a fact says of a payment method must not be told any more, None when it may (business time)."""
    method = payment_method(session, fact.shop_id, fact.data["method_gid"])
    if fact.kind == "payment_method.removed":
        return _is_mended(session, fact, contract)
    if method is None or method.revoked_at is not None:
        return N_("the payment method was removed")
    if method.expires_on is None or method.expires_on.isoformat() != fact.data["expires_on"]:
        return N_("the card was renewed")
    zone = session.get_one(Shop, fact.shop_id).zone
    if method.expires_on < now.astimezone(zone).date():
        return N_("the card has expired")
    later = affected.charged_after(session, fact.shop_id, method.shopify_gid, method.expires_on, zone)
    return None if later else N_("no charge comes after the card expires")


def _is_mended(session: Session, fact: Fact, contract: Contract) -> str | None:
    found = payment_method(session, fact.shop_id, contract.payment_method_gid)
    if found is not None and not sight.is_lost(found) and found.shopify_gid != fact.data["method_gid"]:
        return "another payment method was chosen since"
    return None
