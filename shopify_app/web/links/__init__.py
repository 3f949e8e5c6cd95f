"""The pages behind the links in mails: no script, no cookie, no login; a GET changes nothing.

The token in the address is the whole right. A press must carry it in its form too, so that what merely follows
addresses (mail scanners) presses nothing.
"""

from __future__ import annotations

import logging
from datetime import datetime
from ipaddress import ip_address

from flask import Blueprint, Response, current_app, request

from shopify_app.kit.links import BadLink
from shopify_app.links import follow, wish
from shopify_app.links.wish import CHOICES, Wish
from shopify_app.stock import follow as stock
from shopify_app.web import ctx
from shopify_app.web.access import public, signed
from shopify_app.web.links import choices, pages
from shopify_app.web.links.limits import PER_ADDRESS, PER_CONTRACT, Limiter

log = logging.getLogger(__name__)
blueprint = Blueprint("links", __name__)


@blueprint.get("/links/<token>")
@signed("link")
def show(token: str) -> Response:
    """What the link would do."""
    asked = _read(token)
    if isinstance(asked, Response):
        return asked
    if asked.action in CHOICES:
        return choices.of(stock.look(ctx(), asked), token)
    return pages.of(follow.look(ctx(), asked), token)


@blueprint.post("/links/<token>")
@signed("link")
def press(token: str) -> Response:
    """Do it, once."""
    asked = _read(token)
    if isinstance(asked, Response):
        return asked
    if request.form.get("token") != token:
        return pages.plain("invalid", 400)
    shown = request.form.get("shown", "")
    if asked.action in CHOICES:
        chosen = stock.act(ctx(), asked, shown)
        _note(asked, chosen.state if chosen else None)
        return choices.of(chosen, token)
    found = follow.act(ctx(), asked, _instant(shown))
    _note(asked, found.state if found else None)
    return pages.of(found, token)


@blueprint.get("/robots.txt")
@public("tells search engines that nothing here is for them")
def robots() -> Response:
    """No page of ours belongs in an index."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


def _note(asked: Wish, state: str | None) -> None:
    log.info("link pressed", extra={"shop_id": asked.shop_id, "action": asked.action, "state": state})


def _read(token: str) -> Wish | Response:
    limiter: Limiter = current_app.extensions.setdefault("link-limits", Limiter(ctx().wakeups.count))
    if not limiter.allows(f"from {_address()}", PER_ADDRESS):
        return pages.plain("limit", 429)
    try:
        asked = wish.read(ctx().links, token)
    except BadLink as error:
        log.info("link refused", extra={"reason": str(error)})
        return pages.plain("invalid", 404)
    if not limiter.allows(f"of {asked.shop_id}/{asked.contract}", PER_CONTRACT):
        return pages.plain("limit", 429)
    return asked


def _address() -> str:
    """Who asks: the peer, or, behind a proxy on our own network, whom the nearest proxy saw."""
    peer = request.remote_addr or ""
    seen = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    try:
        return seen if seen and ip_address(peer).is_private else peer
    except ValueError:
        return peer


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
