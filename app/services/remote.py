"""What conversations with other servers need: a deadline for the whole, and what they say as one line."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer


@contextmanager
def no_longer_than(seconds: float, connection: Callable[[], socket.socket | None]) -> Iterator[None]:
    """
    Close a connection after so many seconds.

    A socket's timeout does not end a server that keeps sending a few bytes at a time.

    :param connection: returns the socket at that time; None if there is none
    """

    def hang_up() -> None:
        line = connection()
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def readable(text: str, *, most: int = 1000) -> str:
    """Return the text as one printable line of at most ``most`` characters."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line[:most]
