"""Notes that staff write to each other, above what happened to a subscription."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Response, g, request

from shopify_app.contracts import staff_notes
from shopify_app.kit.speech import N_, _
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint
from shopify_app.web.admin.contract import find, missing, show
from shopify_app.web.forms import Form

ERASED = N_("This customer was erased at their request, so nothing is written about them any more.")


@blueprint.post("/contracts/<number>/notes")
@merchant
def write_note(number: str) -> Response:
    """Save a note. With a wrong one nothing is saved, and it stays in its field."""
    found, form = find(number), Form(request.form)
    if found is None:
        return missing()
    text = form.paragraphs("staff_note", _("a note"), longest=staff_notes.LONGEST)
    request_id = form.request_id() or str(uuid4())
    if text is None:
        return show(number, code=422, toast=_("Nothing was saved"), is_error=True, note=_again(form, request_id))
    try:
        with ctx().db.session() as session:
            staff_notes.write(session, found.contract, text, request_id, f"merchant:{g.user_id}", ctx().clock.now())
    except staff_notes.Erased:
        return show(number, code=409, toast=str(ERASED), is_error=True)
    return show(number, toast=_("Note saved"))


@blueprint.post("/contracts/<number>/notes/delete")
@merchant
def delete_note(number: str) -> Response:
    """Delete one note for good."""
    found, form = find(number), Form(request.form)
    if found is None:
        return missing()
    wanted, is_gone = form.typed.get("note", ""), False
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        with ctx().db.session() as session:
            actor, now = f"merchant:{g.user_id}", ctx().clock.now()
            is_gone = staff_notes.remove(session, found.contract, int(wanted), actor, now)
    return show(number, toast=_("Note deleted") if is_gone else _("This note is not there any more"))


def _again(form: Form, request_id: str) -> dict[str, Any]:
    """The field as it was typed, with what is wrong."""
    typed, error = form.typed.get("staff_note", ""), form.errors["staff_note"]
    return {"typed": typed, "error": error, "request_id": request_id}
