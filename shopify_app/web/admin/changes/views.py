"""The pages of all edits of a subscription, and Undo. The preview carries a request id: a double tap acts once."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from flask import Response, g, request

from shopify_app.edits.contract import door
from shopify_app.edits.contract.action import Action, Target
from shopify_app.kit.speech import _, known
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, delivery_words, render, rule_words, words
from shopify_app.web.admin.changes.face import Face
from shopify_app.web.admin.changes.registry import FACES
from shopify_app.web.admin.contract import find, missing, show
from shopify_app.web.admin.detail import Detail
from shopify_app.web.admin.offers import Undo
from shopify_app.web.admin.told import no_undo, tell
from shopify_app.web.forms import Form


def _view(face: Face) -> Callable[[str], Response]:
    def view(number: str) -> Response:
        found = find(number)
        if found is None:
            return missing()
        form = Form(request.form if request.method == "POST" else request.args)
        if request.method == "GET" and face.fields:
            return _page(face, number, found, form)
        action = face.read(form, found)
        if action is None:
            return _page(face, number, found, form, code=422 if form.errors else 200)
        request_id = form.request_id()
        if request.method == "GET" or request_id is None:
            return _preview(face, number, found, form, action)
        answer = door.carry_out(ctx(), action, _target(found), request_id)
        return tell(number, answer, _offered(found, request_id))

    view.__name__ = f"contract_{face.verb}"
    view.__doc__ = f"{face.button}: shown before and after first."
    return view


def _undo(number: str) -> Response:
    """Take back an edit that was just made: through the same door, with a request id of its own."""
    found = find(number)
    if found is None:
        return missing()
    form = Form(request.form)
    action, request_id = door.undo(ctx(), _target(found), form.typed.get("of", "")), form.request_id()
    if action is None or request_id is None:
        return no_undo(number)
    return tell(number, door.carry_out(ctx(), action, _target(found), request_id))


def _offered(found: Detail, request_id: str) -> Undo | None:
    """What takes back the edit that was asked for by this id."""
    can_undo = door.undo(ctx(), _target(found), request_id) is not None
    return Undo("undo", {"of": request_id, "request_id": str(uuid4())}) if can_undo else None


def _preview(face: Face, number: str, found: Detail, form: Form, action: Action) -> Response:
    seen = door.preview(ctx(), action, _target(found))
    if seen is None:
        return missing()
    if seen.why_not is not None and face.fields:
        form.errors[face.field] = seen.why_not.words
        return _page(face, number, found, form, code=422)
    if seen.why_not is not None:
        code = 200 if request.method == "GET" else 409
        return show(number, code=code, toast=known(seen.why_not.words), is_error=True)
    pictures = ((_("Now"), seen.before), (_("Then"), seen.after))
    sides = [(name, picture, words.status(picture.status)) for name, picture in pictures]
    before, after = seen.before.as_json(), seen.after.as_json()
    changed = {name for name in before if before[name] != after[name]}
    shown, request_id = face.shown(action), str(uuid4())
    against = rule_words.against(seen.overridden)
    return _page(
        face, number, found, form, sides=sides, changed=changed, shown=shown, against=against, request_id=request_id,
        way=delivery_words.of_picture,
    )  # fmt: skip


def _page(face: Face, number: str, found: Detail, form: Form, *, code: int = 200, **values: object) -> Response:
    return render.page(
        "contract/change/page.html",
        title=face.title,
        code=code,
        face=face,
        number=number,
        typed=form.typed,
        errors=form.errors,
        currency=found.contract.currency,
        **face.choices(found, form),
        **values,
    )


def _target(found: Detail) -> Target:
    return Target(g.shop.id, found.contract.shopify_gid, f"merchant:{g.user_id}")


for _face in FACES:
    blueprint.add_url_rule(
        f"/contracts/<number>/{_face.verb}", view_func=merchant(_view(_face)), methods=["GET", "POST"]
    )
_undo.__name__ = "contract_undo"
blueprint.add_url_rule("/contracts/<number>/undo", view_func=merchant(_undo), methods=["POST"])
