"""The bounce page: loads App Bridge and nothing else, which fetches a token and goes on to `shopify-reload`.

Only a first load and a hard reload come by here; inside the app, links are fetched with the token in a header.
"""

from __future__ import annotations

from flask import Blueprint, abort, g, render_template, request

from shopify_app.web import ctx, embed
from shopify_app.web.access import public

blueprint = Blueprint("bounce", __name__)


@blueprint.get("/bounce")
@public("holds the client id, which every page shows, and nothing of any shop")
def bounce() -> str:
    """400 when it is asked to go anywhere but to a page of ours."""
    if not embed.is_own_path(request.args.get(embed.RELOAD, "")):
        abort(400)
    g.frame_shop = embed.named_shop()
    settings = ctx().settings
    return render_template("embed/bounce.html", api_key=settings.api_key, cdn_url=settings.cdn_url)
