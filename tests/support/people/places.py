"""Channels and projects with people who have roles in them."""

from pathlib import Path

from ..channel import unique, verbs
from ..distributions import wheel
from ..python_clients import PythonClients
from .person import Person
from .registry import Registry


class Place:
    """A Python channel with a project that its owner has published; whoever publishes has a security key."""

    def __init__(self, registry: Registry, directory: Path, private: bool = False):
        self.registry, self.directory = registry, directory
        self.channel, self.project = unique("team"), unique("acme")
        options = ["--private"] if private else []
        registry.admin("channel", "create", self.channel, "--format", "python", *options)
        self.clients = PythonClients(directory)
        self.owner = self.person("publisher")
        self.token = self.token_of(self.owner)
        self.upload("0.9").succeeded()

    def person(self, role: str | None = None) -> Person:
        """Somebody with a key, and with a role in the channel."""
        person = Person(self.registry).ready()
        person.add_key()
        if role:
            self.let_in(person, role)
        return person

    def let_in(self, person: Person, role: str) -> None:
        """Gives somebody a role in the channel, as the operator does."""
        self.registry.admin("channel", "member", "add", self.channel, person.name, "--role", role)

    def token_of(self, person: Person, *options: str, name: str | None = None) -> str:
        """The secret of a token that reads and publishes for the person."""
        named = ["--user", person.name, "--name", name or unique("token")]
        made = self.registry.admin("token", "create", *named, *verbs("read", "publish"), *options)
        return made["token"]

    def upload(self, version: str, token: str | None = None, project: str | None = None):
        """`twine upload` of a small wheel."""
        file = wheel(self.directory, project or self.project, version)
        url = f"{self.registry.url}/{self.channel}/legacy/"
        return self.clients.twine(url, token or self.token, file)

    def install(self, *wanted: str, token: str | None = None):
        """`pip install` from the channel."""
        credentials = f"__token__:{token}@" if token else ""
        index = self.registry.url.replace("://", f"://{credentials}") + f"/{self.channel}/simple/"
        return self.clients.pip_install(index, self.directory / unique("target"), *wanted)

    @property
    def path(self) -> str:
        """The project's page."""
        return f"/projects/{self.channel}/{self.project}"

    @property
    def channel_path(self) -> str:
        """The channel's page."""
        return f"/channels/{self.channel}"
