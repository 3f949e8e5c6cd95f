"""What a trigger hands to a workflow: fields by name, each with its type and where it is read.

Facts: keys of own fields hold letters and spaces only; references (`customer_reference` …) have none and arrive as
`customer_id` …; types are those of TYPES (Shopify CLI 4.8.2, whose build checks the keys, but not the types). Whether
a workflow bears a field that is missing is unverified, so every field is always there: text that is not known is
empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shopify_app.channels.klaviyo.story import CannotRender, Story
from shopify_app.contracts.contents import ONLY_VARIANT
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of

CUSTOMER, PRODUCT = "customer_reference", "product_reference"
TEXT, NUMBER, YES_NO = "single_line_text_field", "number_decimal", "boolean"
TYPES = (CUSTOMER, PRODUCT, TEXT, NUMBER, YES_NO)
LONGEST = 2_000
"""Characters of one text; longer ones are cut, with an ellipsis."""

Value = str | int | bool
Reader = Callable[[Story], Value | None]


@dataclass(frozen=True)
class Field:
    """`key` is what merchants pick in the editor, empty for a reference; `says` is shown beside it."""

    key: str
    type: str
    says: str
    read: Reader

    @property
    def name(self) -> str:
        """Its name in a payload."""
        return self.key or self.type.replace("_reference", "_id")

    def value(self, story: Story) -> Value:
        """Return what the payload holds under its name. Raises CannotRender for a reference that is not known."""
        found = self.read(story)
        if self.type == YES_NO:
            return bool(found)
        if self.type == NUMBER:
            return int(found or 0)
        if self.type in (CUSTOMER, PRODUCT):
            return _number(found, self.type)
        words = str(found or "")
        return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def text(key: str, says: str, read: Reader) -> Field:
    """A line of text."""
    return Field(key, TEXT, says, read)


def data(key: str, says: str, *path: str, type: str = TEXT) -> Field:
    """What the fact's data hold at `path`."""
    return Field(key, type, says, lambda story: at(story.fact.data, *path))


def day(key: str, says: str, read: Reader) -> Field:
    """A day in the shop's time zone, as YYYY-MM-DD, of an instant or a date in ISO that `read` returns."""
    return Field(key, TEXT, says, lambda story: _day(story, read(story)))


def of(side: str, name: str) -> Reader:
    """What the fact has under `name` before ("before"), after ("after") or in its data ("data")."""
    return lambda story: at(getattr(story.fact, side), name)


def at(values: Mapping[str, Any] | None, *path: str) -> Any:
    """Return what stands at a path of nested objects, None where it ends."""
    found: Any = values
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def number_at(*path: str) -> Reader:
    """Shopify's number of the object whose gid the fact's data hold at `path`."""

    def read(story: Story) -> str:
        gid = at(story.fact.data, *path)
        return number_of(str(gid)) if gid else ""

    return read


def items(story: Story, side: str) -> str:
    """Return the items of one side of a fact, e.g. "2 × House Blend (250 g); 1 × Filter"."""
    rows = at(getattr(story.fact, side), "items") or []
    return "; ".join(_named(row) for row in rows)


def _named(row: Json) -> str:
    variant = row.get("variant_title")
    return f"{row.get('quantity', 1)} × {row.get('title', '')}" + (
        f" ({variant})" if variant and variant != ONLY_VARIANT else ""
    )


def _number(found: object, type: str) -> int:
    digits = number_of(str(found or ""))
    if not digits.isdigit():
        raise CannotRender(f"the {type.removesuffix('_reference')} is not known")
    return int(digits)


def _day(story: Story, found: object) -> str:
    if not found:
        return ""
    words = str(found)
    if "T" not in words:
        return words  # a day already
    return datetime.fromisoformat(words).astimezone(story.shop.zone).date().isoformat()
