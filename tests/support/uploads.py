"""Uploads as single requests, for tests that need hundreds of them or that lie."""

from pathlib import Path

import requests

from .channel import Channel
from .distributions import sha256

# Connections are reused: hundreds of requests shall wait for the server, not for new connections.
_session = requests.Session()
_session.trust_env = False


def legacy_form(path: Path, name: str, version: str = "1.0", **changes) -> dict[str, str]:
    """The fields that twine sends for a wheel written by hand."""
    form = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.1",
        "name": name,
        "version": version,
        "filetype": "bdist_wheel",
        "pyversion": "py3",
        "sha256_digest": sha256(path),
        **changes,
    }
    return {key: value for key, value in form.items() if value is not None}


def legacy(
    channel: Channel, path: Path, name: str, version: str = "1.0", token: str | None = None, **changes
):
    """Uploads a wheel the way twine does. `user`, `file_name` and the form's fields can be changed."""
    user = changes.pop("user", "__token__")
    file_name = changes.pop("file_name", path.name)
    with path.open("rb") as content:
        return _session.post(
            channel.upload_url,
            data=legacy_form(path, name, version, **changes),
            files={"content": (file_name, content, "application/octet-stream")},
            auth=(user, token or channel.publish_token),
            timeout=120,
        )


def prefix(
    channel: Channel,
    path: Path,
    token: str | None = None,
    session=_session,
    attestation: str | None = None,
    **headers: str,
):
    """Uploads a conda package as rattler and pixi do: a form whose only part has headers of its own."""
    content = path.read_bytes()
    part_headers = {
        "X-File-Name": path.name,
        "X-File-SHA256": sha256(path),
        "Content-Length": str(len(content)),
    }
    part = (path.name, content, "application/octet-stream", part_headers | headers)
    return session.post(
        f"{channel.server.url}/api/v1/upload/{channel.name}",
        files={"file": part},
        data={"attestation": attestation} if attestation else None,
        headers={"Authorization": f"Bearer {token or channel.publish_token}"},
        timeout=120,
    )


def prefix_raw(channel: Channel, path: Path, token: str | None = None, session=_session, **headers: str):
    """Uploads a conda package as prefix.dev documents it for curl: the file is the body."""
    own = {
        "X-File-Name": path.name,
        "X-File-SHA256": sha256(path),
        "Content-Type": "application/octet-stream",
        "Authorization": f"Bearer {token or channel.publish_token}",
    }
    url = f"{channel.server.url}/api/v1/upload/{channel.name}"
    return session.post(url, data=path.read_bytes(), headers=own | headers, timeout=120)


def quetz(channel: Channel, path: Path, token: str | None = None, digest: str | None = None):
    """Uploads a conda package with the quetz call: chunked, with neither a type nor a length."""
    url = f"{channel.server.url}/api/channels/{channel.name}/upload/{path.name}"
    return _session.post(
        url,
        params={"force": "false", "sha256": digest or sha256(path)},
        data=iter([path.read_bytes()]),
        headers={"X-API-Key": token or channel.publish_token},
        timeout=120,
    )


def put(channel: Channel, path: Path, subdir: str, token: str | None = None, scheme: str = "Bearer"):
    """Uploads a conda package as Artifactory's clients do."""
    url = f"{channel.url}/{subdir}/{path.name}"
    token = token or channel.publish_token
    if scheme == "Basic":
        return _session.put(url, data=path.read_bytes(), auth=("anyone", token), timeout=120)
    return _session.put(
        url, data=path.read_bytes(), headers={"Authorization": f"Bearer {token}"}, timeout=120
    )
