"""A secret scanner that reports tokens as GitHub's does."""

import base64
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PATH = "/_/secrets/disclose-token"


class Scanner:
    """A secret scanner with one key, which it publishes as GitHub does."""

    def __init__(self, identifier: str):
        self.identifier = identifier
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def published(self) -> str:
        """The file with its public key."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        pem = self._key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()
        key = {"key_identifier": self.identifier, "key": pem, "is_current": True}
        return json.dumps({"public_keys": [key]})

    def report(self, server, *tokens: str):
        """Sends a signed report; the answer."""
        where = {"type": "bonded_api_token", "url": "https://code.example/x?key=hunter2", "source": "content"}
        body = json.dumps([{"token": token, **where} for token in tokens]).encode()
        signature = base64.b64encode(self._key.sign(body, ec.ECDSA(hashes.SHA256()))).decode()
        headers = {"GitHub-Public-Key-Identifier": self.identifier, "GitHub-Public-Key-Signature": signature}
        return server.request("POST", PATH, data=body, headers=headers)
