"""The extensions that Shopify shows merchants in Flow's editor, written from our catalogues.

A file for each: in the TOML `[settings]` stands at top level beside `[[extensions]]`, so a file has fields for one
extension only. Addresses are relative to the app's, as the CLI 4.8.2 allows and `app dev` needs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from shopify_app.channels.flow.actions import ACTIONS, Action
from shopify_app.channels.flow.trigger import Trigger
from shopify_app.channels.flow.triggers import TRIGGERS

HEAD = "# Written by `perennial extensions` from shopify_app/channels/flow. Handles and keys are an API.\n"
FILE = "shopify.extension.toml"


def files() -> dict[str, str]:
    """Return path below `extensions/` → text, for every trigger and action."""
    made = {f"flow-{trigger.handle}/{FILE}": _trigger(trigger) for trigger in TRIGGERS}
    return made | {f"flow-{action.handle}/{FILE}": _action(action) for action in ACTIONS}


def differing(folder: Path) -> list[str]:
    """Return the files below `folder` that are missing, say something else, or should not be there."""
    wanted = files()
    wrong = [path for path, text in wanted.items() if not _says(folder / path, text)]
    found = (str(path.relative_to(folder)) for path in folder.glob(f"flow-*/{FILE}"))
    return sorted([*wrong, *(path for path in found if path not in wanted)])


def write(folder: Path) -> list[str]:
    """Write what is missing or says something else; return what was written, or should be deleted by hand."""
    wrong, wanted = differing(folder), files()
    for path in wrong:
        if path in wanted:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(wanted[path])
    return wrong


def _says(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


def _trigger(trigger: Trigger) -> str:
    return _document(
        [("name", trigger.name), ("type", "flow_trigger"), ("handle", trigger.handle), ("description", trigger.says)],
        [
            [("type", field.type), *([("key", field.key)] if field.key else []), ("description", field.says)]
            for field in trigger.fields
        ],
    )


def _action(action: Action) -> str:
    address = f"/flow/actions/{action.word}"
    return _document(
        [
            ("name", action.name),
            ("type", "flow_action"),
            ("handle", action.handle),
            ("description", action.says),
            ("runtime_url", address),
            ("validation_url", f"{address}/validation"),
        ],
        [
            [
                ("type", "single_line_text_field"),
                ("key", entry.key),
                ("name", entry.name),
                ("description", entry.says),
                ("required", entry.is_required),
            ]
            for entry in action.entries
        ],
    )


Pairs = list[tuple[str, str | bool]]


def _document(head: Pairs, fields: list[Pairs]) -> str:
    return "\n".join([HEAD + "[[extensions]]", *_lines(head), "", "[settings]", *_tables(fields)]) + "\n"


def _tables(fields: list[Pairs]) -> Iterator[str]:
    for field in fields:
        yield "\n[[settings.fields]]"
        yield from _lines(field)


def _lines(pairs: Pairs) -> Iterator[str]:
    """TOML's basic strings are JSON's, as far as ours go."""
    for name, value in pairs:
        yield f"{name} = {json.dumps(value, ensure_ascii=False)}"
