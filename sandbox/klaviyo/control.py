"""Knobs over HTTP, for tests and the dashboard: below /klaviyo/_control, JSON in and out. Not part of Klaviyo."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.klaviyo import faults, limits, mails
from sandbox.klaviyo.state import Klaviyo


def add_control(blueprint: Blueprint, klaviyo: Klaviyo) -> None:
    """POST advance · GET/POST settings · GET accepted, stored, mails/<account>."""

    @blueprint.post("/_control/advance")
    def control_advance() -> Response:
        settled = klaviyo.advance()
        counts = {state: sum(row["state"] == state for row in settled) for state in ("stored", "dropped")}
        return jsonify(counts)

    @blueprint.get("/_control/settings")
    def control_settings() -> Response:
        with klaviyo.world.locked():
            return jsonify(_shown(klaviyo))

    @blueprint.post("/_control/settings")
    def control_set() -> tuple[Response, int] | Response:
        changes = request.get_json(silent=True)
        try:
            _apply(klaviyo, changes)
        except (KeyError, ValueError) as error:
            return jsonify({"error": str(error.args[0])}), 400
        return jsonify(_shown(klaviyo))

    @blueprint.get("/_control/accepted/<account>")
    def control_accepted(account: str) -> Response:
        with klaviyo.world.locked():
            return jsonify(klaviyo.of("accepted", account).all())

    @blueprint.get("/_control/stored/<account>")
    def control_stored(account: str) -> Response:
        with klaviyo.world.locked():
            names = {row["id"]: row["name"] for row in klaviyo.of("metrics", account)}
            people = {row["id"]: row["attributes"] for row in klaviyo.of("profiles", account)}
            rows = klaviyo.stored(account)
            return jsonify(
                [{**row, "metric": names[row["metric"]], "profile": people[row["profile"]]} for row in rows]
            )

    @blueprint.get("/_control/mails/<account>")
    def control_mails(account: str) -> Response:
        with klaviyo.world.locked():
            return jsonify(list(mails.every(klaviyo, account, request.args.get("to"), request.args.get("metric"))))


def _apply(klaviyo: Klaviyo, changes: Any) -> None:
    if not isinstance(changes, dict):
        raise ValueError("settings is a JSON object")
    if "faults" in changes:
        faults.check(changes["faults"])
    if "limits" in changes:
        limits.check(changes["limits"])
    if isinstance(held := changes.get("rate_clock"), bool) or not isinstance(held, int | float | None):
        raise ValueError("rate_clock is a second of machine time, or null")
    for name in ("auto", "drop_nested_blanks"):
        if not isinstance(changes.get(name, True), bool):
            raise ValueError(f"{name} is true or false")
    if not isinstance(changes.get("retired", []), list):
        raise ValueError("retired is a list of revisions")
    klaviyo.set(**changes)


def _shown(klaviyo: Klaviyo) -> dict[str, Any]:
    return {name: value for name, value in klaviyo.settings.items() if name != "id"}
