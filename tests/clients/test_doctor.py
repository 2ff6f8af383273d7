"""`bonded doctor oidc`: what is right and what is wrong with an identity token, without a network."""

import json

import pytest

from support import environment
from support.bonded import BINARY
from support.issuer import Issuer

AUDIENCE = "packages.example.org"
DOCTOR = [BINARY, "doctor", "oidc", "--token", "token"]
PUBLISHER = ["owner=acme", "owner_id=4711", "repository=rocket", "workflow=release.yml"]


@pytest.fixture
def issuer():
    issuer = Issuer()
    issuer.stop()  # Nothing may be asked.
    return issuer


@pytest.fixture
def doctor(tmp_path, issuer):
    """Asks the doctor about a token: the exit status, and the checks that did not pass."""
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [key.jwk() for key in issuer.keys]}))
    variables = environment.clean(tmp_path / "home")

    def ask(token: str, *arguments: str, publisher: list[str] = PUBLISHER) -> tuple[int, dict[str, str]]:
        (tmp_path / "token").write_text(f"{token}\n")
        words = [*DOCTOR, "--json", "--jwks", "jwks.json", "--provider", "github"]
        fields = [word for field in publisher for word in ("--publisher", field)]
        finished = environment.run([*words, *fields, *arguments], variables, cwd=tmp_path)
        assert token.rsplit(".")[-1] not in finished.output, "a token is a secret"
        report = json.loads(finished.stdout)
        assert report["passed"] == (finished.status == 0)
        failed = [check for check in report["checks"] if check["outcome"] != "passed"]
        return finished.status, {check["check"]: check["text"] for check in failed}

    return ask


def test_a_token_that_would_be_taken(doctor, issuer):
    assert doctor(issuer.identity(AUDIENCE), "--audience", AUDIENCE, "--issuer", issuer.url) == (0, {})


def test_what_is_not_given_is_not_checked_and_said_so(doctor, issuer):
    status, left = doctor(issuer.identity(AUDIENCE), publisher=[])
    assert status == 0
    assert set(left) == {"issuer", "audience", "publisher"}
    assert f"the token says '{issuer.url}'" in left["issuer"]


def test_everything_that_is_wrong_is_told(doctor, issuer):
    token = issuer.identity("other", repository_owner_id="4712", exp=1)
    status, failed = doctor(token, "--audience", AUDIENCE, "--issuer", "https://other.example")
    assert status == 1
    assert set(failed) == {"issuer", "audience", "times", "publisher"}
    assert "repository_owner_id: expected '4711', received '4712'" in failed["publisher"]


def test_a_key_that_was_rotated(doctor, issuer):
    issuer.rotate()
    status, failed = doctor(issuer.identity(AUDIENCE), "--audience", AUDIENCE, "--issuer", issuer.url)
    assert (status, set(failed)) == (1, {"signature"})


def test_an_event_that_anybody_can_cause(doctor, issuer):
    issuer.event = "pull_request_target"
    status, failed = doctor(issuer.identity(AUDIENCE), "--audience", AUDIENCE)
    assert status == 1
    assert "pull_request_target" in failed["identity"]


def test_text_for_people_and_configurations_in_files(tmp_path, issuer):
    config = dict(field.split("=") for field in PUBLISHER) | {"workflow": "other.yml", "provider": "github"}
    (tmp_path / "publisher.json").write_text(json.dumps(config))
    (tmp_path / "token").write_text(issuer.identity(AUDIENCE))
    words = [*DOCTOR, "--config", "publisher.json"]
    finished = environment.run(words, environment.clean(tmp_path / "home"), cwd=tmp_path)
    assert finished.status == 1
    assert "skipped  signature" in finished.stdout and "skipped  issuer" in finished.stdout
    assert "other.yml@" in finished.stdout and "repository = acme/rocket" in finished.stdout
    assert finished.stdout.rstrip().endswith("The registry would refuse it.")


def test_a_field_that_publishers_do_not_have(tmp_path, issuer):
    (tmp_path / "token").write_text(issuer.identity(AUDIENCE))
    words = [*DOCTOR, "--provider", "gitlab", "--publisher", "owner=acme"]
    finished = environment.run(words, environment.clean(tmp_path / "home"), cwd=tmp_path)
    finished.refused_with("namespace")


def test_a_field_that_is_given_twice(tmp_path, issuer):
    (tmp_path / "token").write_text(issuer.identity(AUDIENCE))
    words = [*DOCTOR, "--provider", "github", "--publisher", "owner=acme", "--publisher", "owner=emca"]
    finished = environment.run(words, environment.clean(tmp_path / "home"), cwd=tmp_path)
    finished.refused_with("owner", "twice")
