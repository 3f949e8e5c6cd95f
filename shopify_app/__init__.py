"""Perennial: subscriptions for Shopify, what happens after the purchase.

`create_app` joins blueprints and the error map. Importing this package does no work and reads no environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from shopify_app.context import Context

__version__ = "0.1.0"

MAX_BODY = 2 * 1024 * 1024
"""Bytes of a request body; Shopify's largest order webhook is far below."""


def create_app(context: Context) -> Flask:
    """Return the WSGI application that serves Shopify, merchants and probes with these tools."""
    from flask import Flask

    from shopify_app.web import (
        EXTENSION,
        admin,
        bounce,
        embed,
        errors,
        feed,
        flow,
        health,
        install,
        links,
        numbers,
        portal,
        proxy,
        purchase_options,
        webhooks,
    )

    app = Flask("shopify_app.web", static_folder="static", template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.extensions[EXTENSION] = context
    numbers.register(app)
    for part in (health, webhooks, flow, install, bounce, links, portal, proxy, feed, purchase_options, admin):
        app.register_blueprint(part.blueprint)
    embed.register(app)
    errors.register(app)
    return app
