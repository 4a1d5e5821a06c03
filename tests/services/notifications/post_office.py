"""A real SMTP server that accepts mail, rejects it, stalls or closes the connection, as a test requires."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.live import free_port

STALL_SECONDS = 3.0


class PostOffice:
    """Handles all mail according to ``mode``; always rejects recipients ``nobody@…``, and defers ``later@…``."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.sessions = 0
        self.reset()

    def reset(self) -> None:
        self.mode = "accept"
        self.mails.clear()
        self.sessions = 0

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]

    async def handle_EHLO(  # noqa: N802 (aiosmtpd's names)
        self, server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.mode == "sender refused":
            return "553 5.7.1 sender not allowed"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later@"):
            return "451 4.7.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.mode == "stall":
            await asyncio.sleep(STALL_SECONDS)
        if self.mode == "hang up":
            server.transport.close()
            return "421 gone"
        if self.mode == "spam":
            return "554 5.7.1 looks like spam"
        assert isinstance(envelope.content, bytes)
        found: Any = message_from_bytes(envelope.content, policy=default)
        assert envelope.rcpt_tos == [found["To"].addresses[0].addr_spec]
        self.mails.append(found)
        return "250 OK"


@contextmanager
def open_office(office: PostOffice, *, port: int = 0, **options: Any) -> Iterator[int]:
    """Run the server, and yield its port."""
    port = port or free_port()
    controller = Controller(office, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop(no_assert=True)


def knows_ada(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    """Accept the username ``ada`` with the password ``secret``."""
    return AuthResult(success=(data.login, data.password) == (b"ada", b"secret"))
