"""Files copied from npm packages are exactly what the locked package holds, and THIRD_PARTY.md names them."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COPIES = {"shopify_app/web/static/htmx.min.js": "node_modules/htmx.org/dist/htmx.min.js"}


@pytest.mark.parametrize(("copy", "original"), COPIES.items())
def test_a_copied_file_equals_the_package_it_came_from(copy: str, original: str) -> None:
    assert (ROOT / copy).read_bytes() == (ROOT / original).read_bytes()


def test_third_party_names_every_copied_file() -> None:
    text = (ROOT / "THIRD_PARTY.md").read_text()
    assert [copy for copy in COPIES if f"`{copy}`" not in text] == []


def test_third_party_names_every_direct_dependency() -> None:
    text = (ROOT / "THIRD_PARTY.md").read_text().lower()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    python = [*project["project"]["dependencies"], *project["dependency-groups"]["sandbox"]]
    python += [each for each in project["dependency-groups"]["dev"] if isinstance(each, str)]
    names = {re.split(r"[\[=<>]", each)[0] for each in python}
    names |= set(json.loads((ROOT / "package.json").read_text())["devDependencies"])
    assert sorted(name for name in names if name not in text) == []
