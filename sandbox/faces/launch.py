"""Opening the app in the admin's frame, and finding out why it does not open."""

from __future__ import annotations

from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from sandbox.wire.id_tokens import launch_params, sign_query
from sandbox.world import World

PATIENCE_S = 3


def frame_address(world: World, shop: str, path: str, query: dict[str, str], locale: str = "en") -> str:
    """The frame's source: the app's page with the launch parameters added to its own query, and signed.

    The signature covers the page's own parameters too (Shopify docs: verify a request).
    """
    launch = launch_params(world, shop, locale=locale)
    launch.pop("hmac")
    params = {**query, **launch}
    params["hmac"] = sign_query(world, params)
    return f"{world.config.url}/{quote(path, safe='/@:~')}?{urlencode(params)}"


def app_answers(url: str) -> dict[str, object]:
    """Does the app answer its health check? ``{"answers": bool, "said": words for the merchant}``. Never raises."""
    try:
        with urlopen(f"{url}/healthz", timeout=PATIENCE_S) as answer:  # noqa: S310 - the app's own configured URL
            return {"answers": True, "said": f"{url} answered {answer.status}."}
    except HTTPError as error:
        return {"answers": True, "said": f"{url}/healthz answered {error.code}."}
    except (URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return {"answers": False, "said": f"{url} does not answer ({reason})."}
