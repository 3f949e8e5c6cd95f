"""A local mail server: SMTP on a port of its own, and a page that shows what it took.

It takes mail for everybody and delivers to nobody. `MailServer(world).start()` serves SMTP; `make_blueprint(world)`
serves the inbox and the knobs. Followed: EHLO, STARTTLS (when it was given a certificate), AUTH PLAIN and LOGIN,
MAIL, RCPT, DATA, RSET, NOOP, QUIT, dots at line starts. Not: pipelining, sizes, 8BITMIME, addresses beyond ASCII.
"""

from sandbox.mail.blueprint import make_blueprint
from sandbox.mail.server import MailServer

__all__ = ["MailServer", "make_blueprint"]
