"""Settings of what happens after a failed charge: one ladder for each kind of trouble, told in words first."""

from __future__ import annotations

from datetime import datetime

from flask import Response, g, request
from sqlalchemy.orm import Session

from shopify_app.billing import settings as billing
from shopify_app.dunning import ladders, marking
from shopify_app.dunning.ladders import ONLY_SHOPPERS, Ladders
from shopify_app.dunning.marks import KEY, TAG
from shopify_app.dunning.policy import DEFAULTS, MOST_WAITS, Final, Ladder
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.gateways.shopify.marks import NAMESPACE
from shopify_app.kit.db import lock
from shopify_app.kit.speech import N_, _
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, ladder_words, render
from shopify_app.web.admin.payment_words import CLASSES
from shopify_app.web.forms import Form

FINALS = {
    Final.SKIP: N_("Skip this order; the next one is charged as usual"),
    Final.PAUSE: N_("Pause the subscription"),
    Final.CANCEL: N_("Cancel the subscription for good"),
    Final.PERSON: N_("Leave it to us: it waits for a decision"),
}
IN_HOURS = Decline.TRANSIENT
UNKNOWN = N_("There is no such kind of failed charge.")


@blueprint.get("/payments/after")
@blueprint.get("/settings/payments", endpoint="old_ladders")
@merchant
def ladder_list() -> Response:
    """Every ladder in words, or with `?kind=` the form of one."""
    if "kind" not in request.args:
        return list_page()
    decline = _kind(request.args["kind"])
    return _form(decline) if decline else _unknown()


@blueprint.post("/settings/payments")
@merchant
def save_ladder() -> Response:
    """Save a ladder; with a wrong field nothing is saved."""
    form = Form(request.form)
    decline = _kind(form.typed.get("kind", ""))
    if decline is None:
        return _unknown()
    wanted = _read(form, decline)
    return _form(decline, form=form) if wanted is None else _change(decline, wanted, _("Saved"))


@blueprint.post("/settings/payments/usual")
@merchant
def reset_ladder() -> Response:
    """Go back to what Perennial does unless told otherwise."""
    decline = _kind(request.form.get("kind", ""))
    return _change(decline, DEFAULTS[decline], _("As Perennial proposes it")) if decline else _unknown()


@blueprint.post("/settings/payments/preview")
@merchant
def preview_ladder() -> Response:
    """What was typed, in words: a piece of the page that is fetched while the form is filled in."""
    form = Form(request.form)
    decline = _kind(form.typed.get("kind", ""))
    if decline is None:
        return render.part("ladders/preview.html", said=[UNKNOWN])
    wanted = _read(form, decline)
    if wanted is None:
        return render.part("ladders/preview.html", said=list(dict.fromkeys(form.errors.values())))
    with ctx().db.session() as session:
        said = _said(session, decline, {**ladders.of(session, g.shop.id), decline: wanted})
    return render.part("ladders/preview.html", said=said)


def waits_of(decline: Decline) -> int:
    """Return how many further tries can be chosen for a class."""
    return 0 if decline in ONLY_SHOPPERS else MOST_WAITS


def _read(form: Form, decline: Decline) -> Ladder | None:
    """The ladder that was typed, empty waits left out; None with errors at the fields, in the ladders' own words."""
    saved = DEFAULTS[decline]
    waits = [_number(form, f"wait_{number}", decline, "waits") for number in range(1, waits_of(decline) + 1)]
    hour, patience, final = saved.hour, saved.patience, saved.final
    if decline is not IN_HOURS:
        hour = _number(form, "hour", decline, "hour") or 0
        patience = _number(form, "patience", decline, "patience") or 0
        final = Final(form.choice("final", [each.value for each in Final]) or saved.final)
    if not form.is_valid:
        return None
    wanted = Ladder(tuple(wait for wait in waits if wait is not None), hour, patience, final)
    if problem := ladders.why_not(decline, wanted):
        form.errors["final"] = problem
    return wanted if form.is_valid else None


def _number(form: Form, name: str, decline: Decline, part: str) -> int | None:
    """A whole number that its part of a ladder takes; None for an empty field."""
    text = form.typed.get(name, "").strip()
    if not text and part == "waits":
        return None
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    tried = {"waits": Ladder(waits=(number,)), "hour": Ladder(hour=number), "patience": Ladder(patience=number)}
    if problem := ladders.why_not(decline, tried[part]):
        form.errors[name] = problem
    return number


def _change(decline: Decline, wanted: Ladder, toast: str) -> Response:
    with ctx().db.session() as session:
        lock(session, "ladders", g.shop.id)
        is_other = ladders.change(session, g.shop.id, decline, wanted, f"merchant:{g.user_id}", ctx().clock.now())
    return _form(decline, toast=toast if is_other else _("It is like that already"))


def list_page(*, code: int = 200, toast: str = "", is_error: bool = False) -> Response:
    """Render every ladder in words, and how customers are marked meanwhile."""
    with ctx().db.session() as session:
        own, marks = ladders.of(session, g.shop.id), marking.of(session, g.shop.id)
        rows = [
            {
                "kind": decline.value,
                "name": CLASSES[decline],
                "means": means,
                "said": _said(session, decline, own),
                "is_own": own[decline] != DEFAULTS[decline],
            }
            for decline, means in ladder_words.MEANS.items()
        ]
    return render.page(
        "ladders/page.html",
        title=_("After a failed charge"),
        code=code,
        rows=rows,
        marks=marks,
        tag=TAG,
        metafield=f"{NAMESPACE}.{KEY}",
        toast=toast,
        toast_is_error=is_error,
    )


def _form(decline: Decline, *, form: Form | None = None, toast: str = "") -> Response:
    """Render the form as saved, or with what was typed and what is wrong with it (status 422)."""
    with ctx().db.session() as session:
        own = ladders.of(session, g.shop.id)
        said = _said(session, decline, own)
    return render.page(
        "ladders/form.html",
        title=CLASSES[decline],
        code=422 if form else 200,
        kind=decline.value,
        means=ladder_words.MEANS[decline],
        unit="hours" if decline is IN_HOURS else "days",
        waits=waits_of(decline),
        has_end=decline is not IN_HOURS,
        is_shoppers=decline in ladder_words.WAITS,
        finals=FINALS,
        typed=form.typed if form else _typed(own[decline]),
        errors=form.errors if form else {},
        said=said,
        is_own=own[decline] != DEFAULTS[decline],
        toast=_("Nothing was saved") if form else toast,
        toast_is_error=form is not None,
    )


def _said(session: Session, decline: Decline, own: Ladders) -> list[str]:
    hour = billing.of(session, g.shop.id).billing_hour
    now: datetime = ctx().clock.now()
    return ladder_words.preview(decline, own, ladder_words.fails_at(now, g.shop.zone, hour), g.shop.zone)


def _typed(saved: Ladder) -> dict[str, str]:
    waits = {f"wait_{number}": str(wait) for number, wait in enumerate(saved.waits, 1)}
    return waits | {"hour": str(saved.hour), "patience": str(saved.patience), "final": saved.final.value}


def _unknown() -> Response:
    return list_page(code=404, toast=UNKNOWN, is_error=True)


def _kind(kind: str) -> Decline | None:
    return next((decline for decline in ladder_words.MEANS if decline.value == kind), None)
