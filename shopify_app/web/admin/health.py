"""Whether all is well with a shop, in words: one line per thing that can be wrong, and what to do about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.models import CONNECTED, account_of
from shopify_app.contracts.models import Sweep
from shopify_app.health import alive
from shopify_app.insights import drift
from shopify_app.insights.models import Comparison
from shopify_app.journal.models import PARKED_DELIVERY, PENDING
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import Shop, ShopToken
from shopify_app.web import ctx
from shopify_app.web.admin import queries
from shopify_app.web.admin.words import reason
from shopify_app.web.format import age, plural

Check = dict[str, Any]

SLOW_WEBHOOK = timedelta(minutes=5)
LATE_RECONCILE = timedelta(hours=1)
LATE_NIGHT = timedelta(hours=36)
"""A night's comparison has neither ended in a day, nor has the next one begun."""


def checks(session: Session, shop: Shop, now: datetime) -> list[Check]:
    """Return one line per check, worst first is not tried: the order is fixed so that eyes find their place."""
    return [
        _token(session.get(ShopToken, shop.id)),
        _processes(session),
        _webhooks(session, shop.id),
        _reconcile(session, shop, now),
        _klaviyo(session, shop.id),
        *([_mail(session, shop.id)] if ctx().mail else []),
    ]


def stopped(shop: Shop) -> Check | None:
    """Return why no shopper is charged at present; None when charging runs."""
    if shop.billing_stopped_at is None:
        return None
    return {"since": shop.billing_stopped_at, "reason": reason(shop.billing_stopped_reason or "not given")}


def _token(token: ShopToken | None) -> Check:
    if token is None or token.refused_at is not None:
        return _check("Access to Shopify", "critical", "Shopify refused our access. Reload this page to renew it.")
    return _check("Access to Shopify", "success", "Working")


_WORK = {
    alive.WORKER: "The worker, which charges and sends,",
    alive.TICKER: "The ticker, which sees what falls due,",
}


def _processes(session: Session) -> Check:
    """Told as an age and not as an hour: it is machine time, which on the sandbox is not the page's."""
    silent = alive.silent(session)
    if not silent:
        return _check("Work in the background", "success", "Running")
    told = " ".join(f"{_WORK[sign.kind]} {_silence(sign)}." for sign in silent)
    words = f"{told} Nothing is lost, but it waits until whoever runs Perennial starts it again."
    return _check("Work in the background", "critical", words)


def _silence(sign: alive.Sign) -> str:
    return f"has not been seen for {age(sign.ago.total_seconds())}" if sign.seen_at else "has never been seen"


def _webhooks(session: Session, shop_id: int) -> Check:
    waiting, oldest, parked = queries.inbox_state(session, shop_id)
    name = "News from Shopify"
    if parked:
        words = f"{plural(parked, 'message')} could not be read and wait for support; the rest goes on."
        return _check(name, "warning", words)
    if oldest is None:
        return _check(name, "success", "All read")
    # machine time: how long our own queue has kept a message
    waited = machine_now() - oldest
    words = f"{plural(waiting, 'message')} waiting, the oldest for {age(waited.total_seconds())}"
    return _check(name, "warning" if waited > SLOW_WEBHOOK else "info", words)


def _reconcile(session: Session, shop: Shop, now: datetime) -> Check:
    return _compared(session, shop, now) | {"href": url_for("admin.comparison")}


def _compared(session: Session, shop: Shop, now: datetime) -> Check:
    name = "Comparison with Shopify"
    left = drift.unrepaired(session, now, shop.id)
    if left:
        return _check(name, "critical", f"{plural(left, 'difference')} could not be repaired: look at them.")
    changes = session.get(Sweep, (shop.id, "contracts"))
    if changes is None or changes.finished_at is None:
        return _check(name, "info", "Not run yet; it runs every 10 minutes once your subscriptions are read.")
    since = now - changes.finished_at
    words = "Changes read just now" if since < timedelta(minutes=1) else f"Changes read {_since(since)} ago"
    night = session.get(Comparison, shop.id)
    is_late = since > LATE_RECONCILE or (night is not None and now - night.started_at > LATE_NIGHT)
    return _check(name, "warning" if is_late else "success", f"{words}. {_night(night, now)}")


def _night(night: Comparison | None, now: datetime) -> str:
    """What became of the shop's newest full comparison."""
    if night is None:
        return "All is compared every night from 3 AM on."
    if night.finished_at:
        return f"All was compared {_since(now - night.finished_at)} ago."
    trouble = " Shopify did not answer just now; it goes on by itself." if night.tries else ""
    return f"All is being compared, for {_since(now - night.started_at)} so far.{trouble}"


def _since(span: timedelta) -> str:
    return age(span.total_seconds())


def _klaviyo(session: Session, shop_id: int) -> Check:
    account = account_of(session, shop_id)
    if account is None:
        return _check("Klaviyo", "info", "Not connected. Nothing is lost meanwhile.", needs_settings=True)
    if account.state != CONNECTED:
        words = f"{account.broken_reason or 'Klaviyo refused the key.'} Connect again; what waits is sent then."
        return _check("Klaviyo", "critical", words, needs_settings=True)
    counts = queries.delivery_counts(session, shop_id, "klaviyo")
    words = f"Connected to {account.account_name}"
    if counts.get(PENDING):
        words += f", {plural(counts[PENDING], 'event')} waiting to be sent"
    if counts.get(PARKED_DELIVERY):
        words += f", {plural(counts[PARKED_DELIVERY], 'event')} could not be sent; the subscription says why"
    # a shopper without a mail address is no fault of anyone's, so it is told without alarm
    return _check("Klaviyo", "info" if counts.get(PARKED_DELIVERY) else "success", words)


def _mail(session: Session, shop_id: int) -> Check:
    parked, unknown, put_off = queries.mail_counts(session, shop_id)
    name, href = "Mail", {"href": url_for("admin.mail_log")}
    if unknown or parked:
        words = f"{plural(unknown + parked, 'mail')} could not be sent, or nobody knows whether it arrived."
        return _check(name, "warning", words) | href
    if put_off:
        words = f"{plural(put_off, 'mail')} waiting: the mail server did not take it. It is tried again by itself."
        return _check(name, "warning", words) | href
    return _check(name, "success", "Nothing waits")


def _check(name: str, tone: str, words: str, needs_settings: bool = False) -> Check:
    label = {"success": "OK", "info": "Info", "warning": "Look", "critical": "Act"}[tone]
    return {"name": name, "tone": tone, "label": label, "words": words, "needs_settings": needs_settings}
