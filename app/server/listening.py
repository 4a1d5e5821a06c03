"""The sockets that a server listens on: those passed by systemd, or its own."""

import errno
import os
import socket
from typing import Any

from app.settings import ConfigError

FIRST_PASSED = 3
"""The first file descriptor that systemd passes."""
BACKLOG = 4096
"""Connections that may wait in the kernel, for example during a restart; net.core.somaxconn may allow fewer."""


def passed_sockets() -> list[socket.socket]:
    """Return the sockets that systemd passed to this process, as described in sd_listen_fds(3); may be empty."""
    pid, number = os.environ.pop("LISTEN_PID", ""), os.environ.pop("LISTEN_FDS", "")
    os.environ.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()):
        return []
    return [_undelayed(socket.socket(fileno=FIRST_PASSED + place)) for place in range(int(number))]


def bound_sockets(host: str, port: int, *, number: int) -> list[socket.socket]:
    """
    Open sockets that listen on the same address, which is an IPv4 one if the host has both kinds.

    The kernel distributes connections among them. With one shared socket, a single worker would often accept all
    connections that arrive at once.

    :param number: how many sockets to open
    :raises ConfigError: the address is in use, or this machine has no such address
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_, address = min(found, key=lambda entry: entry[0] is not socket.AF_INET)
        with socket.socket(family) as probe:  # SO_REUSEPORT alone would share the port of another Frontdesk server
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
        return [_bound(family, address) for _ in range(number)]
    except socket.gaierror as error:
        raise ConfigError(f"cannot listen on {host}: {error.strerror}") from error
    except OSError as error:
        advice = "; choose another with --port or FRONTDESK_PORT" if error.errno == errno.EADDRINUSE else ""
        raise ConfigError(f"cannot listen on {host} port {port}: {error.strerror}{advice}") from error


def _bound(family: int, address: Any) -> socket.socket:
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(address)
    listener.listen(BACKLOG)
    return _undelayed(listener)


def _undelayed(listener: socket.socket) -> socket.socket:
    if listener.family in (socket.AF_INET, socket.AF_INET6):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
