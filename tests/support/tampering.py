"""Somebody between a client and a signed channel, who changes one thing on the way."""

import hashlib
import json
from urllib.parse import urlsplit

import msgpack
import zstandard

from .bonded_client import fingerprint
from .channel import Channel
from .recording import Recorder
from .signed_channel import unzstd


class Tamperer:
    """A proxy before a channel's server. Each method is an attack on the package of this name in `noarch`."""

    def __init__(self, channel: Channel, name: str):
        self._channel, self._name = channel, name
        self.fingerprint = fingerprint(channel)
        self._proxy = Recorder()
        target = urlsplit(channel.server.url)
        self._proxy.target = (target.hostname, target.port)

    @property
    def url(self) -> str:
        """The channel, as it looks behind the proxy."""
        return f"http://127.0.0.1:{self._proxy.port}/{self._channel.name}"

    @property
    def asked(self) -> list[tuple[str, str | None]]:
        """What the proxy was asked for: path and Authorization."""
        return self._proxy.asked

    def stop(self) -> None:
        """Ends the proxy."""
        self._proxy.shutdown()
        self._proxy.server_close()

    def record(self) -> None:
        """Another record in `repodata.json`; shards are withheld."""
        repodata = self._channel.repodata("noarch")
        for file in self._files(repodata):
            repodata["packages.conda"][file]["license"] = "changed"
        self._put_repodata(repodata)

    def another_name(self) -> None:
        """A record under the name of a newer file, together with its signature."""
        repodata = self._channel.repodata("noarch")
        for file in self._files(repodata):
            renamed = file.replace("-2.0-", "-3.0-")
            for section in ("packages.conda", "signatures"):
                repodata[section][renamed] = repodata[section].pop(file)
        self._put_repodata(repodata)

    def signatures(self) -> None:
        """No signatures of the package any more."""
        repodata = self._channel.repodata("noarch")
        for file in self._files(repodata):
            del repodata["signatures"][file]
        self._put_repodata(repodata)

    def elsewhere(self, member: str, url: str) -> None:
        """An index of shards that leads to another server."""
        index = msgpack.unpackb(unzstd(self._get("noarch/repodata_shards.msgpack.zst")))
        index["info"][member] = url
        self._put("noarch/repodata_shards.msgpack.zst", zstandard.compress(msgpack.packb(index)))

    def shard(self) -> None:
        """Another record in a shard, which the index of shards names by its new digest."""
        index = msgpack.unpackb(unzstd(self._get("noarch/repodata_shards.msgpack.zst")))
        digest = index["shards"][self._name]
        shard = msgpack.unpackb(unzstd(self._get(f"noarch/shards/{digest.hex()}.msgpack.zst")))
        for record in shard["packages.conda"].values():
            record["license"] = "changed"
        changed = zstandard.compress(msgpack.packb(shard))
        digest = hashlib.sha256(changed).digest()
        index["shards"][self._name] = digest
        self._put("noarch/repodata_shards.msgpack.zst", zstandard.compress(msgpack.packb(index)))
        self._put(f"noarch/shards/{digest.hex()}.msgpack.zst", changed)

    def archive(self) -> None:
        """Another byte in the archive."""
        for file in self._channel.record_names():
            if file.startswith(f"{self._name}-"):
                content = bytearray(self._get(f"noarch/{file}"))
                content[-40] ^= 1
                self._put(f"noarch/{file}", bytes(content))

    def key_manager(self) -> None:
        """A higher version of the key manager, which nobody has signed."""
        document = json.loads(self._get("key_mgr.json"))
        document["signed"]["version"] += 1
        self._put("key_mgr.json", json.dumps(document).encode())

    def no_key_manager(self) -> None:
        """The registry looks as if it had never signed."""
        self._put("key_mgr.json", b"", 404)

    def no_root(self) -> None:
        """Nor does it offer a root."""
        self._put("1.root.json", b"", 404)

    def _files(self, repodata: dict) -> list[str]:
        return [file for file in repodata["packages.conda"] if file.startswith(f"{self._name}-")]

    def _put_repodata(self, repodata: dict) -> None:
        """Shows this `repodata.json`, and nothing else beside it."""
        self._put("noarch/repodata.json", json.dumps(repodata).encode())
        for withheld in ("repodata_shards.msgpack.zst", "repodata.json.zst"):
            self._put(f"noarch/{withheld}", b"", 404)

    def _get(self, path: str) -> bytes:
        answer = self._channel.get(f"/{path}")
        assert answer.ok, answer.text
        return answer.content

    def _put(self, path: str, content: bytes, status: int = 200) -> None:
        self._proxy.instead[f"/{self._channel.name}/{path}"] = (status, content)
