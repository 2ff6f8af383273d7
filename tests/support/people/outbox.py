"""The mail that a server wrote into its outbox directory."""

import email
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path

from ..bonded import until

_LINK = re.compile(r"https?://[^\s<>\"]+\?key=[A-Za-z0-9_-]+")


def text_of(mail: EmailMessage) -> str:
    """The text that people see who read no HTML."""
    return mail.get_body(("plain",)).get_content()


def html_of(mail: EmailMessage) -> str:
    """The HTML version."""
    return mail.get_body(("html",)).get_content()


def link_in(mail: EmailMessage) -> str:
    """The one link with a secret that the mail is about."""
    links = set(_LINK.findall(text_of(mail)))
    assert len(links) == 1, text_of(mail)
    return links.pop()


class Outbox:
    """A directory of `.eml` files, oldest first."""

    def __init__(self, directory: Path):
        self._directory = directory
        self._read: dict[Path, EmailMessage] = {}

    def to(self, address: str) -> list[EmailMessage]:
        """All mail for an address."""
        return [mail for mail in self._all() if address in mail["To"]]

    def _all(self) -> list[EmailMessage]:
        paths = sorted(self._directory.glob("*.eml"), key=lambda path: (path.stat().st_mtime_ns, path.name))
        for path in paths:
            if path not in self._read:
                parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                self._read[path] = parsed
        return [self._read[path] for path in paths]

    def wait(self, address: str, about: str, seen: int = 0) -> EmailMessage:
        """The newest mail for the address that matches a pattern and is not one of the first `seen`."""
        pattern = re.compile(about, re.IGNORECASE | re.DOTALL)

        def newest():
            mails = self.to(address)[seen:]
            return [mail for mail in mails if pattern.search(mail["Subject"] + "\n" + text_of(mail))][-1:]

        return until(newest)[0]

    def wait_link(self, address: str, path: str, seen: int = 0) -> str:
        """The newest link to a path in mail for the address."""
        return link_in(self.wait(address, re.escape(path + "?key="), seen))
