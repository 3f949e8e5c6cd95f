"""Asking a shopper for another card from a subscription's page: confirmed first, once for each form."""

from __future__ import annotations

from uuid import uuid4

from flask import Response, g, request

from shopify_app.cards import asking
from shopify_app.cards.answers import WORDS, Why
from shopify_app.cards.state import Path, path_of
from shopify_app.kit.speech import N_, _
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, contract, render
from shopify_app.web.admin.detail import Detail
from shopify_app.web.forms import Form

TITLE = N_("Ask for a new card?")
SENTENCES = {
    Path.MAIL: (
        N_("Shopify mails the shopper a link with which the card is updated. Subscriptions it pays go on with it."),
        N_("At most one such mail is asked for within a day, whoever asks."),
    ),
    Path.SHOP_PAY: (
        N_("You get a link into Shop Pay, to be sent to the shopper by you. Only the shopper should open it."),
        N_("Perennial does not keep the link."),
    ),
}


@blueprint.route("/contracts/<number>/ask_card", methods=["GET", "POST"])
@merchant
def contract_ask_card(number: str) -> Response:
    """Ask in words, then ask the shopper."""
    found = contract.find(number)
    if found is None:
        return contract.missing()
    form = Form(request.form if request.method == "POST" else request.args)
    named = form.request_id() if request.method == "POST" else None
    if named is None:
        return _confirm(number, found)
    answer = asking.ask(ctx(), g.shop.id, found.contract.shopify_gid, f"merchant:{g.user_id}", named)
    code = 200 if answer.why is None else 409
    return contract.show(number, code=code, toast=answer.words, is_error=code != 200, card_link=answer.url)


def _confirm(number: str, found: Detail) -> Response:
    path, why = path_of(found.method), found.card_why_not
    if why is not None or path not in SENTENCES:
        code = 200 if request.method == "GET" else 409
        return contract.show(number, code=code, toast=WORDS[why or Why.ELSEWHERE], is_error=True)
    return render.page(
        "contract/confirm.html",
        title=TITLE,
        verb="ask_card",
        number=number,
        sentences=SENTENCES[path],
        button=_("Ask for a new card"),
        is_critical=False,
        cycle=None,
        wants_reason=False,
        errors={},
        request_id=str(uuid4()),
    )
