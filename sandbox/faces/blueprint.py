"""Joins the faces into the one blueprint that the sandbox mounts at its root."""

from __future__ import annotations

from flask import Blueprint

from sandbox.faces.account import add_account
from sandbox.faces.admin import add_admin
from sandbox.faces.cdn import add_cdn
from sandbox.faces.dashboard import add_dashboard
from sandbox.faces.product import add_product
from sandbox.faces.storefront import add_storefront
from sandbox.world import World


def make_blueprint(world: World) -> Blueprint:
    """The admin, the customer accounts, the storefronts, the CDN and the dashboard of one world."""
    blueprint = Blueprint(
        "faces", __name__, template_folder="templates", static_folder="static", static_url_path="/_faces"
    )
    add_cdn(blueprint)
    add_admin(blueprint, world)
    add_product(blueprint, world)
    add_account(blueprint, world)
    add_dashboard(blueprint, world)
    add_storefront(blueprint, world)
    return blueprint
