"""Why something was not told, where that names something: kept filled in, said anew by `kit.speech.known`."""

from __future__ import annotations

from shopify_app.kit.speech import N_
from shopify_app.notices.kept import HAS_STATUS as HAS_STATUS

FAILED_OFTEN = N_("it failed %(times)s times: %(error)s")
REFUSED = N_("Klaviyo refused it: %(error)s")
REFUSED_BY_SHOPIFY = N_("Shopify refused it: %(error)s")
NOT_RENDERED = N_("it could not be rendered (%(kind)s)")
NOT_WRITTEN = N_("it could not be written (%(kind)s)")
SERVER_REFUSED = N_("the mail server refused it: %(error)s")
PUT_OFF = N_("it was put off %(times)s times: %(error)s")
TRIED_OUT = N_("It was tried %(tries)s times. The last time: %(words)s")
KEPT = (
    HAS_STATUS,
    FAILED_OFTEN,
    REFUSED,
    REFUSED_BY_SHOPIFY,
    NOT_RENDERED,
    NOT_WRITTEN,
    SERVER_REFUSED,
    PUT_OFF,
    TRIED_OUT,
)
"""All of them."""
