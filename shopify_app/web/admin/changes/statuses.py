"""Forms for pausing, resuming, reactivating and cancelling."""

from __future__ import annotations

from datetime import date, datetime, time

from flask import g

from shopify_app.contracts.models import ACTIVE, FAILED, PAUSED
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.statuses import REASONS, Cancel, Pause, Reactivate, Resume
from shopify_app.kit.speech import N_, _
from shopify_app.web import ctx
from shopify_app.web.admin.changes.face import ALIVE, Face
from shopify_app.web.admin.detail import Detail
from shopify_app.web.forms import Form

LONGEST_COMMENT = 500


def _pause(form: Form, found: Detail) -> Action | None:
    typed = form.typed.get("until", "").strip()
    if not typed:
        return Pause()
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        form.errors["until"] = _("Enter a day as YYYY-MM-DD.")
        return None
    until = datetime.combine(day, time(), tzinfo=g.shop.zone)
    if until <= ctx().clock.now():
        form.errors["until"] = _("Choose a day after today.")
        return None
    return Pause(until.isoformat())


def _cancel(form: Form, found: Detail) -> Action | None:
    reason = form.choice("reason", list(REASONS))
    comment = form.text("comment", _("a comment"), longest=LONGEST_COMMENT, required=False)
    return Cancel(reason, comment) if reason is not None and comment is not None else None


FACES = (
    Face(
        "pause",
        N_("Pause this subscription?"),
        N_("Pause"),
        _pause,
        statuses=(ACTIVE,),
        fields="pause.html",
        names=("until",),
    ),
    Face("resume", N_("Resume this subscription?"), N_("Resume"), lambda form, found: Resume(), statuses=(PAUSED,)),
    Face(
        "reactivate",
        N_("Reactivate this subscription?"),
        N_("Reactivate"),
        lambda form, found: Reactivate(),
        statuses=(FAILED,),
    ),
    Face(
        "cancel",
        N_("Cancel this subscription?"),
        N_("Cancel subscription"),
        _cancel,
        statuses=ALIVE,
        fields="cancel.html",
        names=("reason", "comment"),
        choices=lambda found, form: {"reasons": REASONS},
        is_critical=True,
        warning=N_("A cancelled subscription cannot be brought back."),
    ),
)
