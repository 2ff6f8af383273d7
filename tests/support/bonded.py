"""A `bonded serve` process and its command line."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import requests

from . import environment

BINARY = os.environ.get("BONDED_TEST_BINARY", "")
_LISTENING = re.compile(r"^listening on (https?://\S+)$", re.MULTILINE)
_BLOB = re.compile(r"^[0-9a-f]{64}$")


def until(condition, seconds: float = 30, every: float = 0.02):
    """The first true value of `condition`, which is asked again and again."""
    deadline = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        assert time.monotonic() < deadline, f"not true within {seconds} s: {condition}"
        time.sleep(every)


class Server:
    """One data directory, with a server on it while it is started."""

    def __init__(self, directory: Path, engine: str, database: str | None = None, **variables: str):
        self.data = directory / "data"
        self.engine = engine
        self.database = database
        self.listen = "127.0.0.1:0"
        self.options: list[str] = []
        self.environment = environment.clean(directory / "home", **variables)
        self.url = ""
        self.process: subprocess.Popen | None = None
        self._log = directory / "server.log"

    def start(self) -> "Server":
        """Starts the server on a free port and waits for the line that names it."""
        begin = self._log.stat().st_size if self._log.exists() else 0
        command = [BINARY, "serve", *self._where(), "--listen", self.listen, *self.options]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        self.url = until(lambda: self._address(begin), 30)
        return self

    def _address(self, begin: int) -> str | None:
        text = self._log.read_bytes()[begin:].decode()
        assert self.process.poll() is None, f"the server ended with {self.process.returncode}:\n{text}"
        found = _LISTENING.search(text)
        return found and found[1].rstrip("/")

    def _where(self) -> list[str]:
        return ["--data", str(self.data), *(["--database", self.database] if self.database else [])]

    def stop(self) -> int:
        """Lets the server finish its requests, and gives its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill(self) -> None:
        """Takes the server away as a power cut would."""
        self.process.kill()
        self.process.wait(30)

    def end(self) -> None:
        """Takes the server away if it is there."""
        if self.process and self.process.poll() is None:
            self.kill()

    def admin(self, *arguments: str):
        """What `bonded admin … --json` prints."""
        return json.loads(self.admin_text(*arguments, "--json"))

    def admin_text(self, *arguments: str) -> str:
        """What `bonded admin …` prints, for people."""
        command = [BINARY, "admin", *arguments, *self._where()]
        return environment.run(command, self.environment).succeeded().stdout

    def trust(self, *arguments: str) -> environment.Finished:
        """`bonded trust …` on the machine of the server."""
        return environment.run([BINARY, "trust", *arguments, *self._where()], self.environment)

    def get(self, path: str, token: str | None = None, **options) -> requests.Response:
        """A GET, with a token by Bearer when one is given."""
        return self.request("GET", path, token, **options)

    def request(self, method: str, path: str, token: str | None = None, **options) -> requests.Response:
        """A request that follows no redirects and knows nothing of the machine's proxies or certificates."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= options.pop("headers", {})
        with requests.Session() as session:
            session.trust_env = False
            options = {"timeout": 60, "allow_redirects": False} | options
            return session.request(method, self.url + path, headers=headers, **options)

    def log(self) -> str:
        """Everything that the server has printed, over all its starts."""
        return self._log.read_text()

    def files(self) -> set[str]:
        """The stored archives and metadata files, and whatever else lies about that should not."""
        return {str(path.relative_to(self.data)) for path in self.data.rglob("*") if self._is_content(path)}

    def _is_content(self, path: Path) -> bool:
        parts = path.relative_to(self.data).parts
        stored = _BLOB.match(path.name) and "indexes" not in parts
        return path.is_file() and bool(stored or "staging" in parts)
