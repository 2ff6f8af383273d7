"""A security key in software (WebAuthn Level 3, section 6), for what no honest browser would do with one."""

import base64
import hashlib
import json
import os
import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


def base64url(data: bytes) -> str:
    """Without padding, as WebAuthn's JSON has it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The other way round."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor(value) -> bytes:
    """The little of CBOR (RFC 8949) that an attestation object needs."""

    def head(major: int, number: int) -> bytes:
        if number < 24:
            return bytes([major << 5 | number])
        size = next(size for size in (1, 2, 4) if number < 1 << 8 * size)
        return bytes([major << 5 | {1: 24, 2: 25, 4: 26}[size]]) + number.to_bytes(size, "big")

    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    return head(5, len(value)) + b"".join(cbor(key) + cbor(item) for key, item in value.items())


@dataclass
class Credential:
    """One key pair for one account at one site."""

    rp_id: str
    user_handle: bytes
    id: bytes = field(default_factory=lambda: os.urandom(32))
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    counter: int = 0

    def public(self) -> bytes:
        """The public key as COSE (RFC 9053, ES256)."""
        numbers = self.private.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})


class SoftKey:
    """Makes credentials and signs with them; says whatever it is told to about origin, user and counter."""

    def __init__(self, origin: str, verifies: bool = True):
        self.origin = origin
        self.verifies = verifies
        self.credentials: list[Credential] = []

    def create(self, options: dict) -> dict:
        """The browser's answer to creation options."""
        options = options.get("publicKey", options)
        credential = Credential(options["rp"]["id"], from_base64url(options["user"]["id"]))
        self.credentials.append(credential)
        return self.attest(credential, options)

    def attest(self, credential: Credential, options: dict) -> dict:
        """What presents the credential to a site as new."""
        attested = bytes(16) + struct.pack(">H", len(credential.id)) + credential.id + credential.public()
        data = self._authenticator_data(credential, _ATTESTED) + attested
        response = {
            "clientDataJSON": self._client_data("webauthn.create", options["challenge"]),
            "attestationObject": base64url(cbor({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["usb"],
        }
        return self._answer(credential, response) | {
            "clientExtensionResults": {"credProps": {"rk": True}} if "extensions" in options else {}
        }

    def get(self, options: dict, credential: Credential | None = None, counter: int | None = None) -> dict:
        """The browser's answer to request options. The counter rises by one unless another is told."""
        options = options.get("publicKey", options)
        credential = credential or self.credentials[-1]
        credential.counter = credential.counter + 1 if counter is None else counter
        data = self._authenticator_data(credential, 0)
        client_data = self._client_data("webauthn.get", options["challenge"])
        signed = data + hashlib.sha256(from_base64url(client_data)).digest()
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": base64url(data),
            "signature": base64url(credential.private.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": base64url(credential.user_handle),
        }
        return self._answer(credential, response)

    def _authenticator_data(self, credential: Credential, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verifies else 0)
        site = hashlib.sha256(credential.rp_id.encode()).digest()
        return site + bytes([flags]) + struct.pack(">I", credential.counter)

    def _client_data(self, kind: str, challenge: str) -> str:
        data = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return base64url(json.dumps(data).encode())

    def _answer(self, credential: Credential, response: dict) -> dict:
        return {
            "id": base64url(credential.id),
            "rawId": base64url(credential.id),
            "type": "public-key",
            "authenticatorAttachment": "cross-platform",
            "response": response,
            "clientExtensionResults": {},
        }
