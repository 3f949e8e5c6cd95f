"""The authorization-code grant, for shops that still install by it. Most install by opening the app (onboarding).

`/auth?shop=…` sends the merchant to Shopify's consent screen; `/auth/callback` proves that the answer is
Shopify's (hmac, age), meant for the browser that asked (state in a signed cookie), and about the same shop.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from typing import cast

from flask import Blueprint, Flask, Response, abort, make_response, redirect, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse

from shopify_app.gateways.shopify import tokens, verify
from shopify_app.gateways.shopify.errors import InstallRefused, ShopifyError
from shopify_app.kit.clock import machine_now
from shopify_app.kit.speech import _
from shopify_app.shops.addresses import admin_address
from shopify_app.web import bounce, ctx, embed, language, onboarding
from shopify_app.web.access import public, signed

log = logging.getLogger(__name__)

blueprint = Blueprint("install", __name__)
blueprint.record_once(lambda state: embed.register(cast(Flask, state.app)))
blueprint.record_once(lambda state: language.register(cast(Flask, state.app)))
blueprint.register_blueprint(bounce.blueprint)

COOKIE = "perennial_oauth"
COOKIE_SECONDS = 600
"""How long a merchant may look at the consent screen (machine time)."""


@blueprint.get("/auth")
@public("begins an install; only Shopify's signed answer finishes it")
def begin() -> AnyResponse:
    """Send the merchant to the shop's consent screen. 400 when `shop` names no shop."""
    domain = embed.named_shop()
    if domain is None:
        abort(400)
    settings, state = ctx().settings, secrets.token_urlsafe(24)
    response = redirect(verify.permission_url(settings, domain, f"{settings.host}/auth/callback", state))
    response.set_cookie(
        COOKIE,
        _signer().dumps([state, domain]),
        max_age=COOKIE_SECONDS,
        path="/auth",
        secure=settings.host.startswith("https://"),
        httponly=True,
        samesite="Lax",
    )
    return response


@blueprint.get("/auth/callback")
@signed("oauth")
def callback() -> AnyResponse:
    """Finish the install and open the app in the admin. 401 unless Shopify signed this for this browser."""
    domain = _proven_shop()
    try:
        grant = tokens.by_code(ctx().http, ctx().settings, domain, request.args["code"])
        onboarding.complete(ctx(), domain, grant)
    except InstallRefused as error:
        log.warning("code grant refused", extra={"shop": domain, "code": error.code})
        return _told(_("Shopify did not accept this install. Please start it again."), 401)
    except ShopifyError as error:
        log.warning("code grant has to wait", extra={"shop": domain, "error": str(error)})
        return _told(_("Shopify did not answer in time. Please start the install again in a minute."), 503)
    response = redirect(admin_address(ctx().settings, domain))
    response.delete_cookie(COOKIE, path="/auth")
    return response


def _proven_shop() -> str:
    """Return the shop for which Shopify answers this browser's own request; ends the request otherwise."""
    domain = embed.named_shop()
    if domain is None or not request.args.get("code") or not request.args.get("state"):
        abort(400)
    query = request.args.to_dict(flat=False)
    if not verify.oauth_ok(query, verify.secrets_of(ctx().settings), machine_now()):
        log.info("oauth callback refused", extra={"reason": "signature or age"})
        abort(401)
    if not _same(_remembered(), [request.args["state"], domain]):
        log.info("oauth callback refused", extra={"reason": "state"})
        abort(401)
    return domain


def _remembered() -> list[str]:
    try:
        kept = _signer().loads(request.cookies.get(COOKIE, ""), max_age=COOKIE_SECONDS)
    except BadData:
        return []
    return kept if isinstance(kept, list) else []


def _same(kept: list[str], given: list[str]) -> bool:
    return hmac.compare_digest("\n".join(kept).encode(), "\n".join(given).encode())


def _signer() -> URLSafeTimedSerializer:
    # the last key signs, all of them verify
    return URLSafeTimedSerializer(list(reversed(verify.secrets_of(ctx().settings))), salt="oauth-state")


def _told(words: str, status: int) -> Response:
    return make_response(embed.notice_page(words), status)
