"""What Shopify knows of the app: its keys, where it lives, and what its ``shopify.app.toml`` asks for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit


@dataclass(frozen=True)
class Subscription:
    """One topic of one ``[[webhooks.subscriptions]]`` table."""

    topic: str  # as in the toml and the X-Shopify-Topic header: "orders/create"
    uri: str
    name: str | None = None
    include_fields: tuple[str, ...] | None = None
    filter: str | None = None


@dataclass(frozen=True)
class FlowAction:
    """One `flow_action` extension: where Flow sends what a workflow asks for."""

    name: str
    uri: str
    fields: list[dict[str, Any]]


@dataclass(frozen=True)
class AppConfig:
    """The app as registered at Shopify."""

    api_key: str = "sandbox-key"
    api_secret: str = "sandbox-secret"
    url: str = "http://127.0.0.1:8000"
    name: str = "Perennial"
    handle: str = "perennial"
    scopes: tuple[str, ...] = ()
    redirect_urls: tuple[str, ...] = ()
    webhook_version: str = "2026-10"
    subscriptions: tuple[Subscription, ...] = field(default=())
    triggers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Handle of a Flow trigger → its fields."""
    actions: dict[str, FlowAction] = field(default_factory=dict)
    """Handle → action of Flow."""

    @classmethod
    def read(cls, toml: Path, *, api_key: str, api_secret: str, url: str) -> AppConfig:
        """Read ``shopify.app.toml``; keys and URL come from the caller, as the CLI injects them in ``app dev``.

        Relative URIs are relative to the application URL (Shopify docs: app configuration).
        """
        doc = tomllib.loads(toml.read_text())
        scopes = doc.get("access_scopes", {}).get("scopes", "")
        webhooks = doc.get("webhooks", {})
        extensions = _extensions(toml.parent / "extensions")
        return cls(
            api_key=api_key,
            api_secret=api_secret,
            url=url.rstrip("/"),
            name=doc.get("name", "Perennial"),
            handle=doc.get("handle", "perennial"),
            scopes=tuple(s.strip() for s in scopes.split(",") if s.strip()),
            # as the CLI does in `app dev`: the paths stay, the origin becomes where the app really runs
            redirect_urls=tuple(
                _absolute(url, urlsplit(u).path) for u in doc.get("auth", {}).get("redirect_urls", [])
            ),
            webhook_version=webhooks.get("api_version", "2026-10"),
            subscriptions=tuple(_subscriptions(webhooks.get("subscriptions", []), url)),
            triggers={one["handle"]: fields for one, fields in extensions if one["type"] == "flow_trigger"},
            actions={
                one["handle"]: FlowAction(one["name"], _absolute(url, one["runtime_url"]), fields)
                for one, fields in extensions
                if one["type"] == "flow_action"
            },
        )

    def for_topic(self, topic: str) -> list[Subscription]:
        """The subscriptions that want this topic."""
        return [s for s in self.subscriptions if s.topic == topic]


def _subscriptions(tables: list[dict[str, object]], url: str) -> list[Subscription]:
    found = []
    for table in tables:
        fields = table.get("include_fields")
        for topic in [*_names(table.get("topics")), *_names(table.get("compliance_topics"))]:
            found.append(
                Subscription(
                    topic=topic,
                    uri=_absolute(url, str(table["uri"])),
                    name=str(table["name"]) if table.get("name") else None,
                    include_fields=tuple(_names(fields)) if fields else None,
                    filter=str(table["filter"]) if table.get("filter") else None,
                )
            )
    return found


def _extensions(folder: Path) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each extension with its fields: ``[settings]`` stands beside it at top level."""
    documents = [tomllib.loads(path.read_text()) for path in sorted(folder.glob("*/shopify.extension.toml"))]
    return [(one, doc.get("settings", {}).get("fields", [])) for doc in documents for one in doc["extensions"]]


def _names(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []


def _absolute(url: str, uri: str) -> str:
    return uri if "://" in uri else urljoin(url.rstrip("/") + "/", uri.lstrip("/"))
