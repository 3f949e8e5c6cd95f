"""Errors of the feed as RFC 9457 problem details."""

from __future__ import annotations

import json

from flask import Response

PREFIX = "/feed/"
MEDIA_TYPE = "application/problem+json"
TYPE = "urn:perennial:problem:"
WORDS = {
    400: ("bad_request", "The request could not be read"),
    401: ("unauthorized", "There is no working API key in the Authorization header"),
    404: ("not_found", "There is nothing at this address"),
    405: ("method_not_allowed", "This address does not take that kind of request"),
    409: ("changed", "The entry has changed since you read it"),
    413: ("too_large", "The request is too large"),
    422: ("invalid", "A value is missing or wrong"),
    429: ("too_many", "Too many requests in this minute"),
    500: ("failed", "Something went wrong on our side"),
}
"""Status → the code that programs go by, and the title."""


class Problem(Exception):
    """Ends a request. `field`: which part of the body or address is wrong; `retry_after`: seconds of machine time."""

    def __init__(self, status: int, detail: str = "", *, field: str | None = None, retry_after: int = 0) -> None:
        super().__init__(detail or WORDS[status][1])
        self.status, self.detail, self.field, self.retry_after = status, detail, field, retry_after


def answer(problem: Problem) -> Response:
    """Return a problem as the program gets it."""
    code, title = WORDS[problem.status]
    body = {
        "type": TYPE + code.replace("_", "-"),
        "title": title,
        "status": problem.status,
        "detail": problem.detail or f"{title}.",
        "code": code,
        "field": problem.field,
    }
    response = Response(json.dumps(body), status=problem.status, mimetype=MEDIA_TYPE)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def of_status(status: int) -> Response:
    """Return what no view had to say: an address that is none, a body too large, a fault of ours."""
    return answer(Problem(status if status in WORDS else 400 if status < 500 else 500))
