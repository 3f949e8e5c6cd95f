"""What a merchant changes about a whole subscription: a form, a preview of before and after, then the deed.

The preview carries a request id, so that a double tap acts once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from uuid import uuid4

from flask import Response, g, request

from shopify_app.edits.contract import door
from shopify_app.edits.contract.action import Action, Target
from shopify_app.edits.contract.requests import LONGEST_ID
from shopify_app.edits.contract.statuses import REASONS, Cancel, Pause, Reactivate, Resume
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render, words
from shopify_app.web.admin.contract import find, missing, show
from shopify_app.web.admin.offers import BUTTONS
from shopify_app.web.forms import Form

LONGEST_COMMENT = 500
TITLES = {
    "pause": "Pause this subscription?",
    "resume": "Resume this subscription?",
    "reactivate": "Reactivate this subscription?",
    "cancel": "Cancel this subscription?",
}


def _pause(form: Form) -> Action | None:
    typed = form.typed.get("until", "").strip()
    if not typed:
        return Pause()
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        form.errors["until"] = "Enter a day as YYYY-MM-DD."
        return None
    until = datetime.combine(day, time(), tzinfo=g.shop.zone)
    if until <= ctx().clock.now():
        form.errors["until"] = "Choose a day after today."
        return None
    return Pause(until.isoformat())


def _cancel(form: Form) -> Action | None:
    reason = form.choice("reason", list(REASONS))
    comment = form.text("comment", "a comment", longest=LONGEST_COMMENT, required=False)
    return Cancel(reason, comment) if reason is not None and comment is not None else None


READERS: dict[str, Callable[[Form], Action | None]] = {
    "pause": _pause,
    "resume": lambda form: Resume(),
    "reactivate": lambda form: Reactivate(),
    "cancel": _cancel,
}
WITH_FIELDS = ("pause", "cancel")


def _view(verb: str) -> Callable[[str], Response]:
    def view(number: str) -> Response:
        found = find(number)
        if found is None:
            return missing()
        form = Form(request.form if request.method == "POST" else request.args)
        if request.method == "GET" and verb in WITH_FIELDS:
            return _page(verb, number, form)
        action = READERS[verb](form)
        if action is None:
            return _page(verb, number, form, code=422)
        target = Target(g.shop.id, found.contract.shopify_gid, f"merchant:{g.user_id}")
        request_id = form.typed.get("request_id", "")
        if request.method == "GET" or not 0 < len(request_id) <= LONGEST_ID:
            return _preview(verb, number, form, action, target)
        answer = door.carry_out(ctx(), action, target, request_id)
        return show(number, code=200 if answer.is_done else 409, toast=answer.words, is_error=not answer.is_done)

    view.__name__ = f"contract_{verb}"
    view.__doc__ = f"{BUTTONS[verb]}: shown before and after first."
    return view


def _preview(verb: str, number: str, form: Form, action: Action, target: Target) -> Response:
    seen = door.preview(ctx(), action, target)
    if seen is None:
        return missing()
    if seen.why_not is not None:
        code = 200 if request.method == "GET" else 409
        return show(number, code=code, toast=seen.why_not.words, is_error=True)
    pictures = (("Now", seen.before), ("Then", seen.after))
    sides = [(name, picture, words.status(picture.status)) for name, picture in pictures]
    return _page(verb, number, form, sides=sides, request_id=str(uuid4()))


def _page(verb: str, number: str, form: Form, *, code: int = 200, **values: object) -> Response:
    return render.page(
        "contract/change.html",
        title=TITLES[verb],
        code=code,
        verb=verb,
        number=number,
        button=BUTTONS[verb],
        typed=form.typed,
        errors=form.errors,
        reasons=REASONS,
        is_critical=verb == "cancel",
        **values,
    )


for _verb in READERS:
    blueprint.add_url_rule(f"/contracts/<number>/{_verb}", view_func=merchant(_view(_verb)), methods=["GET", "POST"])
