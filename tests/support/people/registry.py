"""A server for people: its pages are at `localhost`, its mail goes to a directory, anybody may sign up."""

import itertools
import re
import socket
from pathlib import Path

from ..bonded import Server, until
from .outbox import Outbox

_SETUP = re.compile(r"\bhttps?://\S+/account/setup\?key=\S+")
_addresses = itertools.count(1)


def new_address() -> str:
    """A client address that nobody had before, so that no person meets the limits of another."""
    number = next(_addresses)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Registry(Server):
    """A server whose pages browsers open. A key cannot belong to an address, so it is called `localhost`."""

    def __init__(self, directory: Path, engine: str, database: str | None = None, **variables: str):
        super().__init__(directory, engine, database, **variables)
        self.sign_up = "open"
        self.scheme = "http"
        # The certificates that its visitors trust, as `requests` takes them.
        self.trusted: bool | str = True
        # Tests say by X-Forwarded-For where their people are.
        self.options = ["--trusted-proxy", "127.0.0.1,::1"]
        self.outbox = Outbox(self.data / "outbox")

    def start(self) -> "Registry":
        """Starts the server on the port that it had before, or on a free one."""
        if self.listen.endswith(":0"):
            self.listen = f"127.0.0.1:{_free_port()}"
        base = f"{self.scheme}://localhost:{self.listen.rpartition(':')[2]}"
        begin = len(self.log()) if self._log.exists() else 0
        options = self.options
        self.options = [*options, "--sign-up", self.sign_up, "--base-url", base]
        try:
            super().start()
        finally:
            self.options = options
        self.url = base
        self._begin = begin
        return self

    def set_up_link(self) -> str:
        """The link of the first administrator that the server printed when it last started."""
        return until(lambda: _SETUP.search(self.log()[self._begin :]))[0]
