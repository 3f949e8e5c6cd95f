"""The send log: what was handed to Klaviyo, what waits, and what is parked, found by shopper."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo import again
from shopify_app.channels.klaviyo.catalogue import CHANNEL, METRICS
from shopify_app.channels.klaviyo.models import CONNECTED, KlaviyoAccount, account_of
from shopify_app.journal.models import ACCEPTED, DROPPED, PARKED_DELIVERY, PENDING, Delivery, Fact
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _, known, ngettext
from shopify_app.shoppers.models import Shopper
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.klaviyo_words import REFUSED
from shopify_app.web.admin.mail_log import again_by_itself

PAGE = 50
LONGEST_SEARCH = 200
STATES = {
    ACCEPTED: (N_("Accepted by Klaviyo"), "success"),
    PENDING: (N_("Waiting"), "info"),
    PARKED_DELIVERY: (N_("Parked"), "critical"),
    DROPPED: (N_("Not sent"), "neutral"),
}
"""Accepted is all that Klaviyo ever says: neither "sent" nor "delivered" may stand here."""
SHOWS = [("", N_("All events")), *((state, words) for state, (words, _) in STATES.items())]
NOT_CONNECTED = N_("Connect Klaviyo in the settings first.")


@blueprint.get("/notices")
@blueprint.get("/settings/klaviyo/log", endpoint="old_send_log")
@merchant
def send_log() -> Response:
    """The newest events first. Unknown filters count as none."""
    return _show()


@blueprint.post("/settings/klaviyo/log/again")
@merchant
def send_again() -> Response:
    """Let one parked event go (`delivery`), or all of them."""
    asked = request.form.get("delivery", "")
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return _show(toast=_("This event is not known"), is_error=True)
    try:
        freed, kept = again.release(ctx(), g.shop.id, int(asked) if asked else None)
    except again.NotConnected:
        return _show(toast=NOT_CONNECTED, is_error=True)
    if not freed and not kept:
        return _show(toast=_("Nothing is parked any more"))
    words = ngettext("%(num)s event on the way", "%(num)s events on the way", freed)
    if kept:
        words += "; " + ngettext(
            "%(num)s event could not be sent, see the reason",
            "%(num)s events could not be sent, see the reason",
            kept,
        )
    return _show(toast=words, is_error=not freed)


def _show(*, toast: str = "", is_error: bool = False) -> Response:
    search = request.values.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    show = request.values.get("show", "")
    show = show if show in STATES else ""
    with ctx().db.session() as session:
        found = session.execute(_query(search, show).limit(PAGE + 1)).all()
        values: dict[str, Any] = {
            "rows": [_row(*row) for row in found[:PAGE]],
            "next": _older(search, show, found[PAGE - 1][0].id) if len(found) > PAGE else None,
            "parked": _count(session, PARKED_DELIVERY),
            "waiting": _count(session, PENDING),
            "problem": _problem(account_of(session, g.shop.id)),
        }
    is_filtered = bool(search or show or request.values.get("before"))
    values |= {"search": search, "show": show, "shows": SHOWS, "is_filtered": is_filtered}
    return render.page("sendlog/page.html", title=_("Send log"), toast=toast, toast_is_error=is_error, **values)


def _query(search: str, show: str) -> Select[Delivery, Fact, Shopper]:
    shopper = and_(Shopper.shop_id == Fact.shop_id, Shopper.shopify_gid == Fact.customer_gid)
    rows = select(Delivery, Fact, Shopper).join(Fact, Fact.id == Delivery.fact_id).outerjoin(Shopper, shopper)
    rows = rows.where(Delivery.shop_id == g.shop.id, Delivery.channel == CHANNEL, *_about(search))
    rows = rows.where(Delivery.state == show) if show else rows
    before = request.args.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.where(Delivery.id < int(before))
    return rows.order_by(Delivery.id.desc())


def _about(search: str) -> list[ColumnElement[bool]]:
    """Each word is found in the shopper's name, mail or phone, or is the subscription's number."""
    return [
        or_(
            *(
                column.icontains(word, autoescape=True)
                for column in (Shopper.first_name, Shopper.last_name, Shopper.email, Shopper.phone)
            ),
            Delivery.contract_gid == f"gid://shopify/SubscriptionContract/{word.removeprefix('#')}",
        )
        for word in search.split()
    ]


def _row(delivery: Delivery, fact: Fact, shopper: Shopper | None) -> dict[str, Any]:
    number = number_of(delivery.contract_gid) if delivery.contract_gid else None
    words, tone = STATES.get(delivery.state, (delivery.state, "neutral"))
    return {
        "id": delivery.id,
        "metric": METRICS.get(fact.kind, fact.kind),
        "shopper": shopper.label if shopper else _("Customer not known"),
        "mail": shopper.email if shopper else None,
        "number": number,
        "href": url_for("admin.contract", number=number) if number else None,
        "at": fact.occurred_at,
        "words": words,
        "tone": tone,
        "is_parked": delivery.state == PARKED_DELIVERY,
        "details": known(delivery.reason) or _tries(delivery),
    }


def _tries(delivery: Delivery) -> str:
    if delivery.state != PENDING or not delivery.tries:
        return ""
    return f"{again_by_itself(delivery.tries)} {delivery.last_error or ''}".strip()


def _older(search: str, show: str, last: int) -> str:
    kept = {name: value for name, value in (("q", search), ("show", show)) if value}
    return url_for("admin.send_log", before=last, **kept)  # type: ignore[arg-type]


def _count(session: Session, state: str) -> int:
    rows = select(func.count()).select_from(Delivery)
    mine = rows.where(Delivery.shop_id == g.shop.id, Delivery.channel == CHANNEL, Delivery.state == state)
    return int(session.scalar(mine) or 0)


def _problem(account: KlaviyoAccount | None) -> str:
    if account is None:
        return _("Klaviyo is not connected. What happens meanwhile is kept and told when you connect.")
    if account.state != CONNECTED:
        lost = _("Nothing is lost: what waits is sent when you connect again.")
        return f"{known(account.broken_reason) or REFUSED} {lost}"
    return ""
