"""What a shopper reads behind a link, in the shop's name and the shopper's language."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request

from shopify_app.contracts import contents
from shopify_app.contracts.models import Contract
from shopify_app.edits.answers import PASSING
from shopify_app.links import wish
from shopify_app.links.follow import ASKING, Found, State
from shopify_app.links.urls import account_url
from shopify_app.links.wish import SKIP, UNSKIP
from shopify_app.shoppers import mirror as shoppers
from shopify_app.shops.models import Shop
from shopify_app.web import ctx, forbidden
from shopify_app.web.voice import Voice, voice

FACE = "links"
STATUS = {State.USED: 410, State.EXPIRED: 410, State.REFUSED: 409, State.MOVED_ON: 409, State.UNKNOWN: 503}
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def plain(key: str, status: int) -> Response:
    """Return a page about no order: the language is the browser's."""
    speaks = voice(FACE, *request.accept_languages.values())
    return page(speaks, status, heading=speaks.say(key), words=speaks.say(f"{key}_why"))


def of(found: Found | None, token: str) -> Response:
    """Return the page for a link as it stands; None: its order is not there."""
    if found is None:
        return plain("invalid", 404)
    speaks = voice(FACE, locale(found.shop, found.standing.contract), found.shop.primary_locale)
    status = STATUS.get(found.state, 200)
    if found.refusal in PASSING and found.refusal is not None:
        status = 503
    return page(speaks, status, shop=found.shop.name or found.shop.domain, **_content(speaks, found, token))


def _content(speaks: Voice, found: Found, token: str) -> dict[str, Any]:
    verb = found.wish.action if found.wish.action in (SKIP, UNSKIP) else "move"
    zone = found.shop.zone
    dates = {"was": speaks.day(found.was_at, zone), "to": speaks.day(found.to_at, zone) if found.to_at else ""}
    if found.state in ASKING:
        return {
            "heading": speaks.say(f"ask_{verb}"),
            "words": speaks.say(f"what_{verb}", **dates),
            "note": speaks.say(found.state) if found.state != State.ASK else "",
            "until": speaks.say("until", until=speaks.moment(found.until, zone)),
            "items": _items(found),
            "token": token,
            "shown": found.was_at.isoformat(),
            "button": speaks.say(f"button_{verb}"),
        }
    if found.state in (State.DONE, State.ALREADY):
        said = {"heading": speaks.say(f"{found.state}_{verb}"), "words": speaks.say(f"is_{verb}", **dates)}
        return said | {"items": _items(found)} | _undo(speaks, found)
    key = found.state.value
    why = speaks.say(f"why_{found.refusal}" if found.state is State.REFUSED else f"{key}_why")
    if found.rule:
        why = forbidden.words(found.rule, speaks.tag, zone)
    account = {"account": account_url(found.shop), "account_words": speaks.say("open_account")}
    return {"heading": speaks.say(key), "words": why} | account


def _undo(speaks: Voice, found: Found) -> dict[str, Any]:
    if found.undo is None:
        return {}
    token = wish.write(ctx().links, found.undo)
    # where the charge stands after the deed, which is what the undo starts from
    stands_at = found.to_at or found.was_at
    return {"token": token, "shown": stands_at.isoformat(), "button": speaks.say("undo"), "is_undo": True}


def _items(found: Found) -> list[str]:
    """What this very order holds."""
    return contents.of(found.standing.contract, found.standing.cycle).names


def locale(shop: Shop, contract: Contract) -> str | None:
    """Return the language tag of a contract's shopper, if it is known."""
    with ctx().db.session() as session:
        person = shoppers.shopper(session, shop.id, contract.customer_gid)
        return person.locale if person else None


def page(speaks: Voice, status: int, **content: Any) -> Response:
    """Return a page that nobody keeps, frames, or finds by searching."""
    response = Response(render_template("links/page.html", lang=speaks.tag, **content), status=status)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response
