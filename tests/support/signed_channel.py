"""A signed channel, read and verified as its documents describe it: nothing here is of the tested program."""

import hashlib
import json

import msgpack
import zstandard

from . import content_trust
from .bonded import Server
from .channel import Channel


def unzstd(data: bytes) -> bytes:
    """The content of a zstd frame."""
    return zstandard.ZstdDecompressor().decompress(data, max_output_size=1 << 26)


def roots(server: Server) -> list[dict]:
    """All roots, verified from the first to the last."""
    found: list[dict] = []
    while (answer := server.get(f"/{len(found) + 1}.root.json")).status_code == 200:
        found.append(answer.json())
    assert answer.status_code == 404
    content_trust.verify_roots(found)
    return found


def key_manager(server: Server) -> dict:
    """The key manager of now, verified by the newest root."""
    document = server.get("/key_mgr.json").json()
    content_trust.verify_key_manager(roots(server)[-1], document)
    return document


def keys(server: Server) -> set[str]:
    """The keys that may sign records."""
    return set(key_manager(server)["signed"]["delegations"]["pkg_mgr"]["pubkeys"])


def _hexadecimal(record: dict) -> dict:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in record.items()}


def _in_shards(channel: Channel, subdir: str) -> dict[str, tuple[dict, dict]]:
    index = msgpack.unpackb(unzstd(channel.get(f"/{subdir}/repodata_shards.msgpack.zst").content))
    found = {}
    for digest in index["shards"].values():
        bytes_of_shard = channel.get(f"/{subdir}/shards/{digest.hex()}.msgpack.zst").content
        assert hashlib.sha256(bytes_of_shard).digest() == digest
        shard = msgpack.unpackb(unzstd(bytes_of_shard))
        for name, record in (shard["packages"] | shard["packages.conda"]).items():
            found[name] = (_hexadecimal(record), shard["signatures"][name])
    return found


def _in_repodata(repodata: dict) -> dict[str, tuple[dict, dict]]:
    records = repodata["packages"] | repodata["packages.conda"]
    assert records.keys() == repodata["signatures"].keys()
    return {name: (record, repodata["signatures"][name]) for name, record in records.items()}


def verify(channel: Channel, subdir: str = "noarch", changing: bool = False) -> dict[str, set[str]]:
    """Verifies every record wherever it stands. Who signed, by file; nobody while a channel that is changing shows in one
    document what another does not show yet."""
    manager = key_manager(channel.server)
    full = _in_repodata(channel.repodata(subdir))
    compressed = _in_repodata(json.loads(unzstd(channel.get(f"/{subdir}/repodata.json.zst").content)))
    shards = _in_shards(channel, subdir)
    if changing and not compressed == shards == full:
        return {}
    assert compressed == full
    assert shards == full, "one signature fits both"
    signers = {}
    for name, (record, signatures) in full.items():
        content_trust.verify_record(manager, record, signatures)
        extension = ".tar.bz2" if name.endswith(".tar.bz2") else ".conda"
        assert f"{record['name']}-{record['version']}-{record['build']}{extension}" == name
        assert record["subdir"] == subdir and len(record["sha256"]) == 64 and record["size"] > 0
        signers[name] = set(signatures)
        assert signers[name] <= keys(channel.server), "only authorised signatures"
    return signers
