"""One metric as the catalogue describes it."""

from __future__ import annotations

from dataclasses import dataclass, field

from shopify_app.channels.klaviyo.events import property as properties
from shopify_app.channels.klaviyo.events.common import BASE, FALLBACK, RARE
from shopify_app.channels.klaviyo.events.property import Property
from shopify_app.kit.db import Json


@dataclass(frozen=True)
class Event:
    """One metric. `own` are the properties beyond those of every event; `sample` changes the example.

    `needed_by_shopper`: somebody must be told of it even when Klaviyo cannot be, so it has a fallback by mail.
    """

    kind: str
    name: str
    fires: str
    unique: str
    own: tuple[Property, ...]
    sample: Json = field(default_factory=dict)
    needed_by_shopper: bool = False

    @property
    def slug(self) -> str:
        """The name in lower case with dashes, for file names and addresses."""
        return self.name.lower().replace(" ", "-")

    @property
    def special(self) -> tuple[Property, ...]:
        """The properties that not every event has."""
        return (*self.own, *(FALLBACK if self.needed_by_shopper else ()))

    @property
    def properties(self) -> tuple[Property, ...]:
        """All properties, its own first."""
        return (*self.special, *BASE)

    def schema(self) -> Json:
        """Return the JSON Schema (draft 2020-12) of the properties."""
        head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": self.name}
        return {**head, "description": self.fires, **properties.thing(self.properties)}

    def example(self, *, sparse: bool = False) -> Json:
        """Return an example of the properties; `sparse`: only what every such event carries."""
        known = properties.example(self.properties, sparse=sparse)
        return {name: self.sample.get(name, value) for name, value in known.items() if name not in RARE}
