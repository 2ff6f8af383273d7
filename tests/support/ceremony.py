"""`bonded trust` on machines without a network, each of which is a directory."""

import json
import shutil
import termios
import time
from pathlib import Path

from . import environment, terminal
from .bonded import BINARY


class Machine:
    """A machine of one person, with their key and their passphrase."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.passphrase = f"{directory.name}: staple battery horse"
        self.environment = environment.clean(directory / "home")
        (directory / "passphrase").write_text(f"{self.passphrase}\n")

    def run(self, command: str, *arguments, secret: bool = False) -> environment.Finished:
        """`bonded trust` with these arguments, in the directory of the machine."""
        words = [BINARY, "trust", command, *arguments]
        words += ["--passphrase-file", "passphrase"] if secret else []
        return environment.run(words, self.environment, cwd=self.directory)

    def trust(self, command: str, *arguments, secret: bool = False):
        """The same, for what it prints as JSON."""
        return json.loads(self.run(command, *arguments, "--json", secret=secret).succeeded().stdout)

    def at_a_terminal(self, answers: list[str], command: str, *arguments) -> tuple[int, str]:
        """The same, with a person at a terminal who answers each question: status, and all that is shown."""
        words = [BINARY, "trust", command, *arguments]
        return terminal.run(words, self.environment, self.directory, answers, wait=_wait_until_hidden)

    def make_key(self) -> str:
        """Makes the key of this machine. The public half."""
        return self.trust("key", "--out", "root.key", secret=True)["public"]

    def sign(self, file: str, *arguments) -> dict:
        """Signs with the key of this machine."""
        return self.trust("sign", file, "--key", "root.key", "--yes", *arguments, secret=True)

    def carry(self, file: str, to: "Machine", name: str | None = None) -> None:
        """Carries a file to another machine."""
        shutil.copy(self.directory / file, to.directory / (name or file))

    def read(self, file: str) -> dict:
        """A document."""
        return json.loads((self.directory / file).read_bytes())

    def write(self, file: str, document: dict) -> None:
        """Writes a document as any other program would."""
        (self.directory / file).write_text(json.dumps(document))


def _wait_until_hidden(descriptor: int, question: bytes) -> None:
    """The terminal is told not to show a passphrase that is typed only after the question for it was put."""
    is_secret = any(word in question for word in (b"assphrase", b"same again"))
    while is_secret and termios.tcgetattr(descriptor)[3] & termios.ECHO:
        time.sleep(0.01)
