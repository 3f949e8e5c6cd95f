"""Each way in which handing a mail over can fail, against the sandbox's SMTP: what the sender knows, and what was
taken."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sandbox.app import create_app
from sandbox.mail import MailServer, box, faults
from sandbox.world import World
from shopify_app.config import problems
from shopify_app.gateways.mail.client import Mailer
from shopify_app.gateways.mail.errors import (
    Delayed,
    LoginRefused,
    MailError,
    Refused,
    SenderRefused,
    Unreachable,
    Unsure,
)
from shopify_app.gateways.mail.letter import Letter
from shopify_app.kit.smtp import SmtpServer, smtp_server

SENDER = "notices@perennial.example"
TO = "ann@example.org"


def letter(**changes: str) -> Letter:
    said = {"to": TO, "subject": "Ihre nächste Bestellung", "text": "Grüße\n.\n..Punkt", "html": "<p>Grüße</p>"}
    return Letter(
        id="notice-1", at=dt.datetime(2026, 12, 1, 14, tzinfo=dt.UTC), language="de", sender_name="Rosebud, Coffee",
        reply_to="hello@rosebud.example", **(said | changes),
    )  # fmt: skip


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer(World()).start()
    yield server
    server.stop()


def mailer(server: MailServer, user: str = "", security: str = "plain", **options: object) -> Mailer:
    smtp = SmtpServer("127.0.0.1", server.port, security, user, "secret" if user else "")
    return Mailer(smtp, SENDER, step_seconds=0.3, last_seconds=0.3, **options)


def test_a_mail_arrives_as_it_was_written(mail: MailServer) -> None:
    handed_over = []
    mailer(mail, "perennial").send(letter(), lambda: handed_over.append(box.every(mail.world)))
    assert handed_over == [[]], "said before anything was handed over"
    (got,) = box.every(mail.world)
    assert (got["to"], got["sender"], got["user"]) == ([TO], SENDER, "perennial")
    assert got["subject"] == "Ihre nächste Bestellung"
    assert got["text"].splitlines() == ["Grüße", ".", "..Punkt"]
    assert got["html"].strip() == "<p>Grüße</p>"
    headers = got["headers"]
    assert headers["from"] == '"Rosebud, Coffee" <notices@perennial.example>'
    assert (headers["reply-to"], headers["message-id"]) == ("hello@rosebud.example", "<notice-1@perennial.example>")
    assert headers["date"] == "Tue, 01 Dec 2026 14:00:00 +0000"


@pytest.mark.parametrize(
    ("fault", "error", "told", "taken"),
    [
        ({"at": "connect", "status": 554}, Unreachable, "no connection: 554 5.1.1", 0),
        ({"at": "connect", "hang_s": 0.6}, Unreachable, "no connection: ", 0),
        ({"at": "auth", "status": 535}, LoginRefused, "login: 535 5.1.1", 0),
        ({"at": "auth", "status": 454}, Unreachable, "login: 454 4.1.1", 0),
        ({"at": "sender", "status": 553}, SenderRefused, "sender: 553 5.1.1", 0),
        ({"at": "sender", "status": 451}, Unreachable, "sender: 451 4.1.1", 0),
        ({"at": "recipient", "status": 550, "to": TO}, Refused, "recipient: 550 5.1.1", 0),
        ({"at": "recipient", "status": 451}, Delayed, "recipient: 451 4.1.1", 0),
        ({"at": "recipient", "status": 421}, Unreachable, "recipient: 421 4.1.1", 0),
        ({"at": "recipient", "drop": True}, Unreachable, "recipient: SMTPServerDisconnected", 0),
        ({"at": "data", "status": 554}, Refused, "message: 554 5.1.1", 0),
        ({"at": "data", "hang_s": 0.6}, Unreachable, "message: ", 0),
        ({"at": "message", "status": 554}, Refused, "message: 554 5.1.1", 0),
        ({"at": "message", "status": 451}, Delayed, "message: 451 4.1.1", 0),
        ({"at": "message", "drop": True}, Unsure, "after the message: SMTPServerDisconnected", 1),
        ({"at": "message", "drop": True, "lost": True}, Unsure, "after the message: SMTPServerDisconnected", 0),
        ({"at": "message", "hang_s": 0.6}, Unsure, "after the message: ", 1),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_every_failure_has_a_name_and_never_the_address(
    mail: MailServer, fault: dict, error: type[MailError], told: str, taken: int
) -> None:
    faults.put(mail.world, [fault])
    with pytest.raises(MailError) as raised:
        mailer(mail, "perennial").send(letter(), lambda: None)
    assert type(raised.value) is error
    assert str(raised.value).startswith(told)
    assert TO not in str(raised.value) and "secret" not in str(raised.value)
    assert len(box.every(mail.world)) == taken


def test_nobody_listens_and_a_word_before_the_message_takes_it_back(mail: MailServer) -> None:
    with pytest.raises(ZeroDivisionError):
        mailer(mail).send(letter(), lambda: 1 // 0)
    assert box.every(mail.world) == []
    mail.stop()
    with pytest.raises(Unreachable):
        mailer(mail).send(letter(), lambda: None)


@pytest.mark.parametrize("to", ["ann", "ann@localhost", "ann@example.org\r\nBcc: eve@example.org", "änn@example.org"])
def test_what_is_no_address_is_refused_before_anybody_is_asked(mail: MailServer, to: str) -> None:
    with pytest.raises(Refused) as raised:
        mailer(mail).send(letter(to=to), lambda: pytest.fail("asked"))
    assert to not in str(raised.value)


def _certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that only the returned client context trusts: (server, client)."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), 7, now - dt.timedelta(days=1), now + dt.timedelta(days=1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = folder / "server.pem"
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(pem))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=made.public_bytes(pem).decode())


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_tls_is_spoken_and_a_stranger_is_not_believed(tmp_path: Path, security: str) -> None:
    server, trusting = _certificate(tmp_path)
    mail = MailServer(World(), tls=server, is_implicit=security == "tls").start()
    try:
        mailer(mail, "perennial", security, tls=trusting).send(letter(), lambda: None)
        assert [one["user"] for one in box.every(mail.world)] == ["perennial"]
        with pytest.raises(Unreachable, match="SSLCertVerificationError"):
            mailer(mail, "perennial", security).send(letter(), lambda: None)
    finally:
        mail.stop()


def test_a_server_without_tls_gets_no_password(mail: MailServer) -> None:
    with pytest.raises(Unreachable, match="no secure connection: SMTPNotSupportedError"):
        mailer(mail, "perennial", "starttls").send(letter(), lambda: None)


@pytest.mark.parametrize(
    ("url", "host", "port", "security", "user"),
    [
        ("smtp://a%40b:p%2Fw@mail.example.org", "mail.example.org", 587, "starttls", "a@b"),
        ("smtps://mail.example.org", "mail.example.org", 465, "tls", ""),
        ("smtp://relay:2525?tls=off", "relay", 2525, "plain", ""),
        ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, "plain", ""),
    ],
)
def test_smtp_url_is_taken_apart(url: str, host: str, port: int, security: str, user: str) -> None:
    found = smtp_server(url)
    assert (found.host, found.port, found.security, found.user) == (host, port, security, user)
    assert "p/w" not in repr(found)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"SMTP_URL": "mail.example.org:25"}, "SMTP_URL is not understood"),
        ({"SMTP_URL": "smtp://u:hushhush@mail:x"}, "SMTP_URL is not understood: its port"),
        ({"SMTP_URL": "smtp://u:hushhush@relay?tls=off", "MAIL_FROM": SENDER}, "a password is not sent without TLS"),
        ({"SMTP_URL": "smtps://mail.example.org"}, "MAIL_FROM is not set"),
        ({"MAIL_FROM": "Perennial <a@b.example>"}, "MAIL_FROM must be one mail address"),
        ({"ALERTS_TO": "a@b.example, c"}, "ALERTS_TO must be mail addresses"),
    ],
)
def test_a_wrong_variable_is_named_without_its_value(settings: dict[str, str], said: str) -> None:
    found = [line for line in problems(settings) if said in line]
    assert len(found) == 1
    assert "hushhush" not in found[0] and "b.example" not in found[0]


def test_the_inbox_shows_what_was_taken_and_runs_nothing_of_it(mail: MailServer) -> None:
    mailer(mail).send(letter(html="<html><head></head><body>Grüße<script>x()</script></body></html>"), lambda: None)
    pages = create_app(mail.world).test_client()
    (got,) = pages.get("/mail/_control/mails", query_string={"to": TO}).get_json()
    assert "Ihre nächste Bestellung" in pages.get("/mail/inbox").text
    alone = pages.get(f"/mail/inbox/{got['id']}")
    assert "Grüße" in alone.text
    policy = alone.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups") and "default-src 'none'" in policy and "scripts" not in policy
    wrong = pages.post("/mail/_control/faults", json=[{"at": "nowhere"}])
    assert (wrong.status_code, pages.get("/mail/inbox/1").status_code) == (400, 404)
    assert "at is one of connect" in wrong.get_json()["error"]
