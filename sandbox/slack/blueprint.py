"""The webhook, the channel's page, and the knobs, below /slack.

A fault is JSON: {"status": 429, "retry_after": 30}, {"status": 500}, {"error": "no_service"} (Slack docs, "Handling
errors"; the status that goes with it is ours to know), or {"drop": true}; with {"times": 2} it strikes twice.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.wire import mischief
from sandbox.world import World

LONGEST = 40_000
"""Characters of a text (Slack docs, chat.postMessage: longer ones are cut)."""
ERRORS = {
    "invalid_payload": 400,
    "user_not_found": 400,
    "channel_not_found": 404,
    "channel_is_archived": 410,
    "action_prohibited": 403,
    "posting_to_general_channel_denied": 403,
    "invalid_token": 403,
    "no_service": 404,
    "no_team": 404,
    "rollup_error": 500,
}
_KNOBS = {"status": int, "retry_after": int, "error": str, "drop": bool, "times": int}


def make_blueprint(world: World) -> Blueprint:
    """The channel of one world."""
    pages = Blueprint("slack", __name__)

    @pages.post("/services/<path:secret>")
    def receive(secret: str) -> Response:
        fault = _strikes(world)
        if fault and "error" in fault:
            return _text(fault["error"], ERRORS[fault["error"]])
        if fault and "status" in fault:
            return _text("", fault["status"], fault.get("retry_after"))
        text = _read()
        if text is None:
            return _text("invalid_payload", 400)
        with world.locked():
            at = world.now().isoformat()
            world.store.collection("slack_messages").add({"secret": secret, "text": text[:LONGEST], "at": at})
        if fault and fault.get("drop"):
            mischief.reset()
        return _text("ok", 200)

    @pages.get("/channel")
    def channel() -> str:
        with world.locked():
            rows = list(world.store.collection("slack_messages"))[::-1]
        said = "".join(f"<article><time>{row['at']}</time><pre>{escape(row['text'])}</pre></article>" for row in rows)
        head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Slack channel</title>'
        return f"{head}<h1>Slack channel</h1>{said or '<p>No message yet.</p>'}</html>"

    @pages.get("/_control/messages")
    def messages() -> Response:
        with world.locked():
            return jsonify(list(world.store.collection("slack_messages")))

    @pages.post("/_control/faults")
    def set_faults() -> tuple[Response, int] | Response:
        try:
            with world.locked():
                put_faults(world, request.get_json(silent=True))
        except ValueError as error:
            return jsonify({"error": str(error)}), 400
        return jsonify({"ok": True})

    return pages


def put_faults(world: World, faults: Any) -> None:
    """Set all faults anew. Raises ValueError with the reason."""
    if not isinstance(faults, list) or not all(isinstance(fault, dict) for fault in faults):
        raise ValueError("faults is a list of objects")
    for fault in faults:
        if wrong := [name for name, value in fault.items() if not isinstance(value, _KNOBS.get(name, ()))]:
            raise ValueError(f"{wrong[0]!r} is no knob of a fault, or has a wrong value")
        if "error" in fault and fault["error"] not in ERRORS:
            raise ValueError(f"error is one of {', '.join(ERRORS)}")
    world.store.collection("slack_settings").put({"id": "faults", "faults": faults})


def _strikes(world: World) -> dict[str, Any] | None:
    with world.locked():
        row = world.store.collection("slack_settings").get("faults")
        faults = list(row["faults"]) if row else []
        struck = next((one for one in faults if one.get("times") != 0), None)
        if struck and "times" in struck:
            struck["times"] -= 1
            put_faults(world, faults)
        return dict(struck) if struck else None


def _read() -> str | None:
    """A message must be a JSON object with a text that says something."""
    try:
        body = json.loads(request.get_data())
    except ValueError:
        return None
    text = body.get("text") if isinstance(body, dict) else None
    return text if isinstance(text, str) and text.strip() else None


def _text(text: str, status: int, retry_after: int | None = None) -> Response:
    answer = Response(text, status=status, mimetype="text/html")
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return answer
