"""A signed channel of whose registry the test has all keys: roots and key managers can be anything."""

import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from . import content_trust
from .channel import Channel
from .tampering import Tamperer

FIRST, SECOND, STRANGER = (Ed25519PrivateKey.generate() for _ in range(3))
_PACKAGES = Ed25519PrivateKey.generate()


class OwnKeys(Tamperer):
    """A proxy before a channel's server, which signs everything anew; root and key manager have version 1."""

    def __init__(self, channel: Channel, name: str):
        super().__init__(channel, name)
        self.fingerprint = content_trust.fingerprint(self.root(1))
        self.key_manager_of(1)
        repodata = channel.repodata("noarch")
        for file, record in repodata["packages.conda"].items():
            signature = _PACKAGES.sign(content_trust.canonical(record)).hex()
            repodata["signatures"][file] = {content_trust.public(_PACKAGES): {"signature": signature}}
        self._put_repodata(repodata)

    def root(self, version: int, *, at: int | None = None, manager=FIRST, signer=FIRST, days=365) -> dict:
        """Offers a root, in the place of version `at`; the key manager's key is the one that it names."""
        document = content_trust.root(
            version, [content_trust.public(FIRST)], 1, content_trust.public(manager), days
        )
        self._put_json(f"{at or version}.root.json", content_trust.sign_root(document, signer))
        return document

    def garbage_root(self, version: int) -> None:
        """Offers something that is no root."""
        self._put(f"{version}.root.json", b"<html>")

    def no_root(self, version: int) -> None:
        """Withholds a root."""
        self._put(f"{version}.root.json", b"", 404)

    def key_manager_of(self, version: int, *, signer=FIRST, days=31) -> None:
        """Offers a key manager."""
        document = content_trust.key_manager(version, [content_trust.public(_PACKAGES)], days=days)
        self._put_json("key_mgr.json", content_trust.sign(document, signer))

    def _put_json(self, path: str, document: dict) -> None:
        self._put(path, json.dumps(document).encode())
