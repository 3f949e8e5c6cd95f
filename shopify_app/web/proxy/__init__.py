"""What the storefront of a shop asks of us, forwarded and signed by Shopify's app proxy (`[app_proxy]`).

`/apps/perennial/<path>` of a storefront is `/proxy/<path>` here. The signature tells the shop and who is signed in
there, not who made the request: decision 0017 says why an act needs a token besides.
"""

from flask import Blueprint

from shopify_app.web.portal import problems
from shopify_app.web.proxy import refusals

blueprint = Blueprint("proxy", __name__, url_prefix="/proxy")
blueprint.register_error_handler(problems.Problem, refusals.answer)

# The views join the blueprint as they are imported.
import shopify_app.web.proxy.account  # noqa: E402
import shopify_app.web.proxy.dates  # noqa: E402, F401
