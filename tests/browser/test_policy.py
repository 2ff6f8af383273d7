"""Who needs a second factor, and what nobody reaches without it."""

import pytest

from support import distributions, uploads
from support.channel import Channel, unique
from support.people.passing_time import issued_by_owner
from support.people.person import Person
from support.people.wire import done, told

MENDING = (
    "/account/emails",
    "/account/recovery-codes",
    "/account/security",
    "/account/sessions",
    "/account/delete",
)
FENCED = ("/account", "/account/tokens")


def fenced_from(person: Person) -> set[str]:
    """Which of the pages send the person elsewhere."""
    return {path for path in FENCED if person.wire.get(path).status_code == 303}


def test_somebody_unverified_reaches_only_what_mends_it(registry, person):
    person.sign_up()
    assert fenced_from(person) == set(FENCED)
    assert person.wire.get("/account/emails").status_code == 200
    person.verify()
    assert fenced_from(person) == set()


def test_factors_come_after_codes_and_codes_after_the_address(registry, person):
    person.sign_up()
    for path in ("/account/totp", "/account/keys/new"):
        assert person.wire.get(path).status_code == 303, path
    early = person.wire.request(
        "POST", "/account/recovery-codes", data={"csrf": person.wire.csrf("/account/security")}
    )
    assert early.status_code == 400, told(early)
    person.verify()
    assert person.wire.get("/account/recovery-codes").status_code == 200
    for path in ("/account/totp", "/account/keys/new"):
        assert person.wire.get(path).status_code == 303, path
    person.make_codes().add_totp().add_key()


def test_publishers_are_fenced_until_they_have_a_second_factor(registry, person):
    person.ready()
    assert fenced_from(person) == set()
    channel = unique("team")
    registry.admin_text("channel", "create", channel, "--format", "python")
    registry.admin_text("channel", "member", "add", channel, person.name, "--role", "publisher")
    assert fenced_from(person) == set(FENCED)
    for path in MENDING:
        assert person.wire.get(path).status_code == 200, path
    person.add_totp()
    assert fenced_from(person) == set()


def set_policy(administrator: Person, page: str, second_factor: str, phishing_resistant: bool) -> None:
    shown = administrator.wire.get("/admin/policy")
    # A box that is not ticked is not sent.
    fields = {"second_factor": second_factor} | ({"phishing_resistant": "yes"} if phishing_resistant else {})
    csrf = administrator.wire.csrf("/admin/policy")
    answer = administrator.wire.request("POST", page, data={"csrf": csrf} | fields)
    assert shown.status_code == 200
    done(answer)


@pytest.mark.parametrize("of_channel", [False, True], ids=["instance", "channel"])
def test_each_level_of_the_policy(engine, make_registry, of_channel):
    registry = make_registry(engine).start()
    administrator = Person(registry).administrator()
    page, reader = "/admin/policy", Person(registry).ready()
    if of_channel:
        registry.admin_text("channel", "create", "team", "--format", "python")
        registry.admin_text("channel", "member", "add", "team", reader.name, "--role", "reader")
        page = "/admin/policy/team"
    assert fenced_from(reader) == set()
    set_policy(administrator, page, "everybody", False)
    assert fenced_from(reader) == set(FENCED)
    reader.add_totp()
    assert fenced_from(reader) == set()
    set_policy(administrator, page, "everybody", True)
    assert fenced_from(reader) == set(FENCED), "a code that a false page can steal was taken for a key"
    reader.add_key()
    assert fenced_from(reader) == set()
    fresh = Person(registry).ready()
    assert fenced_from(fresh) == (set() if of_channel else set(FENCED)), (
        "the channel's rule is for its members"
    )
    set_policy(administrator, page, "nobody", False)
    assert fenced_from(fresh) == set()


def test_tokens_of_those_who_lack_a_factor_do_not_publish(registry, person, tmp_path):
    person.ready()
    channel = Channel(registry, "python")
    registry.admin_text("channel", "member", "add", channel.name, person.name, "--role", "publisher")
    by_operator = channel.token("read", "publish", user=person.name)
    create = ("token", "create", "--user", person.name, "--name", "own", "--verb", "publish")
    own = registry.admin(*create)["token"]
    issued_by_owner(registry, "own")

    def publish(token: str, project: str):
        channel.publish_token = token
        return uploads.legacy(channel, distributions.wheel(tmp_path, project), project)

    refused = publish(own, "refused")
    assert refused.status_code == 403 and "two-factor" in refused.text, told(refused)
    assert publish(by_operator, "exempt").status_code == 200
    person.add_totp()
    assert publish(own, "allowed").status_code == 200


def test_people_who_are_no_administrators_administrate_nothing(registry, person, administrator):
    person.ready().add_key()
    for path in ("/admin/people", f"/admin/people/{administrator.name}", "/admin/policy"):
        assert person.wire.get(path).status_code in (403, 404), path
    csrf = person.wire.csrf("/account")
    forms = {
        f"/admin/people/{administrator.name}/suspend": {},
        f"/admin/people/{administrator.name}/recover": {},
        "/admin/policy": {"second_factor": "nobody"},
        "/admin/people/invite": {"email": "friend@example.org"},
    }
    for path, fields in forms.items():
        answer = person.wire.request("POST", path, data={"csrf": csrf} | fields)
        assert answer.status_code in (403, 404), f"{path} {told(answer)}"
    administrator.wire.page("/admin/people")
