"""The sockets that a server listens on: those that systemd opened, or its own."""

import errno
import os
import socket
from typing import Any

from app.settings import ConfigError

FIRST_PASSED = 3
"""The number of the first descriptor that systemd passes."""
BACKLOG = 4096
"""Connections that wait in the kernel, as they do during a restart; it may allow fewer (net.core.somaxconn)."""


def passed_sockets() -> list[socket.socket]:
    """The sockets that systemd opened for this process, as sd_listen_fds(3) describes; none without them."""
    pid, number = os.environ.pop("LISTEN_PID", ""), os.environ.pop("LISTEN_FDS", "")
    os.environ.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()):
        return []
    return [_undelayed(socket.socket(fileno=FIRST_PASSED + place)) for place in range(int(number))]


def bound_sockets(host: str, port: int, *, number: int) -> list[socket.socket]:
    """
    So many sockets that listen on this address, over IPv4 where the host has both. The kernel spreads connections
    over them; of one that they shared, a single worker would often take all that come at once.

    :raises ConfigError: the address is taken, or this machine has no such address
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_, address = min(found, key=lambda entry: entry[0] is not socket.AF_INET)
        with socket.socket(family) as probe:  # with SO_REUSEPORT, another server of ours would share its port
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
