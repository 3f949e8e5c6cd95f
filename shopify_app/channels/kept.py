"""Why something was not told, where that names something: kept filled in, said anew by `kit.speech.known`."""

from __future__ import annotations

from shopify_app.kit.speech import kept
from shopify_app.notices.kept import HAS_STATUS as HAS_STATUS

FAILED_OFTEN = kept("it failed %(times)s times: %(error)s")
REFUSED = kept("Klaviyo refused it: %(error)s")
REFUSED_BY_SHOPIFY = kept("Shopify refused it: %(error)s")
NOT_RENDERED = kept("it could not be rendered (%(kind)s)")
NOT_WRITTEN = kept("it could not be written (%(kind)s)")
SERVER_REFUSED = kept("the mail server refused it: %(error)s")
PUT_OFF = kept("it was put off %(times)s times: %(error)s")
TRIED_OUT = kept("It was tried %(tries)s times. The last time: %(words)s")
