"""What requests that change something have in common: who asks, the body, the key."""

from __future__ import annotations

from flask import g, request

from shopify_app.edits.answers import PASSING, Answer, Refusal
from shopify_app.kit.gid import number_of
from shopify_app.web.portal.deed import KEY, KEY_TEXT
from shopify_app.web.portal.problems import Problem

PATIENCE = 30
"""Seconds after which to try again what Shopify did not answer, or what somebody else is at."""


def actor() -> str:
    """Return who asks, as facts name them."""
    return f"shopper:{number_of(g.customer_gid)}"


def request_id(key: str) -> str:
    """Return what the row of a deed is called: nobody else's key can be the same."""
    return f"{actor()}:{key}"


def read_key() -> str:
    """Return the request's key; Problem 422 when there is none."""
    try:
        return KEY_TEXT.read(request.headers.get(KEY))
    except ValueError:
        raise Problem(422, field=KEY) from None


def refused(answer: Answer) -> Problem:
    """Return why a change of one date was not made, as a shopper's app is told."""
    refusal = answer.refusal or Refusal.REFUSED
    if answer.rule:
        return Problem(409, answer.rule)
    if refusal is Refusal.OTHER_REQUEST:
        return Problem(422, refusal, field=KEY)
    is_passing = refusal in PASSING
    return Problem(503 if is_passing else 409, refusal, retry_after=PATIENCE if is_passing else None)


def read_json() -> object:
    """Return the request's body as parsed: an empty object when there is none, None when it is no JSON."""
    if not request.get_data():
        return {}
    return request.get_json(silent=True) if request.is_json else None
