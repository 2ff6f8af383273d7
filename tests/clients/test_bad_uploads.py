"""What must not get in gets the documented status, and leaves neither a row nor a file."""

import hashlib
import socket
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from support import attacks, conda_packages, distributions, uploads
from support.bonded import until
from support.channel import Channel


@pytest.fixture
def python(server) -> Channel:
    return Channel(server, "python")


@pytest.fixture
def conda(server) -> Channel:
    return Channel(server, "conda")


@contextmanager
def leaves_nothing(channel: Channel):
    """Nothing is stored, listed or left over when the block has ended."""
    server = channel.server
    before = server.files()
    yield
    until(lambda: server.files() == before)
    python = channel.name.startswith("python")
    assert (channel.get("/simple/evil/").status_code == 404) if python else (channel.record_names() == set())
    until(lambda: server.admin("gc", "--dry-run", "--min-age", "0s")["blobs"] == 0)
    assert server.get("/health").status_code == 200


@pytest.mark.parametrize("attack", attacks.WHEELS, ids=lambda attack: attack.__name__)
def test_a_hostile_wheel_is_refused(python, tmp_path, attack):
    with leaves_nothing(python):
        answer = uploads.legacy(python, attack(tmp_path), "evil")
        assert answer.status_code in (400, 413), answer.text
        assert answer.reason not in ("", "Bad Request", "Payload Too Large"), "twine shows nothing else"


@pytest.mark.parametrize("attack", attacks.PACKAGES, ids=lambda attack: attack.__name__)
def test_a_hostile_conda_package_is_refused(conda, tmp_path, attack):
    path = attack(tmp_path)
    with leaves_nothing(conda):
        for upload in (uploads.prefix, uploads.quetz):
            answer = upload(conda, path)
            assert answer.status_code in (413, 422), answer.text


@pytest.mark.parametrize("digest", ["sha256_digest", "blake2_256_digest", "md5_digest"])
def test_a_wheel_with_another_digest_than_its_forms_is_refused(python, tmp_path, digest):
    wrong = {digest: "0" * (32 if digest == "md5_digest" else 64)}
    with leaves_nothing(python):
        answer = uploads.legacy(python, distributions.wheel(tmp_path, "evil"), "evil", **wrong)
        assert answer.status_code == 400 and "digest" in answer.text, answer.text


@pytest.mark.parametrize(
    "change",
    [{"name": "other"}, {"version": "2.0"}, {"filetype": "sdist"}, {"requires_dist": "six"}],
    ids=str,
)
def test_a_form_that_contradicts_the_wheel_is_refused(python, tmp_path, change):
    wheel = distributions.wheel(tmp_path, "evil")
    form = {"name": "evil", "version": "1.0"} | change
    with leaves_nothing(python):
        answer = uploads.legacy(python, wheel, **form)
        assert answer.status_code == 400, answer.text


@pytest.mark.parametrize(
    "file_name",
    [
        "../evil-1.0-py3-none-any.whl",
        "evil-1.0-py3-none-any.whl\x00",
        "evil-1.0.exe",
        "evil-1.0-any.whl",
        "é.whl",
        "",
    ],
)
def test_a_strange_file_name_is_refused(python, tmp_path, file_name):
    with leaves_nothing(python):
        answer = uploads.legacy(python, distributions.wheel(tmp_path, "evil"), "evil", file_name=file_name)
        assert answer.status_code == 400, answer.text


def test_a_conda_package_with_another_digest_than_announced_is_refused(conda, tmp_path):
    package, wrong = conda_packages.build(tmp_path, "evil"), "0" * 64
    with leaves_nothing(conda):
        for answer in (
            uploads.prefix(conda, package, **{"X-File-SHA256": wrong}),
            uploads.prefix_raw(conda, package, **{"X-File-SHA256": wrong}),
            uploads.quetz(conda, package, digest=wrong),
        ):
            assert answer.status_code in (400, 406, 422), answer.text


def send_part(channel: Channel, head: str, body: bytes, length: int) -> None:
    """Sends a request that announces `length` bytes, and goes away after those of `body`."""
    address = urlsplit(channel.server.url)
    lines = f"{head}\r\nHost: {address.netloc}\r\nContent-Length: {length}\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        connection.sendall(lines.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(10)
        answer = connection.recv(4096)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer


def test_a_wheel_that_ends_in_the_middle_leaves_nothing(python, tmp_path):
    content = distributions.wheel(
        tmp_path, "evil", content=hashlib.shake_256(b"x").digest(1 << 20)
    ).read_bytes()
    form = (
        '--B\r\nContent-Disposition: form-data; name=":action"\r\n\r\nfile_upload\r\n'
        '--B\r\nContent-Disposition: form-data; name="name"\r\n\r\nevil\r\n'
        '--B\r\nContent-Disposition: form-data; name="version"\r\n\r\n1.0\r\n'
        '--B\r\nContent-Disposition: form-data; name="filetype"\r\n\r\nbdist_wheel\r\n'
        '--B\r\nContent-Disposition: form-data; name="content"; filename="evil-1.0-py3-none-any.whl"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    head = f"POST /{python.name}/legacy/ HTTP/1.1\r\nAuthorization: Bearer {python.publish_token}"
    head += "\r\nContent-Type: multipart/form-data; boundary=B"
    with leaves_nothing(python):
        for cut in (0, 100, len(content) // 2, len(content)):
            send_part(python, head, form + content[:cut], len(form) + len(content) + 9)


def test_a_conda_package_that_ends_in_the_middle_leaves_nothing(conda, tmp_path):
    content = conda_packages.build(tmp_path, "evil").read_bytes()
    head = f"POST /api/v1/upload/{conda.name} HTTP/1.1\r\nAuthorization: Bearer {conda.publish_token}"
    head += "\r\nX-File-Name: evil-1.0-0.conda\r\nContent-Type: application/octet-stream"
    with leaves_nothing(conda):
        for cut in (0, 10, len(content) // 2, len(content) - 1):
            send_part(conda, head, content[:cut], len(content))
