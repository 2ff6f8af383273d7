"""A registry of which everything is kept that it tells, for the search for secrets."""

import os
import socket
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import requests

from . import environment, metrics
from .bonded import BINARY, Server
from .canary import Search, marked
from .channel import unique
from .databases import connect, create_database, give_to
from .people.registry import Registry
from .recording import Recorder


class Watched(Registry):
    """A registry that shows itself only through a proxy that keeps every answer."""

    def __init__(self, directory, engine: str, search: Search):
        self.recorder, self.prefix, self.search = Recorder(), "", search
        database, password = None, marked("database")
        if engine == "postgres":
            database = give_to(create_database(unique("canary").replace("-", "_")), "canary", password)
            search.secret("database password", password)
        s3, bucket = marked("s3"), unique("canary")
        search.secret("S3 secret", s3)
        endpoint = os.environ["BONDED_TEST_S3"]
        requests.put(f"{endpoint}/{bucket}", timeout=10).raise_for_status()
        super().__init__(directory, engine, database, BONDED_LOG="trace", BONDED_S3_SECRET_KEY=s3)
        self.environment |= {"BONDED_S3_ENDPOINT": endpoint, "BONDED_S3_ACCESS_KEY": "tests"}
        self.environment |= {"BONDED_S3_REGION": "us-east-1", "BONDED_BLOBS": f"s3://{bucket}/registry"}
        if database:
            self.environment["BONDED_DATABASE"] = database

    def _where(self) -> list[str]:
        return ["--data", str(self.data)]

    def start(self) -> "Watched":
        """Starts the server behind the proxy."""
        options, base = self.options, f"http://localhost:{self.recorder.port}"
        self.options = [*options, *metrics.LISTEN, "--sign-up", "open", "--base-url", base + self.prefix]
        try:
            Server.start(self)
        finally:
            self.options = options
        self.address = (urlsplit(self.url).hostname, urlsplit(self.url).port)
        self.recorder.target, self.url = self.address, base
        return self

    def stop(self) -> int:
        """Ends the server, after a look at what it counted."""
        self.search.look_in("metrics", metrics.read(self))
        return super().stop()

    def tell(self) -> None:
        """Puts everything that the server has told, written and kept where it is searched."""
        for exchange in self.recorder.exchanges:
            self.search.look_in(f"answer {exchange.what}", exchange.answer)
            self.search.look_in(f"cookie {exchange.what}", exchange.cookies)
        # Where mail goes into files, the log tells its links too: for whoever tries the registry out.
        lines = self.log().splitlines()
        self.search.look_in("log", "\n".join(line for line in lines if "a mail was written" not in line))
        self.search.look_in("log of mails", "\n".join(line for line in lines if "a mail was written" in line))
        self.search.look_at_mails(self.data / "outbox")
        self.search.look_at_files(self.data, without=("outbox",))
        self.search.look_in("audit", self.admin_text("audit"))
        self.search.look_in("audit as JSON", self.admin_text("audit", "--json"))
        self.search.look_in("tokens", self.admin_text("token", "list", "--json"))
        self.search.look_in("database", dump(self))

    def run(self, *arguments: str, **variables: str) -> None:
        """A command, whatever comes of it."""
        attempt = environment.run(
            [BINARY, *arguments, *self._where()], self.environment | variables, timeout=60
        )
        self.search.look_in(f"command {' '.join(arguments)}", attempt.output)

    def raw(self, request: bytes) -> None:
        """Bytes that no library would send; the answer, if there is one."""
        with closing(socket.create_connection(self.address, timeout=10)) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            try:
                while part := connection.recv(1 << 16):
                    answer += part
            except ConnectionError:
                pass
        self.search.look_in("answer to raw bytes", answer)


def dump(server: Server) -> str:
    """Everything in the database, as text."""
    if server.engine == "sqlite":
        with closing(sqlite3.connect(server.data / "bonded.db", timeout=10)) as connection:
            return "\n".join(connection.iterdump())
    with closing(connect(server.database)) as connection:
        tables = connection.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = [connection.run(f'SELECT t::text FROM "{name}" t') for (name,) in tables]
    return "\n".join(text for table in rows for (text,) in table)
