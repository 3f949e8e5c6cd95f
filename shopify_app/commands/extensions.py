"""`perennial extensions`: writes what of the extensions follows from something else.

The extensions for Shopify Flow follow from the catalogues in the code; the address that the account extension asks
follows from `application_url` in shopify.app.toml (docs/decisions/0016).
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from shopify_app.channels.flow import extensions

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "extensions"
ADDRESS = "account/src/address.ts"


def run_extensions(*, only_check: bool) -> int:
    """Write what differs and say so; with `only_check` write nothing and answer 1 when anything differs."""
    found = extensions.differing(FOLDER) if only_check else extensions.write(FOLDER)
    text = address_file(ROOT / "shopify.app.toml")
    if (FOLDER / ADDRESS).read_text() != text:
        found.append(ADDRESS)
        if not only_check:
            (FOLDER / ADDRESS).write_text(text)
    for path in found:
        print(f"extensions/{path}")
    return int(only_check and bool(found))


def address_file(app_toml: Path) -> str:
    """Return the module that tells the account extension where the app lives."""
    url = tomllib.loads(app_toml.read_text())["application_url"].rstrip("/")
    return (
        "// Written by `bin/perennial extensions` from `application_url` in shopify.app.toml: do not edit.\n"
        f"export const APPLICATION_URL = '{url}';\n"
    )
