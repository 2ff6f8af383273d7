"""A channel of the test's own, with users and tokens for it."""

import itertools
import os
from urllib.parse import urlsplit, urlunsplit

from .bonded import Server, until

PUBLISHER = "publisher"
READER = "reader"
_numbers = itertools.count(1)


def unique(prefix: str) -> str:
    """A name that no other test of this run has."""
    return f"{prefix}-{os.getpid()}-{next(_numbers)}"


def create_users(server: Server) -> None:
    """The people of the tests: one publishes in every channel, one reads."""
    for name in (PUBLISHER, READER):
        server.admin("user", "create", name, "--email", f"{name}@example.org")


def create_token(server: Server, user: str, *options: str) -> dict:
    """A token as `token create --json` describes it: `id` and `token`, the secret."""
    return server.admin("token", "create", "--user", user, "--name", unique("token"), *options)


def verbs(*names: str) -> list[str]:
    """The verbs as options."""
    return [word for name in names for word in ("--verb", name)]


def with_credentials(url: str, password: str, user: str = "__token__") -> str:
    """The URL with a user name and a password in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{parts.netloc}"))


class Channel:
    """One channel of a server, made for one test."""

    def __init__(self, server: Server, format: str, private: bool = False):
        self.server, self.private = server, private
        self.name = unique(format)
        server.admin("channel", "create", self.name, "--format", format, *(["--private"] if private else []))
        self._add_members()
        self.publish_token = self.token("read", "publish")
        self.read_token = self.token("read", user=READER)
        probe = f"/{self.name}/simple/" if format == "python" else f"/{self.name}/noarch/repodata.json"
        until(lambda: server.get(probe, self.read_token).status_code == 200)

    @classmethod
    def existing(cls, server: Server, name: str) -> "Channel":
        """A channel that the server began with."""
        channel = cls.__new__(cls)
        channel.server, channel.name, channel.private = server, name, False
        channel._add_members()
        channel.publish_token = channel.token("read", "publish")
        channel.read_token = channel.token("read", user=READER)
        return channel

    def _add_members(self) -> None:
        for user, role in ((PUBLISHER, "publisher"), (READER, "reader")):
            self.server.admin("channel", "member", "add", self.name, user, "--role", role)

    def token(self, *names: str, user: str = PUBLISHER, options: tuple = ()) -> str:
        """The secret of a new token for this channel."""
        return create_token(self.server, user, *verbs(*names), "--channel", self.name, *options)["token"]

    @property
    def url(self) -> str:
        """The channel's URL."""
        return f"{self.server.url}/{self.name}"

    @property
    def index(self) -> str:
        """The Python index, without credentials."""
        return f"{self.url}/simple/"

    @property
    def upload_url(self) -> str:
        """Where Python clients upload."""
        return f"{self.url}/legacy/"

    def get(self, path: str, **options):
        """A GET below the channel with its reader's token."""
        return self.server.get(f"/{self.name}{path}", self.read_token, **options)

    def project(self, name: str, **options) -> dict | None:
        """The project's page as JSON, or None where there is no such project."""
        answer = self.get(
            f"/simple/{name}/", headers={"Accept": "application/vnd.pypi.simple.v1+json"}, **options
        )
        if answer.status_code == 404:
            return None
        assert answer.status_code == 200, answer.text
        return answer.json()

    def file_names(self, project: str) -> set[str]:
        """The files that the index lists for the project."""
        page = self.project(project)
        return {file["filename"] for file in page["files"]} if page else set()

    def repodata(self, subdir: str = "noarch") -> dict:
        """The subdir's repodata.json."""
        answer = self.get(f"/{subdir}/repodata.json")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def record_names(self, subdir: str = "noarch") -> set[str]:
        """The packages that the subdir's repodata.json lists."""
        repodata = self.repodata(subdir)
        return set(repodata.get("packages", {})) | set(repodata.get("packages.conda", {}))
