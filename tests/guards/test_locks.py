"""The locks pin everything by hash and name no place to download from."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON_LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_a_python_lock_holds_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    pins = re.findall(r"^[a-z0-9][\w.\[\]-]*==", text, flags=re.MULTILINE)
    assert len(pins) > 20
    assert text.count("--hash=sha256:") >= len(pins)
    assert "://" not in text


def test_every_direct_dependency_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = set(re.findall(r"^([a-z0-9][\w.-]*)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    wanted = {re.split(r"[\[=<>]", each)[0] for each in project["dependencies"]}
    assert wanted - locked == set()


def test_the_npm_lock_has_integrity_hashes_and_no_download_address() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    fetched = {path: each for path, each in packages.items() if path and not each.get("link")}
    assert len(fetched) > 100
    assert [path for path, each in fetched.items() if "integrity" not in each] == []
    assert [path for path, each in fetched.items() if "://" in each.get("resolved", "")] == []
