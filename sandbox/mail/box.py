"""What the mail server took, newest last, taken apart for whoever looks."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from typing import Any, cast

from sandbox.world import World
from sandbox.world.store import Row


def put(world: World, sender: str, to: list[str], user: str, message: bytes) -> Row:
    """Keep one message that was taken, under the next number."""
    with world.locked():
        row = {
            "sender": sender,
            "to": to,
            "user": user,
            "at": world.now().isoformat(),
            "raw": message.decode("latin-1"),
        }
        return world.store.collection("smtp_mails").add(row)


def every(world: World, to: str | None = None) -> list[dict[str, Any]]:
    """All mails, oldest first, or those to one address."""
    return [read(row) for row in world.store.collection("smtp_mails") if to in (None, *row["to"])]


def one(world: World, number: int) -> dict[str, Any] | None:
    """One mail by its number."""
    row = world.store.collection("smtp_mails").get(number)
    return read(row) if row else None


def read(row: Row) -> dict[str, Any]:
    """A mail as its reader sees it: headers, text, html, and the links in the html."""
    message = cast(EmailMessage, message_from_bytes(row["raw"].encode("latin-1"), policy=policy.default))
    text, html = (_part(message, kind) for kind in ("plain", "html"))
    return {
        "id": row["id"],
        "at": row["at"],
        "sender": row["sender"],
        "user": row["user"],
        "to": row["to"],
        "headers": {name.lower(): str(value) for name, value in message.items()},
        "subject": str(message["subject"] or ""),
        "text": text,
        "html": html,
        "links": [unescape(href) for href in re.findall(r'<a href="([^"]+)"', html)],
    }


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()).replace("\r\n", "\n") if body is not None else ""
