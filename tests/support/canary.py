"""Secrets that must not show up, and a search for them in every form in which something may carry them."""

import base64
import email
import email.policy
import re
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

# From this length on a part of a secret is looked for, because half of it would be a leak as well.
_LONG = 24


@dataclass(frozen=True)
class Canary:
    """A secret, and the places where it belongs, as patterns of their names."""

    name: str
    secret: bytes
    belongs: tuple[str, ...] = ()

    @property
    def core(self) -> bytes:
        """What is looked for: of a long secret its middle half."""
        quarter = len(self.secret) // 4
        return self.secret[quarter:-quarter] if len(self.secret) >= _LONG else self.secret

    @cached_property
    def forms(self) -> dict[str, bytes]:
        """The core as it is, and as something else may carry it."""
        forms = {"as it is": self.core}
        for encode, kind in ((base64.b64encode, "base64"), (base64.urlsafe_b64encode, "base64url")):
            for before in range(3):
                # A letter holds six bits: those that hold bits of other bytes too are left out.
                encoded = encode(b"\0" * before + self.core).rstrip(b"=")
                whole = (before + len(self.core)) % 3 == 0
                forms[f"{kind} behind {before}"] = encoded[-(-before * 8 // 6) : None if whole else -1]
        forms["percent-encoded where needed"] = quote(self.core, safe="").encode()
        for text, kind in ((quote_all(self.core), "percent-encoded"), (self.core.hex(), "hexadecimal")):
            forms[f"{kind}, lower case"] = text.lower().encode()
            forms[f"{kind}, upper case"] = text.upper().encode()
        forms["a list of bytes"] = ", ".join(map(str, self.core)).encode()
        return forms

    def found_in(self, content: bytes) -> list[str]:
        """The forms in which the secret is in there."""
        return [kind for kind, form in self.forms.items() if form in content]

    def belongs_to(self, place: str) -> bool:
        """Whether it is there by design."""
        return any(re.match(pattern, place) for pattern in self.belongs)


def marked(what: str) -> str:
    """A secret that nothing else can look like."""
    return f"canary-{what}-{secrets.token_hex(12)}"


def quote_all(secret: bytes) -> str:
    """Every byte percent-encoded."""
    return "".join(f"%{byte:02x}" for byte in secret)


@dataclass
class Search:
    """Secrets and places."""

    canaries: list[Canary] = field(default_factory=list)
    places: list[tuple[str, bytes]] = field(default_factory=list)

    def secret(self, name: str, secret: str | bytes, *belongs: str) -> None:
        """A secret that must be nowhere but in places whose name begins so."""
        secret = secret.encode() if isinstance(secret, str) else secret
        self.canaries.append(Canary(name, secret, belongs))

    def look_in(self, place: str, content: str | bytes) -> None:
        """Something that may hold a secret."""
        self.places.append((place, content.encode() if isinstance(content, str) else content))

    def look_at_files(self, directory: Path, without: tuple[str, ...] = ()) -> None:
        """Every file of a directory but those in `without`."""
        for path in sorted(directory.rglob("*")):
            name = str(path.relative_to(directory))
            if path.is_file() and not name.startswith(without):
                self.look_in(f"file {name}", path.read_bytes())

    def look_at_mails(self, directory: Path) -> None:
        """Subject, text and HTML of every mail."""
        for path in directory.glob("*.eml"):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            parts = [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]
            self.look_in(f"mail {mail['Subject']}", "\n".join([*map(str, mail.values()), *parts]))

    def found(self) -> dict[tuple[str, str], list[str]]:
        """The names of secrets and places that go together, with the forms."""
        found: dict[tuple[str, str], list[str]] = {}
        for canary in self.canaries:
            for place, content in self.places:
                if forms := canary.found_in(content):
                    found.setdefault((canary.name, place), forms)
        return found

    def leaks(self) -> list[str]:
        """What was found where it does not belong."""
        belonging = {canary.name: canary for canary in self.canaries}
        found = self.found().items()
        return [
            f"{name}: {place}: {forms}"
            for (name, place), forms in found
            if not belonging[name].belongs_to(place)
        ]

    def never_found(self) -> list[str]:
        """The secrets that are nowhere at all, although they belong somewhere: the search may be blind."""
        seen = {name for name, _ in self.found()}
        return [canary.name for canary in self.canaries if canary.belongs and canary.name not in seen]


def carried(secret: bytes) -> list[bytes]:
    """The whole secret as headers, URLs, logs and databases carry it, for a test that the search sees it."""
    basic = base64.b64encode(b"__token__:" + secret)
    return [
        b"x " + secret + b" y",
        b"Authorization: Basic " + basic,
        base64.b64encode(secret),
        base64.b64encode(b"a" + secret + b"b"),
        base64.urlsafe_b64encode(b"ab" + secret),
        quote_all(secret).encode(),
        quote_all(secret).upper().encode(),
        secret.hex().encode(),
        ("\\x" + secret.hex()).encode(),
        str(list(secret)).encode(),
        b'{"path": "' + quote(secret, safe="").encode() + b'"}',
    ]
