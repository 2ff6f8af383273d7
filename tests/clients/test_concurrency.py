"""Many clients at once: one winner for one name, and no reader ever sees a torn channel."""

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import msgpack
import pytest
import requests
import zstandard

from support import conda_packages, distributions, uploads
from support.bonded import until
from support.channel import Channel

RIVALS = 50
PACKAGES = 200


def test_fifty_uploads_of_one_wheels_name_have_one_winner(server, tmp_path):
    channel = Channel(server, "python")
    wheels = []
    for number in range(RIVALS):
        (tmp_path / str(number)).mkdir()
        wheels.append(distributions.wheel(tmp_path / str(number), "prize", content=str(number).encode()))
    with ThreadPoolExecutor(RIVALS) as pool:
        answers = list(pool.map(lambda wheel: uploads.legacy(channel, wheel, "prize"), wheels))
    winners = [wheel for wheel, answer in zip(wheels, answers, strict=True) if answer.status_code == 200]
    assert len(winners) == 1, [answer.status_code for answer in answers]
    for answer in answers:
        assert answer.status_code == 200 or "File already exists" in answer.reason, answer.text
    [file] = channel.project("prize")["files"]
    assert file["hashes"]["sha256"] == distributions.sha256(winners[0])


def test_fifty_uploads_of_one_packages_name_have_one_winner(server, tmp_path):
    channel = Channel(server, "conda")
    packages = [
        conda_packages.build(_directory(tmp_path, n), "prize", depends=[f"n{n}"]) for n in range(RIVALS)
    ]
    with ThreadPoolExecutor(RIVALS) as pool:
        answers = list(pool.map(lambda package: uploads.prefix(channel, package), packages))
    winners = [package for package, answer in zip(packages, answers, strict=True) if answer.ok]
    assert len(winners) == 1, [answer.status_code for answer in answers]
    assert {answer.status_code for answer in answers if not answer.ok} == {409}
    assert channel.get(f"/noarch/{winners[0].name}").content == winners[0].read_bytes()


def _directory(parent, number):
    directory = parent / str(number)
    directory.mkdir()
    return directory


class Reader(threading.Thread):
    """Reads a subdir over and over, and keeps the first thing that was wrong."""

    def __init__(self, channel: Channel):
        super().__init__(daemon=True)
        self.channel, self.done, self.rounds = channel, threading.Event(), 0
        self.error: Exception | None = None
        self.session = requests.Session()
        self.session.trust_env = False

    def run(self):
        try:
            while not self.done.is_set():
                self.read_shards()
                self.read_repodata()
                self.rounds += 1
        except Exception as error:
            self.error = error

    def get(self, path: str) -> bytes:
        answer = self.session.get(f"{self.channel.url}/noarch/{path}", timeout=60)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:200]}"
        return answer.content

    def unpack(self, path: str):
        return msgpack.unpackb(zstandard.ZstdDecompressor().decompress(self.get(path), 1 << 24))

    def read_shards(self) -> set[str]:
        """Every record that the shards name; each shard is there and is what its name says."""
        names: set[str] = set()
        index = self.unpack("repodata_shards.msgpack.zst")
        for digest in index["shards"].values():
            path = f"{index['info']['shards_base_url']}{digest.hex()}.msgpack.zst"
            compressed = self.get(path)
            assert hashlib.sha256(compressed).digest() == digest, path
            shard = msgpack.unpackb(zstandard.ZstdDecompressor().decompress(compressed, 1 << 24))
            names |= set(shard["packages"]) | set(shard["packages.conda"])
        return names

    def read_repodata(self) -> tuple[set[str], set[str]]:
        """What repodata.json and its compressed form name; each is whole, and what it names can be had."""
        plain = json.loads(self.get("repodata.json"))
        compressed = json.loads(
            zstandard.ZstdDecompressor().decompress(self.get("repodata.json.zst"), 1 << 24)
        )
        names = set(plain["packages"]) | set(plain["packages.conda"])
        if names:
            self.get(min(names))
        return names, set(compressed["packages"]) | set(compressed["packages.conda"])


def test_two_hundred_packages_at_once_never_tear_the_channel(server, tmp_path):
    channel = Channel(server, "conda")
    extension = {0: ".conda", 1: ".tar.bz2"}
    packages = [
        conda_packages.build(tmp_path, f"p{n % 60}", str(n), extension=extension[n % 2])
        for n in range(PACKAGES)
    ]
    readers = [Reader(channel) for _ in range(2)]
    for reader in readers:
        reader.start()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda package: uploads.prefix(channel, package), packages))
    assert {answer.status_code for answer in answers} <= {200, 201}
    wanted = {package.name for package in packages}
    last = Reader(channel)
    until(lambda: last.read_shards() == wanted, 20, every=0.2)
    until(lambda: last.read_repodata() == (wanted, wanted), 20, every=0.2)
    for reader in readers:
        reader.done.set()
        reader.join(60)
        assert reader.error is None, reader.error
        assert reader.rounds > 0


@pytest.mark.parametrize("workers", [8])
def test_wheels_of_many_projects_at_once_are_all_there_when_their_answers_are(server, tmp_path, workers):
    channel = Channel(server, "python")

    def publish(number: int):
        name = f"project-{number % 20}"
        wheel = distributions.wheel(tmp_path, name, f"{number}.0", content=str(number).encode())
        answer = uploads.legacy(channel, wheel, name, f"{number}.0")
        assert answer.status_code == 200, answer.text
        assert wheel.name in channel.file_names(name), "a file is visible before its upload answers"

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(publish, range(100)))
    assert sum(len(channel.file_names(f"project-{n}")) for n in range(20)) == 100
