"""Why a planned notice was not told, where that names something; `kit.speech.known` says it anew."""

from __future__ import annotations

from shopify_app.kit.speech import kept

HAS_STATUS = kept("the contract is %(status)s")
