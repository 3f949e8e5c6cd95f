"""``/admin/oauth``: token exchange, refresh, and the authorization-code grant."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as WerkzeugResponse

from sandbox.shopify import installs
from sandbox.wire import id_tokens, tokens
from sandbox.world import World

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
ONLINE = "urn:shopify:params:oauth:token-type:online-access-token"
CODE_LIFETIME_S = 60

Reply = tuple[dict[str, Any], int]


def refuse(world: World, shop: str, token: str) -> tuple[int, str] | None:
    """(status, errors) when the API refuses the token of a request."""
    return tokens.refusal(world, shop, token)


def make_blueprint(world: World) -> Blueprint:
    """``/shops/<domain>/admin/oauth/…``."""
    pages = Blueprint("oauth", __name__)

    @pages.post("/shops/<shop>/admin/oauth/access_token")
    def access_token(shop: str) -> Response:
        body = request.get_json(silent=True) or request.form.to_dict()
        with world.locked():
            answer, status = _grant(world, shop, body if isinstance(body, dict) else {})
        world.log.add(
            shop=shop, operation="oauth/access_token", status=status, cost=0, ms=0, error=answer.get("error")
        )
        response = jsonify(answer)
        response.status_code = status
        return response

    @pages.get("/shops/<shop>/admin/oauth/authorize")
    def authorize(shop: str) -> WerkzeugResponse:
        with world.locked():
            return _authorize(world, shop)

    return pages


def _grant(world: World, shop: str, body: dict[str, Any]) -> Reply:
    if world.shop(shop) is None:
        return {"errors": "Not Found"}, 404
    known = (body.get("client_id"), body.get("client_secret"))
    if known != (world.config.api_key, world.config.api_secret):
        return _error("invalid_client", "The client credentials are not those of an app")
    if not world.is_installed(shop):
        # what Shopify answers for an app that is not installed is not documented (doubt)
        return _error("application_not_installed", "The app is not installed on this shop")
    grant = body.get("grant_type")
    if grant == EXCHANGE:
        return _exchange(world, shop, body)
    if grant == "refresh_token":
        pair = tokens.rotate(world, shop, str(body.get("refresh_token")))
        return (pair, 200) if pair else _error("invalid_grant", "The refresh token is no longer valid")
    if grant is None and body.get("code"):
        return _code(world, shop, body)
    return _error("unsupported_grant_type", f"{grant!r} is not supported")


def _exchange(world: World, shop: str, body: dict[str, Any]) -> Reply:
    kind = body.get("subject_token_type")
    subject = str(body.get("subject_token"))
    if kind == OFFLINE:
        return _migrate(world, shop, subject, body)
    if kind != ID_TOKEN:
        return _error("invalid_request", "subject_token_type is not supported")
    try:
        claims = id_tokens.check_id_token(world, shop, subject)
    except id_tokens.BadToken as error:
        return _error("invalid_subject_token", str(error))
    if body.get("requested_token_type") == ONLINE:
        return tokens.issue_online(world, shop, int(claims["sub"])), 200
    if body.get("requested_token_type") != OFFLINE:
        return _error("invalid_request", "requested_token_type is not supported")
    return tokens.issue_offline(world, shop, expiring=_flag(body)), 200


def _migrate(world: World, shop: str, subject: str, body: dict[str, Any]) -> Reply:
    """A non-expiring offline token for an expiring one (Shopify docs: migrate to expiring tokens)."""
    row = world.of("tokens", shop).get(subject)
    if row is None or row["revoked"]:
        return _error("invalid_subject_token", "The token is not known")
    return tokens.issue_offline(world, shop, expiring=_flag(body)), 200


def _code(world: World, shop: str, body: dict[str, Any]) -> Reply:
    codes = world.of("oauth_codes", shop)
    row = codes.get(str(body["code"]))
    if row is None or row["expires_at"] < time.time():
        return _error("invalid_request", "The authorization code was not found or was already used")
    codes.delete(row["id"])
    return tokens.issue_offline(world, shop, expiring=_flag(body)), 200


def _authorize(world: World, shop: str) -> WerkzeugResponse:
    """Shopify's consent screen, agreed to at once: grants the app's scopes and sends the merchant back."""
    config, asked = world.config, request.args
    if world.shop(shop) is None:
        return Response("Not Found", 404)
    if asked.get("client_id") != config.api_key:
        return Response("Oauth error invalid_request: no app with this client_id", 400)
    target = asked.get("redirect_uri", "")
    if target not in config.redirect_urls:
        return Response("Oauth error invalid_request: The redirect_uri is not whitelisted", 400)
    installs.install(world, shop)
    code = id_tokens.mint_id_token(world, shop)[-32:]
    world.of("oauth_codes", shop).put({"id": code, "expires_at": time.time() + CODE_LIFETIME_S})
    params = {
        "code": code,
        "host": id_tokens.host_param(world, shop),
        "shop": shop,
        "state": asked.get("state", ""),
        "timestamp": str(int(time.time())),
    }
    return redirect(target + "?" + urlencode({**params, "hmac": id_tokens.sign_query(world, params)}))


def _flag(body: dict[str, Any]) -> bool:
    return str(body.get("expiring", 0)).lower() in ("1", "true")


def _error(code: str, description: str) -> Reply:
    return {"error": code, "error_description": description}, 400
