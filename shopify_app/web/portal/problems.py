"""Errors as RFC 9457 problem details, in the shopper's language."""

from __future__ import annotations

import json

from flask import Response

from shopify_app.web.portal import tongue

PREFIX = "/portal/"
MEDIA_TYPE = "application/problem+json"
TYPE = "urn:perennial:problem:"

TITLES = {
    400: "bad_request",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    409: "not_possible",
    413: "too_large",
    422: "invalid",
    429: "too_many",
    500: "failed",
    503: "try_later",
}
"""Status → the phrase that names it. A `Problem` without a code of its own has this one."""


class Problem(Exception):
    """Ends a request. `code`: what programs go by; `field`: which part of the body or address is wrong.

    `retry_after` is in seconds of machine time.
    """

    def __init__(
        self, status: int, code: str = "", *, field: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(code or TITLES[status])
        self.status, self.field, self.retry_after = status, field, retry_after
        self.code = code or TITLES[status]


def answer(problem: Problem) -> Response:
    """Return a problem as the shopper's app gets it."""
    speaks = tongue.speaks()
    body = {
        "type": TYPE + problem.code.replace("_", "-"),
        "title": speaks.say(f"title_{TITLES[problem.status]}"),
        "status": problem.status,
        "detail": tongue.why(problem.code),
        "code": problem.code,
        # a name may come from the request itself, where JSON lets through what is no text
        "field": problem.field and problem.field.encode(errors="replace").decode(),
    }
    response = Response(json.dumps(body, ensure_ascii=False), status=problem.status, mimetype=MEDIA_TYPE)
    response.headers["Content-Language"] = speaks.tag
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def of_status(status: int) -> Response:
    """Return what no view had to say: an address that is none, a body too large, a fault of ours."""
    known = status if status in TITLES else 400 if status < 500 else 500
    return answer(Problem(known))
