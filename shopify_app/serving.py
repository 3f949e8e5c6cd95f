"""What the web server loads: one application per process, built from the environment."""

from __future__ import annotations

from flask import Flask

from shopify_app import create_app


def load() -> Flask:
    """Return the application; raises BadSetting when the environment is wrong."""
    from shopify_app import wiring
    from shopify_app.commands.processes import settings_with_services
    from shopify_app.shops import host_guard

    ctx = wiring.build(settings_with_services(), statement_seconds=wiring.WEB_STATEMENT_SECONDS)
    host_guard.check(ctx)
    return create_app(ctx)
