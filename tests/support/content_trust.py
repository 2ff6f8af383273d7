"""Signed metadata of conda channels, by the documented format: nothing here is of the tested program."""

import hashlib
import json
import struct
from datetime import datetime, timedelta, timezone

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

START = datetime.now(timezone.utc).replace(microsecond=0)


def canonical(value) -> bytes:
    """The bytes that are signed."""
    return json.dumps(value, indent=2, sort_keys=True).encode()


def public(key: Ed25519PrivateKey) -> str:
    """The name of a key."""
    return key.public_key().public_bytes_raw().hex()


def moment(days: float = 0) -> str:
    """A moment that many days from now, as the format writes it."""
    return (START + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _document(kind: str, version: int, days: float, delegations: dict[str, tuple[list[str], int]]) -> dict:
    roles = {role: {"pubkeys": keys, "threshold": least} for role, (keys, least) in delegations.items()}
    signed = {
        "type": kind,
        "version": version,
        "metadata_spec_version": "0.6.0",
        "timestamp": moment(),
        "expiration": moment(days),
        "delegations": roles,
    }
    return {"signatures": {}, "signed": signed}


def root(version: int, keys: list[str], threshold: int, key_manager: str, days: float = 365) -> dict:
    """A root without signatures."""
    return _document("root", version, days, {"root": (keys, threshold), "key_mgr": ([key_manager], 1)})


def key_manager(version: int, keys: list[str], threshold: int = 1, days: float = 31) -> dict:
    """A key manager without signatures."""
    return _document("key_mgr", version, days, {"pkg_mgr": (keys, threshold)})


def _digest(signed: dict, headers: bytes) -> bytes:
    trailer = headers + b"\x04\xff" + struct.pack(">I", len(headers))
    return hashlib.sha256(canonical(signed) + trailer).digest()


def sign_root(document: dict, key: Ed25519PrivateKey) -> dict:
    """Adds a signature in the form of OpenPGP; the fingerprint in it says nothing."""
    headers = bytes.fromhex("04001608001d162104") + bytes(20) + b"\x05\x02" + struct.pack(">I", 1700000000)
    signature = key.sign(_digest(document["signed"], headers)).hex()
    document["signatures"][public(key)] = {"other_headers": headers.hex(), "signature": signature}
    return document


def sign(document: dict, key: Ed25519PrivateKey) -> dict:
    """Adds a signature over the canonical bytes."""
    document["signatures"][public(key)] = {"signature": key.sign(canonical(document["signed"])).hex()}
    return document


def _holds(key: str, signature: str, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _root_signers(document: dict, delegation: dict) -> int:
    entries = [(key, document["signatures"].get(key)) for key in set(delegation["pubkeys"])]
    return sum(
        _holds(key, entry["signature"], _digest(document["signed"], bytes.fromhex(entry["other_headers"])))
        for key, entry in entries
        if entry
    )


def verify_roots(roots: list[dict]) -> None:
    """Follows a chain of roots from the first, which is trusted as it is."""
    for old, new in zip([roots[0], *roots], roots, strict=False):
        for delegator in (old, new):
            delegation = delegator["signed"]["delegations"]["root"]
            assert _root_signers(new, delegation) >= delegation["threshold"]
        assert new["signed"]["type"] == "root"
        assert new is old or new["signed"]["version"] == old["signed"]["version"] + 1


def _raw_signers(signatures: dict, keys: list[str], message: bytes) -> int:
    return sum(_holds(key, signatures[key]["signature"], message) for key in set(keys) if key in signatures)


def verify_key_manager(root: dict, document: dict) -> None:
    """Whether enough of the keys that the root names have signed."""
    delegation = root["signed"]["delegations"]["key_mgr"]
    message = canonical(document["signed"])
    assert document["signed"]["type"] == "key_mgr"
    assert _raw_signers(document["signatures"], delegation["pubkeys"], message) >= delegation["threshold"]


def verify_record(key_manager: dict, record: dict, signatures: dict) -> None:
    """Whether enough of the keys that the key manager names have signed a record."""
    delegation = key_manager["signed"]["delegations"]["pkg_mgr"]
    assert _raw_signers(signatures, delegation["pubkeys"], canonical(record)) >= delegation["threshold"]


def fingerprint(root: dict) -> str:
    """What people compare."""
    return hashlib.sha256(canonical(root["signed"])).hexdigest()
