"""HTTP in. Thin views: parse, authorize, call one function, render. Every route declares who may use it."""

from __future__ import annotations

from typing import cast

from flask import current_app

from shopify_app.context import Context

EXTENSION = "perennial"


def ctx() -> Context:
    """Return the process's tools inside a request."""
    return cast(Context, current_app.extensions[EXTENSION])
