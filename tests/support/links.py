"""What a reader of a mail does with a link."""

from __future__ import annotations

import re

import httpx


def press(page: httpx.Response) -> httpx.Response:
    """Press the page's one button."""
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    return httpx.post(str(page.url.join(re.search(r'action="([^"]+)"', page.text)[1])), data=form, timeout=15)
