"""Who may use a route. Every view says so with one of these decorators, and a guard lists what each said.

`merchant` is for staff of a shop inside the Shopify admin: it demands an id token that Shopify signed less than a
minute ago, in the Authorization header, or in the address of a page that is being opened. There are no cookies,
so no other site can make a merchant's browser send a request that we would accept.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, g, jsonify, make_response, request
from werkzeug.wrappers import Response as AnyResponse

from shopify_app.gateways.shopify.errors import InstallRefused, ShopifyError
from shopify_app.gateways.shopify.tokens import CredentialsRefused
from shopify_app.gateways.shopify.verify import BadToken, decode_id_token
from shopify_app.kit.speech import _
from shopify_app.web import ctx, embed, language, onboarding

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])

RETRY = "X-Shopify-Retry-Invalid-Session-Request"
"""App Bridge answers this header by one retry with a fresh id token (Shopify docs, session tokens)."""


@dataclass(frozen=True)
class Access:
    """Who may use a view: "merchant", "shopper", "public" (`detail`: why) or "signed" (`detail`: by what)."""

    kind: str
    detail: str = ""


def access_of(view: Callable[..., Any]) -> Access | None:
    """Return what a view declared, or None when it declared nothing (the guard refuses that)."""
    return getattr(view, "access", None)


def public(reason: str) -> Callable[[View], View]:
    """Anyone may: `reason` says why that gives nothing away."""
    return lambda view: declare(view, Access("public", reason))


def signed(kind: str) -> Callable[[View], View]:
    """The view itself checks a signature over the request: "webhook", "oauth", "link" and so on."""
    return lambda view: declare(view, Access("signed", kind))


def merchant(view: View) -> View:
    """Only staff of an installed shop, inside the admin. Sets `g.shop` (Shop), `g.user_id` (int) for the view.

    All else gets 401 with App Bridge's retry header, or, for a page being opened, is sent to fetch a token. The
    first visit of a shop we do not know installs it.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        refusal = _admit()
        return view(*args, **kwargs) if refusal is None else refusal

    return declare(cast(View, guarded), Access("merchant"))


def declare(view: View, access: Access) -> View:
    """Write on a view who may use it; for the decorators, which also see to it."""
    view.access = access  # type: ignore[attr-defined]
    return view


def _admit() -> AnyResponse | None:
    """Put shop and user into `g`, or return why not."""
    token = _presented_token()
    try:
        claims = decode_id_token(token, ctx().settings)
    except BadToken as error:
        return _refuse(error.reason)
    g.frame_shop = claims.shop
    try:
        g.shop = onboarding.arrive(ctx(), claims.shop, token, opening_page=embed.is_document())
    except CredentialsRefused as error:
        log.error("Shopify refuses our client id or secret", extra={"code": error.code})
        return _later(_("Perennial's own credentials are being refused. Whoever runs it has to check its settings."))
    except InstallRefused as error:
        log.warning("install refused", extra={"shop": claims.shop, "code": error.code})
        return _refuse("install", may_bounce=False)
    except ShopifyError as error:
        log.warning("install has to wait", extra={"shop": claims.shop, "error": str(error)})
        return _later(_("Shopify did not answer in time. Nothing was changed; please try again in a minute."))
    g.user_id = claims.user_id
    language.settle(ctx(), g.shop)
    return None


def remember_framer() -> None:
    """Let the shop of a valid id token frame this answer: errors are seen in its frame too, even those of no view."""
    if "frame_shop" in g:
        return
    with suppress(BadToken):
        g.frame_shop = decode_id_token(_presented_token(), ctx().settings).shop


def bearer() -> str | None:
    """Return the token of the Authorization header, empty for another scheme; None without the header."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return None
    return token.strip() if scheme.lower() == "bearer" else ""


def _presented_token() -> str:
    presented = bearer()
    if presented is not None:
        return presented
    # A token in an address opens a page and does nothing else: addresses end up in logs and histories.
    return request.args.get("id_token", "") if request.method in ("GET", "HEAD") else ""


def _refuse(reason: str, *, may_bounce: bool = True) -> AnyResponse:
    log.info("merchant request refused", extra={"reason": reason, "endpoint": request.endpoint})
    if not embed.is_document():
        response = jsonify(error=_("Please open the app from your Shopify admin."))
        response.headers[RETRY] = "1"
        return _status(response, 401)
    if may_bounce and request.method in ("GET", "HEAD") and embed.named_shop():
        return embed.bounce()
    return _page(_("Please open Perennial from your Shopify admin."), 401)


def _later(words: str) -> AnyResponse:
    return _page(words, 503) if embed.is_document() else _status(jsonify(error=words), 503)


def _page(words: str, status: int) -> Response:
    return _status(make_response(embed.notice_page(words)), status)


def _status(response: Response, status: int) -> Response:
    response.status_code = status
    return response
