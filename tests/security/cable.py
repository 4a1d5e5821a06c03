"""A proxy in front of a server, whose connections can be cut, restored, or made to hang."""

import contextlib
import socket
import threading
from types import TracebackType
from urllib.parse import urlsplit


class Cable:
    """Listens on a local port, and forwards all bytes to and from the server of ``url`` unless it is cut."""

    def __init__(self, url: str) -> None:
        self._server = urlsplit(url)
        self._open: list[socket.socket] = []
        self._answers = True
        self._listener = self._listen(0)
        self.port = int(self._listener.getsockname()[1])
        self.url = self._server._replace(netloc=f"127.0.0.1:{self.port}").geturl()

    def __enter__(self) -> "Cable":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.cut()

    def cut(self) -> None:
        """Close all connections, and refuse new ones."""
        for end in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open.clear()

    def mend(self) -> None:
        """Accept connections again, and forward all bytes."""
        self._answers = True
        self._listener = self._listen(self.port)

    def hang(self) -> None:
        """Accept connections and data, but never respond."""
        self._answers = False

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection((self._server.hostname or "", self._server.port or 6379))
                self._open += [near, far]
                threading.Thread(target=self._carry, args=(near, far, False), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, True), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, answer: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if self._answers or not answer:
                    target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)
