"""The app's own UI extensions, bundled as `shopify app build` bundles them, for the faces to run.

One script for each extension: it hands every target's module to `shopify.extend` (the CLI's own main does the same).
`process.env.APP_URL` becomes the app's address, as `shopify app dev` does it.
"""

from __future__ import annotations

import json
import subprocess
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "extensions/account"
FOLDERS = (FOLDER, ROOT / "extensions/purchase-options")
ESBUILD = ROOT / "node_modules/.bin/esbuild"


@dataclass(frozen=True)
class Extension:
    """One UI extension of a folder: its handle, and the module of each target."""

    folder: Path
    handle: str
    modules: tuple[tuple[str, str], ...]
    """Target and module, each in its turn."""


def extensions() -> list[Extension]:
    """What the folders declare."""
    return [
        Extension(folder, each["handle"], tuple((t["target"], t["module"]) for t in each["targeting"]))
        for folder in FOLDERS
        for each in tomllib.loads((folder / "shopify.extension.toml").read_text())["extensions"]
    ]


def of_target(target: str) -> Extension:
    """The extension that has this target; KeyError for a target that none has."""
    for each in extensions():
        if target in dict(each.modules):
            return each
    raise KeyError(target)


def script(target: str, app_url: str) -> str:
    """The bundle of the extension that has this target. Raises KeyError, and RuntimeError with what esbuild says."""
    found = of_target(target)
    newest = max(path.stat().st_mtime_ns for path in found.folder.joinpath("src").rglob("*.ts*"))
    return _bundle(found, app_url, newest)


def words(locale: str, folder: Path = FOLDER) -> dict[str, Any]:
    """The words of a language, English where there are none of it."""
    path = folder / "locales" / f"{locale}.json"
    chosen = path if path.exists() else folder / "locales/en.default.json"
    found: dict[str, Any] = json.loads(chosen.read_text())
    return found


def languages() -> list[str]:
    """The languages that the extensions have words in, English first."""
    others = sorted(path.stem for path in FOLDER.glob("locales/*.json") if not path.stem.endswith(".default"))
    return ["en", *others]


@lru_cache(maxsize=8)
def _bundle(extension: Extension, app_url: str, newest: int) -> str:
    main = "\n".join(
        f"import e{at} from {json.dumps(module)}; shopify.extend({json.dumps(target)}, (...a) => e{at}(...a));"
        for at, (target, module) in enumerate(extension.modules)
    )
    asked = [
        str(ESBUILD), "--bundle", "--format=iife", "--target=es2022", "--jsx=automatic", "--jsx-import-source=preact",
        "--minify", f"--define:process.env.APP_URL={json.dumps(app_url)}", "--loader=ts",
    ]  # fmt: skip
    made = subprocess.run(  # noqa: S603 - our own sources, by the tool that node_modules brings
        asked, input=main, capture_output=True, text=True, cwd=extension.folder, timeout=60
    )
    if made.returncode:
        raise RuntimeError(made.stderr)
    return made.stdout
