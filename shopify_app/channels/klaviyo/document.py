"""Writes what is drawn from the catalogue: `python -m shopify_app.channels.klaviyo.document`.

The tables of docs/events.md, the JSON Schemas in docs/schemas/, and the starter mails. A test says when one is stale.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from shopify_app.channels.klaviyo.events.common import BASE, ITEM
from shopify_app.channels.klaviyo.events.property import Property
from shopify_app.channels.klaviyo.events.told import EVENTS, Event
from shopify_app.channels.klaviyo.mails.written import files
from shopify_app.channels.klaviyo.profile import PROFILE

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs/events.md"
STARTER = Path(__file__).parent / "starter"
BEGIN, END = "<!-- drawn from the catalogue: begin -->", "<!-- drawn from the catalogue: end -->"


def drawn() -> dict[Path, str]:
    """Return path → text of every file that is drawn from the catalogue."""
    head, _, rest = PAGE.read_text().partition(BEGIN)
    tail = rest.partition(END)[2]
    pages = {PAGE: f"{head}{BEGIN}\n\n{_tables()}\n{END}{tail}"}
    schemas = {ROOT / f"docs/schemas/{event.slug}.json": _json(event.schema()) + "\n" for event in EVENTS}
    return pages | schemas | {STARTER / name: text for name, text in files().items()}


def _tables() -> str:
    parts = ["| metric | fires | recorded as the fact | `unique_id` |", "|---|---|---|---|"]
    parts += [f"| **{one.name}** | {one.fires} | `{one.kind}` | `{one.unique}` |" for one in EVENTS]
    parts += ["", "### On every event", "", *_table(BASE), "", "### Each of `Items`", "", *_table(ITEM)]
    for event in EVENTS:
        parts += ["", *_section(event)]
    parts += ["", "### On the shopper's profile", "", *_table(PROFILE)]
    return "\n".join(parts) + "\n"


def _section(event: Event) -> Iterator[str]:
    yield f"### {event.name}"
    yield ""
    yield f"{event.fires} Schema: [`schemas/{event.slug}.json`](schemas/{event.slug}.json)"
    yield ""
    yield from _table(event.special)
    yield ""
    yield "<details><summary>Example</summary>"
    yield ""
    yield f"```json\n{_json(event.example())}\n```"
    yield ""
    yield "</details>"


def _table(properties: Iterable[Property]) -> Iterator[str]:
    yield "| property | says | example | always |"
    yield "|---|---|---|---|"
    for one in properties:
        example = "…" if isinstance(one.example, list) and isinstance(one.example[0], dict) else _inline(one.example)
        yield f"| `{one.name}` | {one.says} | {example} | {'yes' if one.always else ''} |"


def _inline(value: object) -> str:
    return f"`{value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}`"


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def main() -> None:
    """Write what is stale, and remove starter mails that nothing makes any more."""
    made = drawn()
    for path in STARTER.iterdir():
        if path not in made:
            path.unlink()
    for path, text in made.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
