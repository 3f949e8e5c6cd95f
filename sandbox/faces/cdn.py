"""Shopify's CDN, as far as an embedded app needs it: App Bridge and the Polaris web components.

Both are our own stand-ins, kept in small parts and served as one script at Shopify's path, so that an app loads
them by the same tags here and on a real shop.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort

PARTS = Path(__file__).parent / "cdn"
SCRIPTS = {
    "app-bridge.js": ("app_bridge",),
    "polaris.js": ("polaris",),
    # a page of customer accounts has most of the same elements, and some of its own
    "customer-account.js": ("polaris", "account"),
    "admin-extension.js": ("polaris", "admin_extension"),
}


def script(name: str) -> str:
    """The parts of one script in the order of their file names, in a scope of their own.

    Raises KeyError for a script that Shopify has and we have not.
    """
    folders = [PARTS / folder for folder in SCRIPTS[name]]
    parts = [part for folder in folders for part in sorted(folder.glob("*.js"))]
    body = "\n".join(f"// --- {part.name}\n{part.read_text()}" for part in parts)
    return f'(() => {{\n"use strict";\n{body}\n}})();\n'


def add_cdn(blueprint: Blueprint) -> None:
    """Serve the scripts at ``/cdn/shopifycloud/…``."""

    @blueprint.get("/cdn/shopifycloud/<name>")
    def cdn_script(name: str) -> Response:
        if name not in SCRIPTS:
            abort(404, f"the sandbox's CDN has no {name}")
        answer = Response(script(name), mimetype="text/javascript")
        answer.headers["Cache-Control"] = "no-cache"  # one edits these files while the sandbox runs
        answer.headers["Access-Control-Allow-Origin"] = "*"  # as Shopify's CDN, for crossorigin script tags
        return answer
