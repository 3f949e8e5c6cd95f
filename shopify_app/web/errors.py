"""What a person or a machine reads when something is wrong. Never a trace, never a value of ours."""

from __future__ import annotations

import logging

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from shopify_app.kit.speech import N_
from shopify_app.web import access
from shopify_app.web.feed import problems as feed_problems
from shopify_app.web.portal import problems

log = logging.getLogger(__name__)

_WORDS = {
    400: N_("This request could not be read."),
    401: N_("Please open the app from your Shopify admin."),
    403: N_("This is not open to you."),
    404: N_("There is nothing at this address."),
    405: N_("This address does not take that kind of request."),
    413: N_("This request is too large."),
    500: N_("Something went wrong on our side. Nothing was changed; please try again."),
}


def register(app: Flask) -> None:
    """Answer every error as a small page or as JSON, whichever was asked for."""
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(Exception, _unknown)


def _known(error: HTTPException) -> Response | HTTPException:
    if error.response is not None:
        return error
    response = _answer(error.code or 500)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # RFC 9110 wants it
    return response


def _unknown(error: Exception) -> Response:
    log.error("request failed", exc_info=error, extra={"endpoint": request.endpoint})
    return _answer(500)


def _answer(status: int) -> Response:
    if request.path.startswith(problems.PREFIX):
        return problems.of_status(status)
    if request.path.startswith(feed_problems.PREFIX):
        return feed_problems.of_status(status)
    access.remember_framer()
    words = str(_WORDS.get(status, _WORDS[400] if status < 500 else _WORDS[500]))
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        response = Response(render_template("error.html", status=status, words=words), status=status)
    else:
        response = jsonify(error=words)
        response.status_code = status
    return response
