"""A token that is used in every way, and fails in every way, stands in no log."""

import base64

from support import conda_packages, distributions, uploads
from support.bonded import until
from support.channel import READER, Channel, create_token, create_users, verbs


def in_headers(token: str) -> list[dict[str, str]]:
    """The token in every header that clients use, and in some where it does not belong."""
    basic = base64.b64encode(f"__token__:{token}".encode()).decode()
    as_user = base64.b64encode(f"{token}:".encode()).decode()
    return [
        {"Authorization": f"Bearer {token}"},
        {"Authorization": f"token {token}"},
        {"Authorization": f"Basic {basic}"},
        {"Authorization": f"Basic {as_user}"},
        {"Authorization": token},
        {"Authorization": f"Digest {token}"},
        {"X-API-Key": token},
        {"Referer": f"http://example.org/t/{token}/x"},
        {"User-Agent": f"agent/{token}"},
    ]


def in_paths(token: str, channel: str) -> list[str]:
    """The token in paths: where conda puts it, where clients put it by mistake, and escaped."""
    escaped = "".join(f"%{ord(letter):02x}" for letter in token)
    return [
        f"/t/{token}/{channel}/noarch/repodata.json",
        f"/conda/t/{token}/{channel}/noarch/repodata.json",
        f"/t/{token}",
        f"/t/{token}/",
        f"/t/{token}/nowhere/noarch/repodata.json",
        f"/t/{token}/{channel}/noarch/missing-1.0-0.conda",
        f"/t/{token}/{channel}/repodata_shards.msgpack.zst/noarch",
        f"/t/{escaped}/{channel}/noarch/repodata.json",
        f"//t/{token}/{channel}/noarch/repodata.json",
        f"/{channel}/t/{token}/noarch/repodata.json",
        f"/{channel}/noarch/{token}.conda",
        f"/{channel}/noarch/repodata.json?token={token}",
        f"/simple/{token}/",
        f"/{token}",
    ]


def test_no_token_reaches_a_log(own_server, clients, rattler, tmp_path):
    server = own_server
    server.environment["BONDED_LOG"] = "debug"
    server.start()
    create_users(server)
    conda, python = Channel(server, "conda", private=True), Channel(server, "python", private=True)
    secrets = {conda.publish_token, conda.read_token, python.publish_token, python.read_token}
    expired = conda.token("read", options=("--expires", "1s"))
    revoked = create_token(server, READER, *verbs("read"))
    server.admin("token", "revoke", revoked["id"])
    wrong = conda.read_token[:-1] + ("0" if conda.read_token[-1] != "0" else "1")
    secrets |= {expired, revoked["token"], wrong}
    until(lambda: server.get(f"/t/{expired}/{conda.name}/noarch/repodata.json").status_code == 401)

    wheel = distributions.wheel(tmp_path, "logged")
    clients.twine(python.upload_url, python.publish_token, wheel).succeeded()
    clients.twine(python.upload_url, wrong, wheel).refused_with("403")
    assert uploads.prefix(conda, conda_packages.build(tmp_path, "logged")).ok
    rattler.install(f"{server.url}/t/{conda.read_token}/{conda.name}", "logged")
    for token in secrets:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
            for path in in_paths(token, conda.name):
                assert server.request(method, path).status_code < 500, (method, path)
        for headers in in_headers(token):
            for path in (
                f"/{conda.name}/noarch/repodata.json",
                f"/{python.name}/simple/",
                "/nowhere/simple/",
            ):
                answer = server.get(path, headers=headers)
                assert answer.status_code < 500 and token not in answer.text
    server.stop()
    log = server.log()
    assert "request" in log, "the server logs requests"
    for token in secrets:
        # Half of it would be a leak as well.
        assert token[7:30] not in log
