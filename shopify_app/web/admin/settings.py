"""Settings: when charges run, what shoppers are told and when, Klaviyo, and the stop switch with who used it.

No form here needs a secret against forged requests: a request that changes something is accepted only with an id
token in its Authorization header, which no other site can make a browser send (web/access.py).
"""

from __future__ import annotations

from typing import Any

from flask import Response, g, request
from sqlalchemy.orm import Session

from shopify_app.billing import hours
from shopify_app.billing import settings as billing
from shopify_app.cards import settings as cards
from shopify_app.channels.klaviyo.models import CONNECTED, KlaviyoAccount, account_of
from shopify_app.journal import queries as journal
from shopify_app.journal.models import Fact
from shopify_app.journal.record import record
from shopify_app.kit.speech import N_, _
from shopify_app.links import settings as links
from shopify_app.notices import settings as notices
from shopify_app.shops.language import LANGUAGES
from shopify_app.shops.models import Shop
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, mail_face, render, sentences
from shopify_app.web.format import city
from shopify_app.web.forms import Form

LONGEST_CATCH_UP = 30
LONGEST_REASON = 200
AS_IN_SHOPIFY = "shopify"
"""What the form sends for no language of the shop's own."""
HOST_MOVED = N_(
    "This copy of Perennial runs at another address than the one it was installed at, so charging stays stopped. "
    "Whoever runs it confirms the move with `perennial doctor --adopt`."
)


@blueprint.get("/settings")
@merchant
def settings() -> Response:
    """The page as it is saved."""
    return show()


@blueprint.post("/settings")
@merchant
def save_settings() -> Response:
    """Save times; with a wrong field nothing is saved."""
    form = Form(request.form)
    hour = form.whole_number("billing_hour", 0, 23)
    catch_up = form.whole_number("catch_up_days", 0, LONGEST_CATCH_UP)
    leads = form.whole_numbers("lead_days", 1, notices.LONGEST, most=notices.MOST)
    card_leads = form.whole_numbers("card_lead_days", 1, cards.LONGEST, most=cards.MOST)
    mode = form.choice("mail_links", links.MODES)
    if hour is None or catch_up is None or leads is None or card_leads is None or mode is None:
        return show(form=form)
    with ctx().db.session() as session:
        is_moved = hours.change(session, g.shop.id, hour)
        row = billing.of(session, g.shop.id)
        row.catch_up_days = catch_up
        session.add(row)
        actor, now = f"merchant:{g.user_id}", ctx().clock.now()
        notices.change(session, g.shop.id, leads, actor, now)
        if "card_lead_days" in form.typed:
            cards.change(session, g.shop.id, card_leads, actor, now)
        links.change(session, session.get_one(Shop, g.shop.id), mode, actor, now)
    if is_moved:
        hours.move_slice(ctx(), g.shop.id)  # all there is in most shops; a worker does the rest
        ctx().wakeups.wake("hours")
    ctx().wakeups.wake("notices")
    ctx().wakeups.wake("cards")
    return show(toast=_("Settings saved"))


@blueprint.post("/settings/stop")
@merchant
def stop_charging() -> Response:
    """Charge nobody until it is started again. The reason is kept for colleagues."""
    form = Form(request.form)
    reason = form.text("reason", _("a reason, so that your colleagues know"), longest=LONGEST_REASON)
    if reason is None:
        return show(form=form)
    with ctx().db.session() as session:
        shop = session.get_one(Shop, g.shop.id)
        if shop.billing_stopped_at is None:
            shop.billing_stopped_at, shop.billing_stopped_reason = ctx().clock.now(), reason
            _note(session, "charging.stopped", reason)
    return show(toast=_("Charging is stopped"))


@blueprint.post("/settings/start")
@merchant
def start_charging() -> Response:
    """Let charges run again, unless this is a copy of another installation."""
    with ctx().db.session() as session:
        shop = session.get_one(Shop, g.shop.id)
        if shop.host != ctx().settings.host:
            return show(toast=_("Charging stays stopped"), is_error=True, stop_problem=HOST_MOVED)
        if shop.billing_stopped_at is not None:
            shop.billing_stopped_at = shop.billing_stopped_reason = None
            _note(session, "charging.started", None)
    ctx().wakeups.wake("billing")
    return show(toast=_("Charging runs again"))


def show(*, form: Form | None = None, toast: str = "", is_error: bool = False, **more: Any) -> Response:
    """Render the page as saved, or with what was typed and what is wrong with it (status 422)."""
    with ctx().db.session() as session:
        values = _values(session)
    errors = form.errors if form else {}
    if form:
        values["typed"] |= {name: form.typed[name] for name in values["typed"] if name in form.typed}
        toast, is_error = _("Nothing was saved"), True
    values |= {"errors": errors, "toast": toast, "toast_is_error": is_error} | more
    return render.page("settings/page.html", title=_("Settings"), code=422 if errors else 200, **values)


def _values(session: Session) -> dict[str, Any]:
    shop = session.get_one(Shop, g.shop.id)
    row = billing.of(session, shop.id)
    return {
        "typed": {
            "billing_hour": str(row.billing_hour),
            "catch_up_days": str(row.catch_up_days),
            "lead_days": ", ".join(str(days) for days in notices.lead_days(session, shop.id)),
            "card_lead_days": ", ".join(str(days) for days in cards.lead_days(session, shop.id)),
            "mail_links": shop.mail_links,
            "language": shop.staff_language or AS_IN_SHOPIFY,
            "reason": "",
            **mail_face.typed(session, shop),
        },
        "hour": row.billing_hour,
        "zone_name": city(shop.zone),
        "stopped_at": shop.billing_stopped_at,
        "stopped_reason": shop.billing_stopped_reason,
        "languages": {AS_IN_SHOPIFY: _("As in Shopify"), **LANGUAGES},
        "mail": mail_face.values(session, shop),
        "klaviyo": _klaviyo(account_of(session, shop.id)),
        "history": [_event(fact) for fact in journal.of_shop(session, shop.id)],
    }


def _klaviyo(account: KlaviyoAccount | None) -> dict[str, Any] | None:
    if account is None:
        return None
    return {
        "name": account.account_name,
        "hint": account.key_hint,
        "is_well": account.state == CONNECTED,
        "problem": account.broken_reason or _("Klaviyo refused the key."),
        "since": account.connected_at,
        "takes_profiles": account.profiles_refused is None,
    }


def _event(fact: Fact) -> dict[str, Any]:
    said = sentences.sentence(fact, g.shop.zone)
    return {"at": fact.occurred_at, "words": said.words, "tone": said.tone}


def _note(session: Session, kind: str, reason: str | None) -> None:
    now = ctx().clock.now()
    actor = f"merchant:{g.user_id}"
    record(session, g.shop.id, key=f"{kind}:{now.isoformat()}", kind=kind, occurred_at=now, actor=actor, cause=reason)
