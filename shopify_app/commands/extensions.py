"""`perennial extensions`: writes the extensions for Shopify Flow, for those who change the catalogues."""

from __future__ import annotations

from pathlib import Path

from shopify_app.channels.flow import extensions

FOLDER = Path(__file__).resolve().parents[2] / "extensions"


def run_extensions(*, only_check: bool) -> int:
    """Write what differs and say so; with `only_check` write nothing and answer 1 when anything differs."""
    found = extensions.differing(FOLDER) if only_check else extensions.write(FOLDER)
    for path in found:
        print(f"extensions/{path}")
    return int(only_check and bool(found))
