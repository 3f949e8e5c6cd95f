"""What a storefront is told in one line when its request is not served: nothing was changed then."""

from __future__ import annotations

from flask import Response

from shopify_app.web.portal.problems import Problem
from shopify_app.web.proxy import tongue


def answer(problem: Problem) -> Response:
    """Return a problem as a line of text in the shopper's language."""
    key = {401: "no_entry", 404: "gone", 429: "too_fast"}.get(problem.status, "not_possible")
    response = Response(tongue.speaks().say(key), status=problem.status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
