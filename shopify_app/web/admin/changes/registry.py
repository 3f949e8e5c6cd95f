"""Every edit that is offered on a subscription's page, in the order of the buttons."""

from __future__ import annotations

from shopify_app.web.admin.changes import details, lines, paying, rhythm, statuses
from shopify_app.web.admin.changes.face import Face

FACES: tuple[Face, ...] = (*lines.FACES, *rhythm.FACES, *details.FACES, *paying.FACES, *statuses.FACES)
