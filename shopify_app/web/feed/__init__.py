"""The feed of changes for programs, `/feed/v1`: what a warehouse reads, with an API key that staff make in the admin.

`document` describes it as OpenAPI 3.1, and a test holds every answer against it. For people: docs/warehouse-feed.md.
"""

from flask import Blueprint

from shopify_app.web.feed import problems

blueprint = Blueprint("warehouse", __name__, url_prefix=f"{problems.PREFIX}v1")
blueprint.register_error_handler(problems.Problem, problems.answer)

# The views join the blueprint as they are imported.
import shopify_app.web.feed.document  # noqa: E402
import shopify_app.web.feed.views  # noqa: E402, F401
