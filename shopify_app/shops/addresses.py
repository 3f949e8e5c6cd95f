"""Where a shop's staff find the app."""

from __future__ import annotations

from shopify_app.config import Settings


def admin_address(settings: Settings, domain: str, path: str = "/") -> str:
    """Return where the app is opened inside the shop's admin (Shopify docs: by the client id)."""
    handle = domain.removesuffix(".myshopify.com")
    return f"{settings.admin_url}/store/{handle}/apps/{settings.api_key}{path}"
