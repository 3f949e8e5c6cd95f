"""The pages of all edits of one date, and Undo. The preview carries a request id: a double tap acts once."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from flask import Response, g, request

from shopify_app.billing import by_hand
from shopify_app.edits import door, requests, undo
from shopify_app.edits.answers import WORDS, Answer, Refusal
from shopify_app.edits.change import Change, Target
from shopify_app.edits.rules import hook
from shopify_app.kit.speech import _
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render, rule_words
from shopify_app.web.admin.contract import find, missing, show
from shopify_app.web.admin.dates import contents, plain
from shopify_app.web.admin.dates.face import Asked, Face
from shopify_app.web.admin.offers import Undo
from shopify_app.web.admin.told import no_undo, tell
from shopify_app.web.forms import Form

GONE = by_hand.GONE
FACES: tuple[Face, ...] = (*plain.FACES, *contents.FACES)


def _view(face: Face) -> Callable[[str], Response]:
    def view(number: str) -> Response:
        found = find(number)
        if found is None:
            return missing()
        asked = _asked(number, Form(request.form if request.method == "POST" else request.args))
        if asked is None:
            return show(number, code=200 if request.method == "GET" else 409, toast=GONE, is_error=True)
        if request.method == "GET" and face.fields:
            return _page(face, asked)
        if (answer := _answered(asked)) is not None:
            return _told(asked, answer, asked.form.request_id() or "")
        change = face.read(asked)
        if change is None:
            return _page(face, asked, code=422)
        request_id = asked.form.request_id()
        if request.method == "GET" or request_id is None:
            return _preview(face, asked, change)
        return _told(asked, face.do(ctx(), change, _target(asked), request_id), request_id)

    view.__name__ = f"contract_{face.verb}"
    view.__doc__ = f"{face.button}: asked in words first."
    return view


def _answered(asked: Asked) -> Answer | None:
    """What the same request was answered before: the page it was made of may show other things by now."""
    request_id = asked.form.request_id() if request.method == "POST" else None
    if request_id is None:
        return None
    with ctx().db.session() as session:
        return requests.told(session, _target(asked), request_id)


def _undo(number: str) -> Response:
    """Take back an edit of a date that was just made: through the same door, with a request id of its own."""
    if find(number) is None:
        return missing()
    asked = _asked(number, Form(request.form))
    request_id = asked.form.request_id() if asked else None
    change = undo.find(ctx(), _target(asked), asked.form.typed.get("of", "")) if asked else None
    if asked is None or change is None or request_id is None:
        return no_undo(number)
    return tell(number, door.carry_out(ctx(), change, _target(asked), request_id))


def _asked(number: str, form: Form) -> Asked | None:
    """What the request is about; None when its date is not among those that can still be charged."""
    found, given = find(number), form.typed.get("cycle", "")
    cycle = next((each for each in found.cycles if str(each.cycle_index) == given), None) if found else None
    return Asked(number, found, cycle, form) if found and cycle else None


def _told(asked: Asked, answer: Answer, request_id: str) -> Response:
    can_undo = undo.find(ctx(), _target(asked), request_id) is not None
    fields = {"of": request_id, "request_id": str(uuid4()), "cycle": str(asked.cycle.cycle_index)}
    return tell(asked.number, answer, Undo("undo_date", fields) if can_undo else None)


def _preview(face: Face, asked: Asked, change: Change) -> Response:
    refusal, against = _judged(asked, change)
    if refusal is not None and face.fields:
        asked.form.errors[next(iter(face.names(asked)), "")] = WORDS[refusal]
        return _page(face, asked, code=422)
    if refusal is not None:
        code = 200 if request.method == "GET" else 409
        return show(asked.number, code=code, toast=WORDS[refusal], is_error=True)
    sentences = face.explain(asked, change)
    sentences += [_("This goes against %(against)s; you may do it all the same.", against=against)] if against else []
    return _page(face, asked, sentences=sentences, request_id=str(uuid4()))


def _judged(asked: Asked, change: Change) -> tuple[Refusal | None, str]:
    """Why it cannot be done, and which rules for shoppers it goes against."""
    target = _target(asked)
    with ctx().db.session() as session:
        standing = door.look(session, target, ctx().clock.now())
        if standing is None:
            return Refusal.GONE, ""
        refusal = change.why_not(standing)
        verdict = hook.of_change(session, change, standing, target.actor)
    return refusal, rule_words.against(verdict.overridden)


def _page(face: Face, asked: Asked, *, code: int = 200, **values: object) -> Response:
    return render.page(
        "contract/date/page.html",
        title=face.heading(asked),
        code=code,
        face=face,
        number=asked.number,
        cycle=asked.cycle.cycle_index,
        currency=asked.contract.currency,
        names=face.names(asked),
        typed=asked.form.typed,
        errors=asked.form.errors,
        **face.choices(asked),
        **values,
    )


def _target(asked: Asked) -> Target:
    return Target(g.shop.id, asked.contract.shopify_gid, asked.cycle.cycle_index, f"merchant:{g.user_id}")


for _face in FACES:
    blueprint.add_url_rule(
        f"/contracts/<number>/{_face.verb}", view_func=merchant(_view(_face)), methods=["GET", "POST"]
    )
_undo.__name__ = "contract_undo_date"
blueprint.add_url_rule("/contracts/<number>/undo_date", view_func=merchant(_undo), methods=["POST"])
