"""What a person sees of the sandbox: the admin that frames the app, Shopify's CDN scripts, and the dashboard.

A face reads the world and writes only through the wire: its forms and scripts call ``/_control`` and Shopify's
own endpoints, as any other client would. See ``sandbox/faces/README.md``.
"""

from sandbox.faces.blueprint import make_blueprint

__all__ = ["make_blueprint"]
