"""Shopify Flow in the settings: what it hears, whether it may act, and the newest of both with their outcome."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.channels.flow import again, settings
from shopify_app.channels.flow.actions import BY_WORD
from shopify_app.channels.flow.again import SwitchedOff
from shopify_app.channels.flow.models import DONE, REFUSED, WAITING, FlowRun
from shopify_app.channels.flow.settings import Wanted
from shopify_app.channels.flow.triggers import BY_HANDLE, BY_KIND, CHANNEL, GROUPS
from shopify_app.journal.models import ACCEPTED, DROPPED, PARKED_DELIVERY, PENDING, Delivery, Fact
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _, known
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.mail_log import again_by_itself

SHOWN = 30
TOLD = {
    ACCEPTED: (N_("Taken by Flow"), "success"),
    PENDING: (N_("Waiting"), "info"),
    PARKED_DELIVERY: (N_("Parked"), "critical"),
    DROPPED: (N_("Not sent"), "neutral"),
}
"""Taken is all that Shopify says: which workflows ran stands in Flow."""
RAN = {DONE: (N_("Done"), "success"), WAITING: (N_("Waiting"), "info"), REFUSED: (N_("Not done"), "critical")}
IS_OFF = N_("Switch Flow on first.")


@blueprint.get("/notices/flow")
@blueprint.get("/settings/flow", endpoint="old_flow")
@merchant
def flow() -> Response:
    """The switches, and the newest deliveries and runs."""
    return _show()


@blueprint.post("/settings/flow")
@merchant
def save_flow() -> Response:
    """Save the switches as they were ticked; a trigger that does not exist is ignored."""
    handles = [handle for handle in BY_HANDLE if f"on_{handle}" in request.form]
    wanted = Wanted("is_on" in request.form, handles, "takes_actions" in request.form)
    with ctx().db.session() as session:
        settings.change(session, g.shop.id, wanted, f"merchant:{g.user_id}", ctx().clock.now())
    ctx().wakeups.wake("flow")
    return _show(toast=_("Saved"))


@blueprint.post("/settings/flow/again")
@merchant
def flow_again() -> Response:
    """Send one parked delivery (`delivery`) again."""
    asked = request.form.get("delivery", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return _show(toast=_("This is not known"), is_error=True)
    try:
        is_free = again.release(ctx(), g.shop.id, int(asked))
    except SwitchedOff:
        return _show(toast=IS_OFF, is_error=True)
    return _show(
        toast=_("On the way") if is_free else _("It is not parked any more, or stays so"), is_error=not is_free
    )


def _show(*, toast: str = "", is_error: bool = False) -> Response:
    with ctx().db.session() as session:
        row = settings.of(session, g.shop.id)
        values: dict[str, Any] = {
            "is_on": row.is_on,
            "takes_actions": row.takes_actions,
            "on": set(settings.handles_of(row)),
            "told": [_told(*found) for found in _deliveries(session)],
            "runs": [_ran(run) for run in _runs(session)],
        }
    values |= {"groups": _groups(), "actions": [action.name for action in BY_WORD.values()]}
    return render.page("flow/page.html", title=_("Shopify Flow"), toast=toast, toast_is_error=is_error, **values)


def _groups() -> dict[str, list[dict[str, str]]]:
    """The triggers by the names they have in Shopify Flow, explained in the reader's language."""
    return {
        known(heading): [{"handle": one.handle, "name": one.name, "says": known(one.says)} for one in triggers]
        for heading, triggers in GROUPS.items()
    }


def _deliveries(session: Session) -> list[tuple[Delivery, Fact]]:
    found = select(Delivery, Fact).join(Fact, Fact.id == Delivery.fact_id)
    found = found.where(Delivery.shop_id == g.shop.id, Delivery.channel == CHANNEL)
    return [(delivery, fact) for delivery, fact in session.execute(found.order_by(Delivery.id.desc()).limit(SHOWN))]


def _runs(session: Session) -> list[FlowRun]:
    mine = select(FlowRun).where(FlowRun.shop_id == g.shop.id).order_by(FlowRun.id.desc())
    return list(session.scalars(mine.limit(SHOWN)))


def _told(delivery: Delivery, fact: Fact) -> dict[str, Any]:
    words, tone = TOLD.get(delivery.state, (delivery.state, "neutral"))
    trigger = BY_KIND.get(fact.kind)
    tries = again_by_itself(delivery.tries)
    return {
        "id": delivery.id,
        "what": trigger.name if trigger else fact.kind,
        "at": fact.occurred_at,
        "words": words,
        "tone": tone,
        "is_parked": delivery.state == PARKED_DELIVERY,
        "details": known(delivery.reason) or (tries if delivery.state == PENDING and delivery.tries else ""),
        **_subscription(delivery.contract_gid),
    }


def _ran(run: FlowRun) -> dict[str, Any]:
    words, tone = RAN[run.state]
    action = BY_WORD.get(run.action)
    return {
        "what": action.name if action else run.action,
        "at": run.asked_at,
        "words": words,
        "tone": tone,
        "details": known(run.words),
        **_subscription(run.contract_gid),
    }


def _subscription(gid: str | None) -> dict[str, Any]:
    number = number_of(gid) if gid else None
    return {"number": number, "href": url_for("admin.contract", number=number) if number else None}
