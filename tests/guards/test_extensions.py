"""What `shopify app build` does not check in our extensions: it drops a type it does not know in silence."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

EXTENSIONS = Path(__file__).resolve().parents[2] / "extensions"
# From the Shopify CLI 4.8.2 itself, and (subscription_link_extension) Shopify's docs, which it leaves to deployment.
KNOWN_TYPES = {
    "admin_link",
    "flow_action",
    "flow_template",
    "flow_trigger",
    "subscription_link_extension",
    "theme",
    "ui_extension",
}
TOMLS = sorted(EXTENSIONS.glob("*/shopify.extension.toml"))


def extensions(path: Path) -> list[dict[str, Any]]:
    """The extensions one TOML file declares."""
    return list(tomllib.loads(path.read_text())["extensions"])


def test_there_are_extensions_to_check() -> None:
    assert TOMLS


@pytest.mark.parametrize("path", TOMLS, ids=lambda path: path.parent.name)
def test_an_extension_has_a_known_type_a_name_and_a_plain_handle(path: Path) -> None:
    for extension in extensions(path):
        assert extension["type"] in KNOWN_TYPES
        assert 0 < len(extension["name"]) <= 30
        assert re.fullmatch(r"[a-z0-9-]{1,30}", extension["handle"])


def test_handles_are_unique() -> None:
    handles = [extension["handle"] for path in TOMLS for extension in extensions(path)]
    assert len(handles) == len(set(handles))


def test_the_link_to_a_contract_has_its_number_in_it() -> None:
    links = [
        extension
        for path in TOMLS
        for extension in extensions(path)
        if extension["type"] == "subscription_link_extension"
    ]
    assert [link["pattern"] for link in links] == ["/contracts/{contract_id}"]
