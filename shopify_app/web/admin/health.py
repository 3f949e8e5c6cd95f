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
from shopify_app.kit.speech import N_, _, known, ngettext
from shopify_app.shops.models import Shop, ShopToken
from shopify_app.web import ctx
from shopify_app.web.admin import queries
from shopify_app.web.admin.klaviyo_words import REFUSED
from shopify_app.web.admin.words import reason
from shopify_app.web.format import age

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
    return {"since": shop.billing_stopped_at, "reason": reason(shop.billing_stopped_reason or _("Not given."))}


def _token(token: ShopToken | None) -> Check:
    if token is None or token.refused_at is not None:
        return _check(
            _("Access to Shopify"), "critical", _("Shopify refused our access. Reload this page to renew it.")
        )
    return _check(_("Access to Shopify"), "success", _("Working"))


_WORK = {
    alive.WORKER: N_("The worker, which charges and sends,"),
    alive.TICKER: N_("The ticker, which sees what falls due,"),
}


def _processes(session: Session) -> Check:
    """Told as an age and not as an hour: it is machine time, which on the sandbox is not the page's."""
    silent = alive.silent(session)
    if not silent:
        return _check(_("Work in the background"), "success", _("Running"))
    told = " ".join(f"{_WORK[sign.kind]} {_silence(sign)}." for sign in silent)
    words = f"{told} {_('Nothing is lost, but it waits until whoever runs Perennial starts it again.')}"
    return _check(_("Work in the background"), "critical", words)


def _silence(sign: alive.Sign) -> str:
    if sign.seen_at is None:
        return _("has never been seen")
    return _("has not been seen for %(age)s", age=age(sign.ago.total_seconds()))


def _webhooks(session: Session, shop_id: int) -> Check:
    waiting, oldest, parked = queries.inbox_state(session, shop_id)
    name = _("News from Shopify")
    if parked:
        words = ngettext(
            "%(num)s message could not be read and waits for support; the rest goes on.",
            "%(num)s messages could not be read and wait for support; the rest goes on.",
            parked,
        )
        return _check(name, "warning", words)
    if oldest is None:
        return _check(name, "success", _("All read"))
    # machine time: how long our own queue has kept a message
    waited = machine_now() - oldest
    words = ngettext(
        "%(num)s message waiting, the oldest for %(age)s",
        "%(num)s messages waiting, the oldest for %(age)s",
        waiting,
        age=age(waited.total_seconds()),
    )
    return _check(name, "warning" if waited > SLOW_WEBHOOK else "info", words)


def _reconcile(session: Session, shop: Shop, now: datetime) -> Check:
    return _compared(session, shop, now) | _leads(url_for("admin.comparison"), _("What it found"))


def _compared(session: Session, shop: Shop, now: datetime) -> Check:
    name = _("Comparison with Shopify")
    left = drift.unrepaired(session, now, shop.id)
    if left:
        words = ngettext(
            "%(num)s difference could not be repaired: look at it.",
            "%(num)s differences could not be repaired: look at them.",
            left,
        )
        return _check(name, "critical", words)
    changes = session.get(Sweep, (shop.id, "contracts"))
    if changes is None or changes.finished_at is None:
        return _check(name, "info", _("Not run yet; it runs every 10 minutes once your subscriptions are read."))
    since = now - changes.finished_at
    words = _("Changes read just now.")
    if since >= timedelta(minutes=1):
        words = _("Changes read %(age)s ago.", age=_since(since))
    night = session.get(Comparison, shop.id)
    is_late = since > LATE_RECONCILE or (night is not None and now - night.started_at > LATE_NIGHT)
    return _check(name, "warning" if is_late else "success", f"{words} {_night(night, now)}")


def _night(night: Comparison | None, now: datetime) -> str:
    """What became of the shop's newest full comparison."""
    if night is None:
        return _("All is compared every night from 3 AM on.")
    if night.finished_at:
        return _("All was compared %(age)s ago.", age=_since(now - night.finished_at))
    words = _("All is being compared, for %(age)s so far.", age=_since(now - night.started_at))
    return f"{words} {_('Shopify did not answer just now; it goes on by itself.')}" if night.tries else words


def _since(span: timedelta) -> str:
    return age(span.total_seconds())


def _klaviyo(session: Session, shop_id: int) -> Check:
    account = account_of(session, shop_id)
    if account is None:
        return _check("Klaviyo", "info", _("Not connected. Nothing is lost meanwhile."), needs_settings=True)
    if account.state != CONNECTED:
        words = f"{known(account.broken_reason) or REFUSED} {_('Connect again; what waits is sent then.')}"
        return _check("Klaviyo", "critical", words, needs_settings=True)
    counts = queries.delivery_counts(session, shop_id, "klaviyo")
    words = _("Connected to %(account)s", account=account.account_name)
    if counts.get(PENDING):
        words += ", " + ngettext(
            "%(num)s event waiting to be sent", "%(num)s events waiting to be sent", counts[PENDING]
        )
    if counts.get(PARKED_DELIVERY):
        words += ", " + ngettext(
            "%(num)s event could not be sent.",
            "%(num)s events could not be sent.",
            counts[PARKED_DELIVERY],
        )
        # a shopper without a mail address is no fault of anyone's, so it is told without alarm
        to_log = _leads(url_for("admin.send_log", show=PARKED_DELIVERY), _("See why"))
        return _check("Klaviyo", "info", words) | to_log
    return _check("Klaviyo", "success", words)


def _mail(session: Session, shop_id: int) -> Check:
    parked, unknown, put_off = queries.mail_counts(session, shop_id)
    name, to_log = _("Mail"), _leads(url_for("admin.mail_log"), _("Mail log"))
    if unknown or parked:
        words = ngettext(
            "%(num)s mail could not be sent, or nobody knows whether it arrived.",
            "%(num)s mails could not be sent, or nobody knows whether it arrived.",
            unknown + parked,
        )
        return _check(name, "warning", words) | to_log
    if put_off:
        words = ngettext(
            "%(num)s mail waiting: the mail server did not take it. It is tried again by itself.",
            "%(num)s mails waiting: the mail server did not take it. It is tried again by itself.",
            put_off,
        )
        return _check(name, "warning", words) | to_log
    return _check(name, "success", _("Nothing waits"))


def _leads(href: str, words: str) -> Check:
    """Where to look further, and what that link says."""
    return {"href": href, "link": words}


def _check(name: str, tone: str, words: str, needs_settings: bool = False) -> Check:
    label = {"success": _("OK"), "info": _("Info"), "warning": _("Look"), "critical": _("Act")}[tone]
    return {"name": name, "tone": tone, "label": label, "words": words, "needs_settings": needs_settings}
