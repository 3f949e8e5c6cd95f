"""What a merchant does about a failed charge: try it now, give it up, or try all that waited for them.

As on a subscription's page: GET asks in words whether it is meant, POST does it once and shows the page as it is.
"""

from __future__ import annotations

from flask import Response, g, request

from shopify_app.billing import by_hand
from shopify_app.contracts.cycles import total_of
from shopify_app.dunning import give_up, ladders, mended
from shopify_app.dunning.models import OPEN
from shopify_app.dunning.policy import Final
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, contract, render
from shopify_app.web.admin.actions import ASKED_FIRST, LARGEST
from shopify_app.web.admin.payments import cases, telling, views
from shopify_app.web.format import day, money, plural
from shopify_app.web.forms import Form

WAYS = {
    Final.SKIP: N_("Skip this order"),
    Final.PAUSE: N_("Pause the subscription"),
    Final.CANCEL: N_("Cancel the subscription for good"),
}
NOTHING_LEFT = N_("Nothing is left to try: each is being charged, or settled.")


@blueprint.route("/payments/<number>/retry", methods=["GET", "POST"])
@merchant
def retry_payment(number: str) -> Response:
    """Charge a failed order now. The form says which attempt it is about, so that a double tap acts once."""
    found = _find(number)
    if found is None or found.cycle is None or found.case.state != OPEN:
        return _over(found)
    form = Form(request.form)
    if request.method == "GET":
        return _confirm_retry(found)
    attempt = form.whole_number("number", 1, LARGEST)
    if attempt is None:
        return _back(found, by_hand.Answer(False, by_hand.GONE))
    gid, index = found.contract.shopify_gid, found.case.cycle_index
    return _back(found, by_hand.charge_now(ctx(), g.shop.id, gid, index, attempt, _actor()))


@blueprint.route("/payments/<number>/give-up", methods=["GET", "POST"])
@merchant
def give_up_payment(number: str) -> Response:
    """End a failed charge: skip the order, pause or cancel the subscription."""
    found = _find(number)
    if found is None or found.case.state != OPEN:
        return _over(found)
    if request.method == "GET":
        return _confirm_giving_up(found, Form({}))
    form = Form(request.form)
    wanted = form.choice("way", [way.value for way in WAYS])
    if wanted is None:
        return _confirm_giving_up(found, form)
    return _back(found, give_up.give_up(ctx(), g.shop.id, found.case.id, Final(wanted), _actor()))


@blueprint.route("/payments/retry-all", methods=["GET", "POST"])
@merchant
def retry_payments() -> Response:
    """Try everything that waited for the merchant, once they have mended it."""
    if request.method == "GET":
        with ctx().db.session() as session:
            waiting = mended.waiting(session, g.shop.id)
        return _confirm_all(waiting)
    with ctx().db.session() as session:
        planned = mended.try_all(session, g.shop.id, _actor(), ctx().clock.now())
    if not planned:
        return views.show(code=409, toast=NOTHING_LEFT, is_error=True)
    ctx().wakeups.wake("dunning")
    return views.show(toast=_("%(planned)s will be tried within minutes", planned=plural(planned, "charge")))


def _confirm_retry(found: cases.Row) -> Response:
    assert found.cycle is not None
    with ctx().db.session() as session:
        attempt = by_hand.next_number(session, found.contract, found.case.cycle_index)
    amount = money(total_of(found.contract, found.cycle), found.contract.currency)
    why_not = by_hand.why_not(found.contract, found.cycle, g.shop, ctx().clock.now())
    who = telling.shopper(found)
    if found.method:
        card = found.method.label
        charged = _(
            "%(who)s is charged about %(amount)s at once, before taxes, with %(card)s.",
            who=who,
            amount=amount,
            card=card,
        )
    else:
        charged = _(
            "%(who)s is charged about %(amount)s at once, before taxes, but Shopify shows no payment method.",
            who=who,
            amount=amount,
        )
    sentences = [
        charged,
        ASKED_FIRST,
        _("It counts as none of the tries that your settings have: should it fail, they go on."),
    ]
    heading = _("Try the charge of %(expected_at)s again now?", expected_at=day(found.cycle.expected_at, g.shop.zone))
    return _confirm(
        "retry", heading, [why_not] if why_not else sentences, found, attempt=attempt, is_off=bool(why_not)
    )


def _confirm_giving_up(found: cases.Row, form: Form) -> Response:
    with ctx().db.session() as session:
        usual = telling.ending(Decline(found.case.decline), ladders.of(session, g.shop.id))
    who, amount = telling.shopper(found), money(found.case.amount, found.case.currency)
    if found.cycle:
        on = day(found.cycle.expected_at, g.shop.zone)
        left = _("%(who)s is not charged %(amount)s for the order of %(on)s.", who=who, amount=amount, on=on)
    else:
        left = _("%(who)s is not charged %(amount)s for the order.", who=who, amount=amount)
    sentences = [
        left,
        _("Nothing more is tried for it. What you choose is done at Shopify at once, and told in the history."),
    ]
    usual = usual if usual in WAYS else Final.SKIP
    return _confirm(
        "give-up", _("Give this charge up?"), sentences, found, form=form, usual=form.typed.get("way", usual)
    )


def _confirm_all(waiting: int) -> Response:
    heading = _("Try %(waiting)s again?", waiting=plural(waiting, "charge")) if waiting else NOTHING_LEFT
    sentences = [
        _("Do this once you have mended what they failed for. To be sure, try a single one first."),
        _("They are charged one after the other, as fast as Shopify allows. Nobody is charged twice."),
    ]
    return _confirm("all", heading, sentences if waiting else [], is_off=not waiting)


def _confirm(
    deed: str,
    heading: str,
    sentences: list[str],
    found: cases.Row | None = None,
    *,
    form: Form | None = None,
    attempt: int = 0,
    usual: str = "",
    is_off: bool = False,
) -> Response:
    return render.page(
        "payments/confirm.html",
        title=heading,
        code=422 if form and form.errors else 200,
        deed=deed,
        sentences=sentences,
        case=found.case.id if found else None,
        origin=_origin(),
        subscription=number_of(found.contract.shopify_gid) if found else "",
        attempt=attempt,
        ways=WAYS,
        usual=usual,
        errors=form.errors if form else {},
        is_off=is_off,
    )


def _back(found: cases.Row, answer: by_hand.Answer | give_up.Answer) -> Response:
    """Show where the merchant came from as it is now, with what came of it."""
    code, is_error = (200, False) if answer.is_done else (409, True)
    if _origin() == "contract":
        return contract.show(number_of(found.contract.shopify_gid), code=code, toast=answer.words, is_error=is_error)
    return views.show(code=code, toast=answer.words, is_error=is_error)


def _over(found: cases.Row | None) -> Response:
    code = 404 if found is None else 200 if request.method == "GET" else 409
    return views.show(code=code, toast=give_up.OVER, is_error=True)


def _find(number: str) -> cases.Row | None:
    with ctx().db.session() as session:
        return cases.find(session, g.shop.id, number)


def _origin() -> str:
    """The page a merchant came from: "contract" for a subscription's, else this one."""
    return "contract" if request.values.get("from") == "contract" else ""


def _actor() -> str:
    return f"merchant:{g.user_id}"
