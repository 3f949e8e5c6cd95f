"""The shopper's API, `/portal/v1`: what a customer-account extension of ours shows and does for who is signed in.

Reads come from our rows alone; whatever changes something goes through `edits/door`. `document` describes it all as
OpenAPI 3.1, and a test holds every answer against it.
"""

from flask import Blueprint

from shopify_app.web import cors
from shopify_app.web.portal import problems

blueprint = Blueprint("portal", __name__, url_prefix=f"{problems.PREFIX}v1")
cors.register(blueprint, problems.PREFIX)
blueprint.register_error_handler(problems.Problem, problems.answer)

# The views join the blueprint as they are imported.
import shopify_app.web.portal.acts  # noqa: E402
import shopify_app.web.portal.cards  # noqa: E402
import shopify_app.web.portal.contract_acts  # noqa: E402
import shopify_app.web.portal.date_acts  # noqa: E402
import shopify_app.web.portal.document  # noqa: E402
import shopify_app.web.portal.reads  # noqa: E402
import shopify_app.web.portal.shipping  # noqa: E402
import shopify_app.web.portal.stock  # noqa: E402, F401
