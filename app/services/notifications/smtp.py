"""The connection to the SMTP server."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from email.message import EmailMessage
from email.utils import parseaddr
from types import TracebackType

from app.domain.emails import ascii_form
from app.services.remote import no_longer_than, readable
from app.settings import Config

SECONDS_FOR_ONE = 300
"""The longest time that one mail may take, however slowly the server responds."""


class NotSent(Exception):
    """The mail could not be sent; unless it is ``Rejected``, a later attempt may succeed."""


class Rejected(NotSent):
    """The server will never accept this mail."""


class Unreachable(NotSent):
    """The server accepts no mail from us at the moment."""


class Post:
    """A connection to the SMTP server, opened for the first mail and reused for the others."""

    def __init__(self, config: Config, *, host: str) -> None:
        self._config, self._host = config, host
        self._sender = ascii_form(parseaddr(config.mail_from)[1])
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> "Post":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def check(self) -> None:
        """
        Connect, encrypt and authenticate as for a mail, but send none.

        :raises Unreachable: the server cannot be reached, or encryption or authentication fails
        """
        with self._unreachable_on_errors():
            self._open()

    def send(self, message: EmailMessage) -> None:
        """
        Send one mail; when this returns, the server has accepted it.

        :raises Rejected: the server rejects the recipient or the mail permanently
        :raises Unreachable: the server cannot be reached, or encryption, authentication or the sender's address fails
        :raises NotSent: the server does not accept this mail now
        """
        with self._unreachable_on_errors():
            connection = self._open()
            try:
                with self._no_longer_than(SECONDS_FOR_ONE):
                    connection.sendmail(self._sender, [message["To"].addresses[0].addr_spec], message.as_bytes())
            except smtplib.SMTPRecipientsRefused as error:
                code, reason = next(iter(error.recipients.values()))
                raise (Rejected if code >= 500 else NotSent)(told(code, reason)) from error
            except smtplib.SMTPDataError as error:
                kind = Rejected if error.smtp_code >= 500 else NotSent
                raise kind(told(error.smtp_code, error.smtp_error)) from error

    def close(self) -> None:
        """Close the connection; errors are ignored."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError):
                connection.quit()
            connection.close()

    @contextmanager
    def _unreachable_on_errors(self) -> Iterator[None]:
        """Close the connection and raise ``Unreachable`` on errors that every other mail would get as well."""
        try:
            yield
        except smtplib.SMTPSenderRefused as error:  # all mails have the same sender
            self.close()
            raise Unreachable(f"sender refused: {told(error.smtp_code, error.smtp_error)}") from error
        except smtplib.SMTPResponseException as error:
            self.close()
            raise Unreachable(told(error.smtp_code, error.smtp_error)) from error
        except (OSError, ValueError) as error:  # SMTPException is an OSError; a non-ASCII password raises ValueError
            self.close()
            raise Unreachable(readable(f"{type(error).__name__}: {error}")) from error

    def _open(self) -> smtplib.SMTP:
        """Return the connection; open a new one if there is none, or if the server has closed it."""
        if self._connection is not None:
            with suppress(OSError), self._no_longer_than(self._config.mail_timeout):
                if self._connection.noop()[0] == 250:
                    return self._connection
            self.close()
        self._connection = self._connect()
        with self._no_longer_than(SECONDS_FOR_ONE):
            if self._config.mail_encryption == "starttls":
                self._connection.starttls(context=ssl.create_default_context())
            if self._config.mail_username:
                self._connection.login(self._config.mail_username, self._config.mail_password)
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        config = self._config
        if config.mail_encryption == "tls":
            return smtplib.SMTP_SSL(
                config.mail_host,
                config.mail_port,
                self._host,
                timeout=config.mail_timeout,
                context=ssl.create_default_context(),
            )
        return smtplib.SMTP(config.mail_host, config.mail_port, self._host, timeout=config.mail_timeout)

    def _no_longer_than(self, seconds: float) -> AbstractContextManager[None]:
        return no_longer_than(seconds, lambda: self._connection.sock if self._connection is not None else None)


def told(code: int, reason: bytes | str) -> str:
    """Return the server's response as one line."""
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
    return readable(f"{code} {text}")
