"""What the operator does about people, at the command line."""

import re

import pytest

from support import environment
from support.bonded import BINARY, Server, until
from support.channel import Channel, create_users, unique

SET_UP = re.compile(r"^ *(http\S+/account/setup\?key=\S+)$", re.MULTILINE)


def create_user(server: Server, *options: str) -> dict:
    """A new account, as `user create --json` describes it."""
    name = unique("person")
    return server.admin("user", "create", name, "--email", f"{name}@example.org", *options)


def outbox(server: Server) -> list[str]:
    """The mails that the server wrote, as it wrote them."""
    return [path.read_text() for path in sorted((server.data / "outbox").glob("*.eml"))]


def refused(server: Server, *arguments: str) -> str:
    """Why `bonded admin …` refused."""
    command = [BINARY, "admin", *arguments, "--data", str(server.data)]
    command += ["--database", server.database] if server.database else []
    attempt = environment.run(command, server.environment)
    assert attempt.status != 0
    return attempt.output


def test_each_start_prints_another_link_for_the_first_administrator(own_server):
    server = own_server.start()
    assert server.stop() == 0
    server.start()
    links = until(lambda: len(found := SET_UP.findall(server.log())) == 2 and found)
    assert links[0] != links[1]


def test_links_of_the_command_line_lead_to_where_the_server_is(own_server):
    server = own_server.start()
    port = server.url.rpartition(":")[2]
    assert create_user(server)["password_link"].startswith(f"http://localhost:{port}/account/reset/password?key=")
    assert server.stop() == 0
    server.options = ["--base-url", "https://packages.example.org/registry/"]
    server.start()
    link = server.admin("user", "invite", f"{unique('guest')}@example.org")["link"]
    assert link.startswith("https://packages.example.org/registry/account/new?key=")


def test_an_invitation_is_mailed_under_the_name_of_the_instance(own_server):
    own_server.options = ["--instance-name", "Acme packages", "--mail-from", "it@acme.example"]
    server = own_server.start()
    link = server.admin("user", "invite", "guest@example.org")["link"]
    [mail] = until(lambda: outbox(server))
    assert "To: guest@example.org" in mail and "it@acme.example" in mail and "Acme packages" in mail
    assert link.rpartition("=")[2][:20] in mail.replace("=\n", "")


def test_where_sign_up_is_closed_nobody_is_invited(own_server):
    own_server.options = ["--sign-up", "closed"]
    server = own_server.start()
    assert "closed" in refused(server, "user", "invite", "guest@example.org")


def test_an_address_that_belongs_to_an_account_is_taken(server):
    user = create_user(server)
    assert "address" in refused(server, "user", "create", unique("other"), "--email", user["email"].upper())
    assert user["name"] in refused(server, "user", "invite", user["email"])


def test_tokens_of_a_suspended_account_rest(own_server):
    server = own_server.start()
    create_users(server)
    channel = Channel(server, "python", private=True)
    index = f"/{channel.name}/simple/"
    server.admin("user", "suspend", "reader")
    until(lambda: server.get(index, channel.read_token).status_code == 401)
    assert "suspended" in refused(server, "user", "link", "reader")
    server.admin("user", "reinstate", "reader")
    until(lambda: server.get(index, channel.read_token).status_code == 200)
    assert server.admin("user", "link", "reader")["password_link"]


def test_the_last_administrator_is_not_suspended(own_server):
    server = own_server.start()
    ada, eve = create_user(server, "--admin"), create_user(server, "--admin")
    server.admin("user", "suspend", ada["name"])
    assert "last administrator" in refused(server, "user", "suspend", eve["name"])


def test_a_recovery_by_the_operator_is_mailed_and_on_record(own_server):
    server = own_server.start()
    user = create_user(server)
    assert server.admin("user", "recover", user["name"])["mailed_to"] == user["email"]
    [mail] = until(lambda: outbox(server))
    assert f"To: {user['email']}" in mail and "/account/reset/password?key=" in mail.replace("=\n", "")
    assert "user:recovery:complete" in server.admin_text("audit")
    server.admin("audit", "verify")


def test_the_policy_is_shown_and_changed_in_parts(own_server):
    server = own_server.start()
    assert server.admin("policy") == {"second_factor": "publishers", "phishing_resistant": False}
    strict = {"second_factor": "publishers", "phishing_resistant": True}
    assert server.admin("policy", "--phishing-resistant") == strict == server.admin("policy")
    everybody = {"second_factor": "everybody", "phishing_resistant": False}
    changed = server.admin("channel", "policy", "main", "--second-factor", "everybody")
    assert everybody.items() <= changed.items()
    assert server.admin("channel", "policy", "main") == changed
    assert server.admin("channel", "policy", "pypi")["second_factor"] == "nobody"
    assert "no channel" in refused(server, "channel", "policy", "absent", "--second-factor", "nobody")


def test_keys_are_not_required_where_they_cannot_be_used(own_server):
    own_server.options = ["--base-url", "http://192.0.2.1:8080"]
    server = own_server.start()
    assert "keys" in refused(server, "policy", "--phishing-resistant")
    assert not server.admin("policy")["phishing_resistant"]


@pytest.mark.parametrize(
    "options",
    [
        ["--mail", "imap://ada:hunter2@mail.example.org"],
        ["--mail", "smtp://ada:hunter2@mail.example.org?tls=none"],
        ["--mail-from", "nobody"],
        ["--sign-up", "perhaps"],
        ["--recovery-wait", "0s"],
        ["--recovery", "never"],
        ["--instance-name", ""],
    ],
)
def test_a_mistaken_option_stops_the_start_and_tells_no_password(tmp_path, options):
    command = [BINARY, "serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0", *options]
    attempt = environment.run(command, environment.clean(tmp_path / "home"), timeout=20)
    attempt.refused_with(options[0].removeprefix("--"))
    assert "hunter2" not in attempt.output


def test_the_password_of_the_mail_server_is_not_shown(tmp_path):
    variables = environment.clean(tmp_path / "home", BONDED_MAIL="smtps://bonded:hunter2@mail.example.org")
    shown = environment.run([BINARY, "config", "--data", tmp_path / "data"], variables).succeeded().output
    assert "mail.example.org" in shown and "hunter2" not in shown


def test_a_token_of_the_operator_is_told_to_its_owner(own_server):
    server = own_server.start()
    name = create_user(server)["name"]
    token = server.admin("token", "create", "--user", name, "--name", "laptop", "--verb", "read")
    [mail] = until(lambda: [mail for mail in outbox(server) if "laptop" in mail])
    assert f"To: {name}@example.org" in mail
    assert token["token"] not in mail.replace("=\n", "")
