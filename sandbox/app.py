"""Everything on one origin: Shopify's API, admin and CDN, the clock, Klaviyo, mail, Flow, and the control API."""

from __future__ import annotations

from importlib import import_module, util
from typing import Any

from flask import Flask, Response, jsonify

from sandbox import control
from sandbox.shopify import due
from sandbox.wire import graphql, oauth
from sandbox.wire.throttle import Throttle
from sandbox.world import World


def create_app(world: World) -> Flask:
    """The WSGI application of one world."""
    app = Flask("sandbox", static_folder=None)
    # a dropped connection (wire/mischief.py) must reach the server; a bug must reach the terminal
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.json.sort_keys = False  # type: ignore[attr-defined]
    world.ledger.due_source = lambda now: due.due(world, now)
    throttle = Throttle(world)
    app.extensions["throttle"] = throttle
    app.register_blueprint(graphql.make_blueprint(world, throttle))
    app.register_blueprint(oauth.make_blueprint(world))
    app.register_blueprint(control.make_blueprint(world), url_prefix="/_control")
    _mount(app, "sandbox.klaviyo", world, "/klaviyo")
    _mount(app, "sandbox.mail", world, "/mail")
    _mount(app, "sandbox.flow", world, "/flow")
    _mount(app, "sandbox.slack", world, "/slack")
    _mount(app, "sandbox.faces", world, None)

    @app.get("/clock")
    def clock() -> Response:
        return jsonify(clock_state(world))

    return app


def clock_state(world: World) -> dict[str, str]:
    """What ``CLOCK_URL`` answers."""
    with world.locked():
        return {"now": world.now().isoformat(), "mode": world.clock.mode}


def _mount(app: Flask, package: str, world: World, prefix: str | None) -> None:
    if util.find_spec(package) is None:
        return
    module: Any = import_module(package)
    if hasattr(module, "make_blueprint"):
        app.register_blueprint(module.make_blueprint(world), url_prefix=prefix)
