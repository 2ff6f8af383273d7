"""Tokens that were found where they leak: reported by a scanner, or ended by the operator."""

import json
import signal

import pytest

from support import environment
from support.bonded import BINARY, until
from support.channel import READER, Channel, create_token, create_users, verbs
from support.scanner import Scanner


@pytest.fixture
def scanner() -> Scanner:
    return Scanner("first")


@pytest.fixture
def keys(tmp_path, scanner):
    """The file that the server is told of."""
    path = tmp_path / "keys.json"
    path.write_text(scanner.published)
    return path


@pytest.fixture
def watched(own_server, keys):
    """A server that believes the scanner."""
    own_server.options = ["--scanner-keys", str(keys)]
    own_server.start()
    create_users(own_server)
    return own_server


def test_a_reported_token_ends_at_once_and_its_owner_is_told_where_it_was(watched, scanner, clients):
    channel = Channel(watched, "python", private=True)
    token = channel.token("read", user=READER)
    assert watched.get(f"/{channel.name}/simple/", token).status_code == 200
    assert scanner.report(watched, token).status_code == 204
    assert watched.get(f"/{channel.name}/simple/", token).status_code == 401
    outbox = watched.data / "outbox"
    [mail] = until(lambda: [text for path in outbox.glob("*.eml") if "leaked" in (text := path.read_text())])
    text = mail.replace("=\n", "")
    assert f"To: {READER}@example.org" in text and "https://code.example/x" in text
    assert "hunter2" not in text and token[7:] not in text
    audit = watched.admin_text("audit")
    assert "user:token:leak" in audit and "hunter2" not in audit and token[7:] not in audit
    assert scanner.report(watched, token, "bonded-unknown").status_code == 204
    watched.admin("audit", "verify")


def test_keys_are_read_again_on_a_signal_and_when_their_file_changes(watched, scanner, keys):
    second, third = Scanner("second"), Scanner("third")
    assert second.report(watched).status_code == 400
    keys.write_text(second.published)
    watched.process.send_signal(signal.SIGHUP)
    until(lambda: second.report(watched).status_code == 204)
    assert scanner.report(watched).status_code == 400
    keys.write_text("{")
    watched.process.send_signal(signal.SIGHUP)
    until(lambda: "stay as they were" in watched.log())
    assert second.report(watched).status_code == 204
    keys.write_text(third.published)
    until(lambda: third.report(watched).status_code == 204)
    assert watched.stop() == 0


def test_a_file_without_keys_stops_the_start(tmp_path):
    for text, reason in [("{}", "public_keys"), ('{"public_keys": []}', "no keys"), (None, "cannot be read")]:
        path = tmp_path / "keys.json"
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_text(text)
        command = [BINARY, "serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0"]
        attempt = environment.run([*command, "--scanner-keys", path], environment.clean(tmp_path / "home"))
        attempt.refused_with(str(path), reason)


def test_the_operator_ends_what_is_found_in_any_text(own_server):
    server = own_server.start()
    create_users(server)
    one, other, kept = (create_token(server, READER, *verbs("read")) for _ in range(3))
    text = f"+ export TOKEN={one['token']}\ncurl https://__token__:{other['token']}@host/ bonded-client"
    command = [BINARY, "admin", "token", "disclose", "--url", "https://code.example/log", "--json"]
    command += ["--data", server.data, *(["--database", server.database] if server.database else [])]
    told = environment.run(command, server.environment, input=text).succeeded().stdout
    assert {row["id"] for row in json.loads(told)} == {one["id"], other["id"]}
    assert one["token"] not in told
    states = {row["id"]: row["state"] for row in server.admin("token", "list")}
    assert [states[token["id"]] for token in (one, other, kept)] == ["revoked", "revoked", "active"]
    assert "https://code.example/log" in server.admin_text("audit")


def test_security_txt_names_the_contact(own_server):
    own_server.options = [
        "--security-contact",
        "it@example.org",
        "--base-url",
        "https://packages.example.org/x",
    ]
    server = own_server.start()
    # The proxy may leave the prefix or strip it.
    for prefix in ("", "/x"):
        answer = server.get(f"{prefix}/.well-known/security.txt")
        assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/plain")
        lines = answer.text.splitlines()
        assert lines[0] == "Contact: mailto:it@example.org" and lines[1].startswith("Expires: ")
        assert "Canonical: https://packages.example.org/x/.well-known/security.txt" in lines
