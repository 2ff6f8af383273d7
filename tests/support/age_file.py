"""Opens an age file with a passphrase, by the specification of the format (age-encryption.org/v1) alone."""

import base64
import hmac
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


def _derived(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(key)


def open_file(path: Path, passphrase: str) -> bytes:
    """The content of a file in text form that is shorter than one chunk."""
    lines = path.read_text().strip().splitlines()
    assert (lines[0], lines[-1]) == ("-----BEGIN AGE ENCRYPTED FILE-----", "-----END AGE ENCRYPTED FILE-----")
    binary = base64.b64decode("".join(lines[1:-1]))
    header, mark, rest = binary.partition(b"\n---")
    mac, _, payload = rest.partition(b"\n")
    version, stanza, body = header.decode().split("\n")
    assert version == "age-encryption.org/v1"
    arrow, kind, salt, work = stanza.split()
    assert (arrow, kind) == ("->", "scrypt")
    scrypt = Scrypt(b"age-encryption.org/v1/scrypt" + _decoded(salt), 32, 2 ** int(work), 8, 1)
    file_key = ChaCha20Poly1305(scrypt.derive(passphrase.encode())).decrypt(bytes(12), _decoded(body), None)
    expected = hmac.digest(_derived(file_key, b"", b"header"), header + mark, "sha256")
    assert hmac.compare_digest(expected, _decoded(mac.strip().decode()))
    nonce, chunk = payload[:16], payload[16:]
    return ChaCha20Poly1305(_derived(file_key, nonce, b"payload")).decrypt(bytes(11) + b"\x01", chunk, None)
