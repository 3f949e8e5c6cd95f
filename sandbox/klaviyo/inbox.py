"""The inbox: what Klaviyo kept, per shopper, for people to look at. Reading it stores what was waiting."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, render_template, request

from sandbox.klaviyo import mails
from sandbox.klaviyo.state import Klaviyo
from sandbox.world.store import Row

SHOWN = 200
MAIL_RIGHTS = "allow-popups allow-popups-to-escape-sandbox"  # what a link opens is a page like any other


def add_inbox(blueprint: Blueprint, klaviyo: Klaviyo) -> None:
    """Hang the pages on the blueprint: shoppers, one shopper, what was not kept, accounts and keys."""

    @blueprint.app_template_test("weblink")
    def weblink(value: Any) -> bool:
        return isinstance(value, str) and value.startswith(("http://", "https://")) and " " not in value

    @blueprint.app_template_test("records")
    def records(value: Any) -> bool:
        return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)

    @blueprint.get("/inbox")
    def inbox() -> str:
        with klaviyo.world.locked():
            account = _chosen(klaviyo)
            return render_template("klaviyo/inbox.html", **_shoppers(klaviyo, account, request.args.get("q", "")))

    @blueprint.get("/inbox/<account>/<profile_id>")
    def inbox_shopper(account: str, profile_id: str) -> str:
        with klaviyo.world.locked():
            return render_template("klaviyo/shopper.html", **_shopper(klaviyo, account, profile_id))

    @blueprint.get("/inbox/<account>/mails/<event_id>")
    def inbox_mail(account: str, event_id: str) -> Response:
        with klaviyo.world.locked():
            event = klaviyo.of("events", account).get(event_id) or abort(404)
            return _mail_page(mails.of(klaviyo, account, event))

    @blueprint.get("/inbox/requests")
    def inbox_requests() -> str:
        with klaviyo.world.locked():
            account = _chosen(klaviyo)
            return render_template("klaviyo/requests.html", **_requests(klaviyo, account))

    @blueprint.get("/inbox/keys")
    def inbox_keys() -> str:
        with klaviyo.world.locked():
            keys = [{**key, "account": klaviyo.accounts[key["account"]]["name"]} for key in klaviyo.credentials]
            return render_template("klaviyo/keys.html", accounts=klaviyo.accounts.all(), keys=keys)


def _mail_page(mail: dict[str, Any]) -> Response:
    """The mail alone, as the shopper's mail program shows it: no script, no form, links open a page of their own."""
    if mail["kind"] != "mail":
        abort(404)
    opening = '<base target="_blank">'
    head, tag, rest = mail["html"].partition("<head>")
    answer = Response(f"{head}{tag}{opening}{rest}" if tag else opening + head, mimetype="text/html")
    shown = "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'"
    answer.headers["Content-Security-Policy"] = f"sandbox {MAIL_RIGHTS}; {shown}"
    return answer


def _chosen(klaviyo: Klaviyo) -> Row:
    klaviyo.catch_up(older_than_s=0)
    first = klaviyo.accounts.all()[0]["id"]
    return klaviyo.accounts.get(request.args.get("account", first)) or abort(404)


def _shoppers(klaviyo: Klaviyo, account: Row, query: str) -> dict[str, Any]:
    events = klaviyo.stored(account["id"])
    names = _metric_names(klaviyo, account)
    last = {event["profile"]: event for event in events}
    counts: dict[str, int] = {}
    for event in events:
        counts[event["profile"]] = counts.get(event["profile"], 0) + 1
    rows = [
        {
            "id": profile["id"],
            "name": _name(profile),
            "email": profile["attributes"].get("email"),
            "count": counts.get(profile["id"], 0),
            "last": _event_head(last.get(profile["id"]), names, account),
        }
        for profile in reversed(klaviyo.of("profiles", account["id"]).all())
        if query.lower() in f"{_name(profile)} {profile['attributes'].get('email', '')}".lower()
    ]
    rows.sort(key=lambda row: row["last"]["at"] if row["last"] else "", reverse=True)
    return {
        "accounts": klaviyo.accounts.all(),
        "account": account,
        "query": query,
        "total": len(rows),
        "shoppers": rows[:SHOWN],
        "events": len(events),
        "states": _states(klaviyo, account),
    }


def _shopper(klaviyo: Klaviyo, account_id: str, profile_id: str) -> dict[str, Any]:
    account = klaviyo.accounts.get(account_id) or abort(404)
    klaviyo.catch_up(older_than_s=0)
    profile = klaviyo.of("profiles", account_id).get(profile_id) or abort(404)
    names = _metric_names(klaviyo, account)
    events = [
        {
            **(_event_head(event, names, account) or {}),
            **event,
            "mail": mails.of(klaviyo, account_id, event),
        }
        for event in reversed(klaviyo.stored(account_id))
        if event["profile"] == profile_id
    ]
    events.sort(key=lambda event: event["time"], reverse=True)
    return {"account": account, "profile": profile, "name": _name(profile), "events": events, "rights": MAIL_RIGHTS}


def _requests(klaviyo: Klaviyo, account: Row) -> dict[str, Any]:
    rows = [
        {
            "state": row["state"],
            "reason": row["reason"],
            "metric": row["event"]["metric"]["data"]["attributes"]["name"],
            "who": _identifier(row["event"]["profile"]["data"]),
            "unique_id": row["event"].get("unique_id"),
            "at": _local(row["received_at"], account),
            "event": row["event"],
        }
        for row in reversed(klaviyo.of("accepted", account["id"]).all())
    ]
    return {
        "accounts": klaviyo.accounts.all(),
        "account": account,
        "total": len(rows),
        "requests": rows[:SHOWN],
        "states": _states(klaviyo, account),
    }


def _states(klaviyo: Klaviyo, account: Row) -> dict[str, int]:
    counts = {"accepted": 0, "stored": 0, "dropped": 0, "waiting": 0}
    for row in klaviyo.of("accepted", account["id"]):
        counts["accepted"] += 1
        counts[row["state"]] += 1
    return counts


def _metric_names(klaviyo: Klaviyo, account: Row) -> dict[str, str]:
    return {metric["id"]: metric["name"] for metric in klaviyo.of("metrics", account["id"])}


def _event_head(event: Row | None, names: dict[str, str], account: Row) -> dict[str, Any] | None:
    if not event:
        return None
    return {"name": names[event["metric"]], "at": event["time"], "local": _local(event["time"], account)}


def _local(instant: str, account: Row) -> str:
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(account["timezone"])).strftime("%d %b %Y %H:%M %Z")


def _name(profile: Row) -> str:
    attributes = profile["attributes"]
    parts = [attributes.get("first_name"), attributes.get("last_name")]
    full = " ".join(part for part in parts if part)
    return full or attributes.get("email") or _identifier({"attributes": attributes, "id": profile["id"]})


def _identifier(data: dict[str, Any]) -> str:
    attributes = data.get("attributes") or {}
    names = ("email", "phone_number", "external_id", "anonymous_id", "_kx")
    return next((attributes[name] for name in names if attributes.get(name)), data.get("id") or "?")
