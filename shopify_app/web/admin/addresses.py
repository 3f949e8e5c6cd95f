"""Where a contract is sent, as people write it."""

from __future__ import annotations

from typing import Any


def lines(delivery_method: dict[str, Any] | None) -> list[str]:
    """Return a delivery method's address line by line, name first; empty when Shopify gave none."""
    address = (delivery_method or {}).get("address") or {}
    name = " ".join(part for part in (address.get("first_name"), address.get("last_name")) if part)
    place = " ".join(part for part in _place(address) if part)
    written = [name, address.get("company"), address.get("address1"), address.get("address2"), place]
    return [line for line in [*written, address.get("country") or address.get("country_code")] if line]


def _place(address: dict[str, Any]) -> list[str | None]:
    """City, region and postal code in the order of countries that write a region, or of those that do not."""
    if address.get("province_code"):
        return [address.get("city"), address.get("province_code"), address.get("zip")]
    return [address.get("zip"), address.get("city")]
