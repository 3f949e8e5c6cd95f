"""What several pages say of Klaviyo."""

from __future__ import annotations

from shopify_app.kit.speech import N_

REFUSED = N_("Klaviyo refused the key.")
"""Where no better reason is known."""
