"""Flow's page and its control API, below /flow."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.control import given
from sandbox.control.given import BadInput
from sandbox.flow import runs
from sandbox.shopify import flow
from sandbox.world import World

SHOWN = 100


def make_blueprint(world: World) -> Blueprint:
    """The pages of one world's Flow: /flow, and /flow/_control/<shop>/{events,runs,installed}."""
    pages = Blueprint("flow", __name__, template_folder="templates")

    @pages.get("/")
    def face() -> str:
        return _face(world, request.args.get("shop", ""))

    @pages.post("/run")
    def press() -> AnyResponse | tuple[str, int]:
        shop, handle = request.form.get("shop", ""), request.form.get("action", "")
        try:
            with world.locked():
                _known(world, shop)
                runs.run(world, shop, handle, dict(request.form))
        except BadInput as error:
            return _face(world, shop, str(error)), 400
        return redirect(f"/flow/?shop={shop}", 303)

    @pages.get("/_control/<shop>/events")
    def events(shop: str) -> Response:
        with world.locked():
            return jsonify(flow.events(world, _known(world, shop)))

    @pages.get("/_control/<shop>/runs")
    def sent(shop: str) -> Response:
        with world.locked():
            return jsonify(runs.sent(world, _known(world, shop)))

    @pages.post("/_control/<shop>/runs")
    def run(shop: str) -> Response:
        asked = given.body()
        properties = asked.get("properties") or {}
        if not isinstance(properties, dict):
            raise BadInput("properties must be an object")
        handle, times = given.text(asked.get("action"), "action"), given.number(asked.get("times", 1), "times")
        with world.locked():
            row = runs.run(world, _known(world, shop), handle, properties, str(asked.get("run_id") or ""), times)
        return jsonify({"id": row["id"]})

    @pages.post("/_control/<shop>/installed")
    def installed(shop: str) -> Response:
        is_there = given.body().get("installed")
        if not isinstance(is_there, bool):
            raise BadInput("installed must be true or false")
        with world.locked():
            world.shops.put({**world.shops[_known(world, shop)], "flow": is_there})
        return jsonify({"installed": is_there})

    @pages.errorhandler(BadInput)
    def explain(error: BadInput) -> tuple[Response, int]:
        return jsonify({"error": str(error)}), 400

    return pages


def _known(world: World, shop: str) -> str:
    if world.shop(shop) is None:
        raise BadInput(f"there is no shop {shop!r}")
    return shop


def _face(world: World, shop: str, problem: str = "") -> str:
    with world.locked():
        shops = [row["id"] for row in world.shops]
        chosen = shop if shop in shops else next(iter(shops), "")
        values: dict[str, Any] = {
            "events": flow.events(world, chosen)[::-1][:SHOWN] if chosen else [],
            "runs": runs.sent(world, chosen)[::-1][:SHOWN] if chosen else [],
            "is_installed": bool(chosen) and flow.is_installed(world, chosen),
        }
        actions = world.config.actions
    return render_template(
        "flow/page.html", shop=chosen, shops=shops, actions=actions, problem=problem, typed=request.form, **values
    )
