"""``/_control``: the hands of whoever runs the sandbox. JSON in, JSON out; never part of Shopify."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, jsonify

from sandbox.control import advance, cards, challenge, other_tool, shop_routes, world_routes
from sandbox.control.given import BadInput
from sandbox.wire.background import Background
from sandbox.world import World
from sandbox.world.clock import ClockError
from sandbox.world.faults import FaultError


def make_blueprint(world: World) -> Blueprint:
    """All control routes, mounted at ``/_control``."""
    pages = Blueprint("control", __name__)
    world_routes.add(pages, world)
    shop_routes.add(pages, world)
    other_tool.add(pages, world)
    advance.add(pages, world)
    challenge.add(pages, world)
    cards.add(pages, world)

    def explain(error: Exception) -> tuple[Response, int]:
        return jsonify({"error": str(error)}), 400

    for kind in (BadInput, ClockError, FaultError):
        pages.register_error_handler(kind, explain)

    @pages.errorhandler(KeyError)
    def missing(error: KeyError) -> tuple[Response, int]:
        return jsonify({"error": f"there is no {error.args[0]!r}"}), 404

    return pages


def attach(app: Flask, background: Background) -> None:
    """Give the routes the background work of this server."""
    app.extensions["background"] = background
    app.extensions["advance"] = advance.Advance(background)


def background_of(app: Any) -> Background:
    """The background work of the server that runs this app."""
    found: Background = app.extensions["background"]
    return found
