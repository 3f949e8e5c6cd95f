"""Lets extensions read us: they run in a worker whose origin is opaque ("null"), so every origin is allowed.

That gives nothing away: there are no cookies, and without its token no request sees a byte (Shopify docs, network
access of UI extensions: `Access-Control-Allow-Origin: *`).
"""

from __future__ import annotations

from flask import Blueprint, Response, request

ALLOWED = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept-Language, Idempotency-Key",
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Max-Age": "86400",
}


def register(blueprint: Blueprint, prefix: str) -> None:
    """Answer preflights below `prefix` before anybody asks for a token, and mark every answer, those of no view
    included."""

    def preflight() -> Response | None:
        if request.method != "OPTIONS" or not request.path.startswith(prefix):
            return None
        return Response(status=204, headers=ALLOWED)

    def mark(response: Response) -> Response:
        if request.path.startswith(prefix):
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        return response

    blueprint.before_app_request(preflight)
    blueprint.after_app_request(mark)
