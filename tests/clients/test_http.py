"""What every path promises to caches and to clients that continue a download."""

from urllib.parse import urljoin

import pytest

from support import conda_packages, distributions, uploads
from support.bonded import until
from support.channel import Channel

JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}


@pytest.fixture(params=["python", "conda"])
def paths(request, server, tmp_path) -> tuple[Channel, list[str]]:
    """A private channel with one package, and every kind of path that it serves."""
    channel = Channel(server, request.param, private=True)
    return channel, {"python": python_paths, "conda": conda_paths}[request.param](channel, tmp_path)


def python_paths(channel: Channel, directory) -> list[str]:
    assert uploads.legacy(channel, distributions.wheel(directory, "thing"), "thing").status_code == 200
    [file] = channel.project("thing")["files"]
    url = urljoin(f"/{channel.name}/simple/thing/", file["url"]).removeprefix(channel.server.url)
    assert url.startswith(f"/{channel.name}/files/")
    below = url.removeprefix(f"/{channel.name}")
    return ["/simple/", "/simple/thing/", "/pypi/thing/json", below, f"{below}.metadata"]


def conda_paths(channel: Channel, directory) -> list[str]:
    package = conda_packages.build(directory, "thing")
    assert uploads.prefix(channel, package).ok
    until(lambda: channel.record_names())
    indexes = ("repodata.json", "repodata.json.zst", "repodata_shards.msgpack.zst", "run_exports.json")
    return [*(f"/noarch/{name}" for name in indexes), f"/noarch/{package.name}", "/channeldata.json"]


def test_head_answers_as_get_does_without_the_body(paths):
    channel, all_paths = paths
    for path in all_paths:
        get, head = (
            channel.get(path),
            channel.server.request("HEAD", f"/{channel.name}{path}", channel.read_token),
        )
        assert get.status_code == head.status_code == 200 and head.content == b"", path
        for name in ("Content-Type", "Content-Length", "ETag"):
            assert head.headers.get(name) == get.headers.get(name), (path, name)


def test_what_a_client_has_already_is_not_sent_again(paths):
    channel, all_paths = paths
    for path in all_paths:
        etag = channel.get(path).headers["ETag"]
        assert not etag.startswith("W/"), path
        again = channel.get(path, headers={"If-None-Match": f'"other", {etag}'})
        assert again.status_code == 304 and again.content == b"", path
        assert channel.get(path, headers={"If-None-Match": '"other"'}).status_code == 200, path


def test_nobody_learns_from_an_etag_what_a_private_channel_serves(paths):
    channel, all_paths = paths
    for path in all_paths:
        etag = channel.get(path).headers["ETag"]
        stranger = channel.server.get(f"/{channel.name}{path}", headers={"If-None-Match": etag})
        assert stranger.status_code == 401, path


def test_private_answers_stay_out_of_shared_caches(paths):
    channel, all_paths = paths
    for path in all_paths:
        answer = channel.get(path)
        assert (
            "private" in answer.headers["Cache-Control"] or "no-store" in answer.headers["Cache-Control"]
        ), path
        assert "public" not in answer.headers["Cache-Control"], path


def test_compressed_files_are_not_wrapped_in_another_encoding(paths):
    channel, all_paths = paths
    for path in all_paths:
        answer = channel.get(path, headers={"Accept-Encoding": "gzip, deflate, zstd"})
        if path.endswith((".zst", ".conda", ".whl", ".bz2")):
            assert "Content-Encoding" not in answer.headers, path


def test_a_download_can_be_continued(paths):
    channel, all_paths = paths
    [path] = [path for path in all_paths if path.endswith((".whl", ".conda"))]
    whole = channel.get(path).content
    for given, start, end in (("0-0", 0, 1), ("10-", 10, len(whole)), ("-7", len(whole) - 7, len(whole))):
        part = channel.get(path, headers={"Range": f"bytes={given}"})
        assert part.status_code == 206 and part.content == whole[start:end], given
        assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(whole)}"
    assert channel.get(path, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416


def test_a_name_that_is_not_normalized_leads_to_the_one_that_is(server, tmp_path):
    channel = Channel(server, "python")
    wheel = distributions.wheel(tmp_path, "some-thing")
    assert uploads.legacy(channel, wheel, "some-thing").status_code == 200
    for spelling in ("Some-Thing", "some_thing", "SOME.thing"):
        answer = channel.get(f"/simple/{spelling}/")
        assert answer.status_code == 301, spelling
        target = urljoin(f"{channel.index}{spelling}/", answer.headers["Location"])
        assert target == f"{channel.index}some-thing/"


def test_json_and_html_say_the_same(server, tmp_path):
    channel = Channel(server, "python")
    wheel = distributions.wheel(tmp_path, "said-twice")
    assert uploads.legacy(channel, wheel, "said-twice").status_code == 200
    page = channel.get("/simple/said-twice/", headers={"Accept": "text/html"})
    assert page.headers["Content-Type"].startswith("text/html") and "Accept" in page.headers["Vary"]
    [file] = channel.project("said-twice")["files"]
    assert file["filename"] in page.text and f"#sha256={file['hashes']['sha256']}" in page.text
    assert channel.project("said-twice")["meta"]["api-version"] == "1.4"
