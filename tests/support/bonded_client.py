"""`bonded conda` in a home of its own."""

import hashlib
import json
from pathlib import Path

from . import content_trust, environment, terminal
from .bonded import BINARY
from .channel import Channel


class BondedClient:
    """One home directory with configuration, credentials, caches and environments."""

    def __init__(self, home: Path):
        self.home = home
        self.environment = environment.clean(home)

    def run(self, *arguments) -> environment.Finished:
        """`bonded conda …`, to its end."""
        return environment.run([BINARY, "conda", *arguments], self.environment, cwd=self.home)

    def at_a_terminal(self, answers: list[str], *arguments) -> tuple[int, str]:
        """The same, with a person at a terminal who answers each question: status, and all that is shown."""
        words = [BINARY, "conda", *arguments]
        # As terminals say what they can.
        ours = self.environment | {"TERM": "xterm"}
        return terminal.run(words, ours, self.home, answers, ends=(b"[y/N]", b"([y]/n)?"))

    def with_conda(self) -> Path:
        """Lets it find a conda, which does nothing; its prefix."""
        root = self.home / "conda"
        (root / "bin").mkdir(parents=True)
        (root / "conda-meta").mkdir()
        (root / "bin" / "conda").write_text("")
        self.environment["PATH"] += f":{root}/bin"
        return root

    def trust(self, channel: Channel) -> None:
        """Trusts the channel's registry, as somebody does who was told its fingerprint."""
        self.run("trust", channel.url, "--root-fingerprint", fingerprint(channel)).succeeded()

    def set_token(self, channel: Channel) -> environment.Finished:
        """Stores the channel's read-only token and trusts the registry."""
        options = ["--channel", channel.url, "--root-fingerprint", fingerprint(channel)]
        return self.run("token", "set", channel.read_token, "--enable-signature-verification", *options)

    @property
    def prefix(self) -> Path:
        """The environment of the tests."""
        return self.home / "env"

    def record(self, name: str) -> dict:
        """What `conda-meta` says of an installed package."""
        (path,) = (self.prefix / "conda-meta").glob(f"{name}-*.json")
        return json.loads(path.read_text())


def fingerprint(channel: Channel) -> str:
    """The fingerprint of the registry's first root, made from its documented form without any of Bonded's code."""
    answer = channel.server.get(f"/{channel.name}/1.root.json")
    assert answer.status_code == 200, answer.text
    return hashlib.sha256(content_trust.canonical(answer.json()["signed"])).hexdigest()
