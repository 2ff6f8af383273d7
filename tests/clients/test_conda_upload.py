"""Conda packages arrive by every protocol, in both formats, and stand in every index."""

import hashlib
import json

import msgpack
import pytest
import zstandard

from support import conda_packages, uploads
from support.bonded import until
from support.channel import Channel

EXTENSIONS = pytest.mark.parametrize("extension", [".conda", ".tar.bz2"])


def unzstd(data: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(data, max_output_size=1 << 24)


def shards(channel: Channel, subdir: str) -> dict[str, dict]:
    """Every record of the sharded repodata by its file name."""
    answer = channel.get(f"/{subdir}/repodata_shards.msgpack.zst")
    if answer.status_code == 404:
        return {}
    assert "Content-Encoding" not in answer.headers
    index = msgpack.unpackb(unzstd(answer.content))
    records = {}
    for digest in index["shards"].values():
        shard = channel.get(f"/{subdir}/{index['info']['shards_base_url']}{digest.hex()}.msgpack.zst")
        assert shard.status_code == 200 and hashlib.sha256(shard.content).digest() == digest
        content = msgpack.unpackb(unzstd(shard.content))
        records |= content["packages"] | content["packages.conda"]
    return records


def assert_listed(channel: Channel, subdir: str, package) -> None:
    """The package stands in the shards at once, in the full repodata soon, with the digests of its bytes."""
    content = package.read_bytes()
    record = shards(channel, subdir)[package.name]
    assert record["sha256"] == hashlib.sha256(content).digest()
    assert record["md5"] == hashlib.md5(content).digest()
    assert record["size"] == len(content)
    until(lambda: package.name in channel.record_names(subdir))
    key = "packages" if package.name.endswith(".bz2") else "packages.conda"
    full = channel.repodata(subdir)[key][package.name]
    assert full["sha256"] == hashlib.sha256(content).hexdigest()
    assert full["depends"] == ["zlib >=1.2"] and full["indexed_timestamp"] > 1_700_000_000_000
    assert json.loads(unzstd(channel.get(f"/{subdir}/repodata.json.zst").content)) == channel.repodata(subdir)
    assert channel.get(f"/{subdir}/{package.name}").content == content


def build(directory, extension, subdir="linux-64", name="crate"):
    return conda_packages.build(directory, name, depends=["zlib >=1.2"], subdir=subdir, extension=extension)


@EXTENSIONS
@pytest.mark.parametrize(
    "upload", [uploads.prefix, uploads.prefix_raw, uploads.quetz], ids=lambda u: u.__name__
)
def test_a_package_is_uploaded_by_a_call_that_names_no_subdir(conda_channel, tmp_path, upload, extension):
    package = build(tmp_path, extension)
    answer = upload(conda_channel, package)
    assert answer.status_code in (200, 201), answer.text
    assert_listed(conda_channel, "linux-64", package)


@EXTENSIONS
@pytest.mark.parametrize("scheme", ["Bearer", "Basic"])
def test_a_package_is_put_where_it_shall_stand(conda_channel, tmp_path, scheme, extension):
    package = build(tmp_path, extension, "noarch")
    answer = uploads.put(conda_channel, package, "noarch", scheme=scheme)
    assert answer.status_code in (200, 201), answer.text
    assert_listed(conda_channel, "noarch", package)


def test_a_package_put_into_another_subdir_than_its_own_is_refused(conda_channel, tmp_path):
    answer = uploads.put(conda_channel, build(tmp_path, ".conda", "osx-arm64"), "linux-64")
    assert answer.status_code == 422, answer.text
    assert "osx-arm64" in answer.text


@pytest.mark.parametrize("upload", [uploads.prefix, uploads.quetz], ids=lambda u: u.__name__)
def test_a_package_is_never_replaced(conda_channel, tmp_path, upload):
    (tmp_path / "first").mkdir()
    first = build(tmp_path / "first", ".conda")
    assert upload(conda_channel, first).ok
    second = conda_packages.build(tmp_path, "crate", subdir="linux-64", depends=["other"])
    answer = upload(conda_channel, second)
    assert answer.status_code == 409, answer.text
    assert conda_channel.get(f"/linux-64/{first.name}").content == first.read_bytes()


def test_run_exports_are_served_by_themselves(conda_channel, tmp_path):
    package = build(tmp_path, ".conda")
    assert uploads.prefix(conda_channel, package).ok
    record = shards(conda_channel, "linux-64")[package.name]
    assert record["run_exports"] == {"weak": ["crate >=1.0"]}

    def listed():
        answer = conda_channel.get("/linux-64/run_exports.json")
        return answer.status_code == 200 and answer.json()["packages.conda"].get(package.name)

    assert until(listed)["run_exports"] == {"weak": ["crate >=1.0"]}


def test_the_channels_summary_names_the_package(conda_channel, tmp_path):
    assert uploads.prefix(conda_channel, build(tmp_path, ".conda")).ok
    until(lambda: "crate" in conda_channel.get("/channeldata.json").json()["packages"])
