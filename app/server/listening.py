"""The socket that a server listens on: one that systemd opened, or its own."""

import errno
import os
import socket

from app.config import ConfigError

FIRST_PASSED = 3
"""The number of the first descriptor that systemd passes."""
BACKLOG = 4096
"""Connections that wait in the kernel, as they do during a restart; it may allow fewer (net.core.somaxconn)."""


def passed_socket() -> socket.socket | None:
    """
    The socket that systemd opened for this process, as sd_listen_fds(3) describes; None without one.

    :raises ConfigError: there are several
    """
    pid, number = os.environ.pop("LISTEN_PID", ""), os.environ.pop("LISTEN_FDS", "")
    os.environ.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()):
        return None
    if number != "1":
        raise ConfigError(f"systemd passed {number} sockets; Frontdesk listens on one")
    return _ready(socket.socket(fileno=FIRST_PASSED))


def bound_socket(host: str, port: int) -> socket.socket:
    """
    A socket that listens on this address, over IPv4 where the host has both.

    :raises ConfigError: the address is taken, or this machine has no such address
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = min(found, key=lambda entry: entry[0] is not socket.AF_INET)
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except socket.gaierror as error:
        raise ConfigError(f"cannot listen on {host}: {error.strerror}") from error
    except OSError as error:
        advice = "; choose another with --port or FRONTDESK_PORT" if error.errno == errno.EADDRINUSE else ""
        raise ConfigError(f"cannot listen on {host} port {port}: {error.strerror}{advice}") from error
    return _ready(listener)


def _ready(listener: socket.socket) -> socket.socket:
    if listener.family in (socket.AF_INET, socket.AF_INET6):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
