"""One blueprint for everything below /klaviyo: the API, the inbox pages, and the knobs."""

from __future__ import annotations

from flask import Blueprint

from sandbox.klaviyo.api import add_api
from sandbox.klaviyo.control import add_control
from sandbox.klaviyo.inbox import add_inbox
from sandbox.klaviyo.state import Klaviyo
from sandbox.world import World


def make_blueprint(world: World) -> Blueprint:
    """Klaviyo for this world, to be registered once on the sandbox's Flask app."""
    klaviyo = Klaviyo(world)
    blueprint = Blueprint("klaviyo", __name__, url_prefix="/klaviyo", template_folder="templates")
    add_api(blueprint, klaviyo)
    add_inbox(blueprint, klaviyo)
    add_control(blueprint, klaviyo)
    return blueprint
