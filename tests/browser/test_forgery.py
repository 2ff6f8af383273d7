"""What other sites, odd links and odd names try through a signed-in person's browser."""

import re
from urllib.parse import quote

import pytest

from support.people.outbox import html_of, text_of
from support.people.person import Person, is_signed_in
from support.people.wire import Wire, told, went_to

ID = "01890a5d-ac96-774b-bcce-b302099a8057"
UNSAFE = [
    "/login",
    "/login/passkey/options",
    "/login/passkey",
    "/login/totp",
    "/login/recovery-code",
    "/login/key/options",
    "/login/key",
    "/login/place",
    "/login/place/resend",
    "/logout",
    "/account/new",
    "/account/setup",
    "/account/verify",
    "/account/reset",
    "/account/reset/password",
    "/account/profile",
    "/account/emails",
    f"/account/emails/{ID}/primary",
    f"/account/emails/{ID}/remove",
    f"/account/emails/{ID}/verify",
    "/account/password",
    "/account/recovery-codes",
    "/account/recovery-codes/confirm",
    "/account/totp",
    "/account/totp/remove",
    "/account/keys/options",
    "/account/keys",
    f"/account/keys/{ID}",
    f"/account/keys/{ID}/remove",
    f"/account/sessions/{ID}/end",
    "/account/sessions/end-all",
    "/account/proof/password",
    "/account/proof/totp",
    "/account/proof/recovery-code",
    "/account/proof/key/options",
    "/account/proof/key",
    "/account/delete",
    "/account/recovery/cancel",
    "/admin/people/invite",
    "/admin/people/somebody/suspend",
    "/admin/people/somebody/reinstate",
    "/admin/people/somebody/recover",
    "/admin/people/somebody/recovery/approve",
    "/admin/people/somebody/recovery/cancel",
    "/admin/policy",
    "/admin/policy/pypi",
]
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost:1"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
]
# Where a checked `next` must not lead: other hosts, other schemes, and what browsers read as such.
ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    " //evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:///evil.example",
    "HtTpS://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "@evil.example",
    ".evil.example",
    "evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "/%09/evil.example\x00",
    "//evil.example/%2f..",
    "/\u2028/evil.example",
    "//localhost@evil.example",
    "/account\r\nSet-Cookie: bonded=evil",
    "/account\nLocation: //evil.example",
]


@pytest.fixture
def signed_in(registry, person) -> Person:
    return person.ready()


def test_no_form_is_taken_without_its_token(signed_in):
    wire = signed_in.wire
    for path in UNSAFE:
        for data in ({"name": "x"}, {"csrf": ""}, {"csrf": "A" * 43}):
            answer = wire.request("POST", path, data=data)
            assert answer.status_code == 403, f"{path} {data} {told(answer)}"
    assert is_signed_in(signed_in, wire)


def test_no_form_is_taken_with_the_token_of_another_session(registry, signed_in):
    other, visitor = Person(registry).ready(), Wire(registry)
    for csrf in (other.wire.csrf("/account/security"), visitor.csrf("/login")):
        for path in UNSAFE:
            answer = signed_in.wire.request("POST", path, data={"csrf": csrf}, headers={"X-CSRF-Token": csrf})
            assert answer.status_code == 403, f"{path} {told(answer)}"
    assert is_signed_in(signed_in, signed_in.wire)


def test_no_form_is_taken_from_another_site(signed_in):
    csrf = signed_in.wire.csrf("/account/security")
    for path in UNSAFE:
        for headers in FOREIGN:
            answer = signed_in.wire.request(
                "POST", path, headers | {"X-CSRF-Token": csrf}, data={"csrf": csrf}
            )
            assert answer.status_code == 403, f"{path} {headers} {told(answer)}"
    assert is_signed_in(signed_in, signed_in.wire)


def test_nothing_is_changed_by_a_get(signed_in):
    csrf = signed_in.wire.csrf("/account/security")
    for path in ("/logout", "/account/sessions/end-all", "/account/totp/remove", "/login/totp"):
        answer = signed_in.wire.get(f"{path}?csrf={csrf}")
        assert answer.status_code in (404, 405), f"{path} {told(answer)}"
    assert is_signed_in(signed_in, signed_in.wire)


def test_a_token_in_the_authorization_header_is_no_session(registry, signed_in):
    token = registry.admin("token", "create", "--user", signed_in.name, "--name", "laptop")["token"]
    answer = Wire(registry).get("/account", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code != 200, told(answer)


@pytest.mark.parametrize("next", ELSEWHERE, ids=repr)
def test_no_next_leads_elsewhere(registry, signed_in, next):
    answer = signed_in.give_password(Wire(registry), next=quote(next, safe=""))
    if answer.status_code == 303:
        assert "evil" not in went_to(answer)
        assert "evil" not in answer.headers.get("Set-Cookie", "")
    posted = Wire(registry)
    answer = posted.submit("/login", name=signed_in.name, password=signed_in.password, next=next)
    if answer.status_code != 400:
        assert "evil" not in went_to(answer) and "evil" not in answer.headers.get("Set-Cookie", "")


@pytest.mark.parametrize("next", ["//evil.example", "/\\evil.example", "/\t/evil.example"], ids=repr)
def test_a_browser_stays_here_whatever_next_says(registry, signed_in, visit, next):
    visitor = visit(registry)
    visitor.open(f"/login?next={quote(next, safe='')}")
    visitor.submit("/login", name=signed_in.name, password=signed_in.password)
    assert visitor.page.url.startswith(f"{registry.url}/")


@pytest.mark.parametrize(
    "name", ["ada\r\nBcc: evil@example.org", "ada\nlovelace", "<b>ada</b>", "ada lovelace", "", "x" * 300]
)
def test_odd_user_names_are_refused(registry, name):
    wire = Wire(registry)
    answer = wire.submit(
        "/account/new", name=name, email="odd@example.org", password="quince-lantern-42-orbit"
    )
    assert answer.status_code in (200, 400, 422), told(answer)
    assert "Bcc" not in str(answer.headers)


@pytest.mark.parametrize(
    "email",
    [
        "ada@example.org\r\nBcc: evil@example.org",
        "a@b\n",
        "a b@example.org",
        "ada@example.org,evil@example.org",
    ],
)
def test_odd_addresses_are_refused(registry, person, email):
    wire = Wire(registry)
    answer = wire.submit("/account/new", name=person.name, email=email, password="quince-lantern-42-orbit")
    assert answer.status_code in (200, 400, 422), told(answer)
    assert not registry.outbox.to("evil@example.org")


def test_a_displayed_name_is_text_everywhere(registry, signed_in, visit):
    name = "<script>document.title='evil'</script><b>Ada</b>"
    signed_in.wire.submit("/account", "/account/profile", display_name=name)
    visitor = visit(registry, signed_in.wire)
    visitor.open("/account")
    assert visitor.page.title() != "evil"
    signed_in.change_password("marble-ferry-77-attic")
    assert "<b>Ada</b>" not in html_of(registry.outbox.wait(signed_in.email, "password"))


def test_mail_is_about_this_registry_whatever_host_the_request_names(registry, signed_in):
    wire = Wire(registry)
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    shown = wire.get("/account/reset")
    csrf = re.search(r'name="csrf"\s+value="([^"]+)"', shown.text)[1]
    wire.request("POST", "/account/reset", evil, data={"csrf": csrf, "account": signed_in.email})
    wire.submit("/account/reset", account=signed_in.email)
    mail = registry.outbox.wait(signed_in.email, "/account/reset/password")
    assert "evil" not in text_of(mail) + html_of(mail)
    assert all("evil" not in text_of(mail) for mail in registry.outbox.to(signed_in.email))


def test_a_word_in_the_address_makes_no_page_say_what_is_not_ours(signed_in):
    page = signed_in.wire.page("/account?done=Call+this+number")
    assert "Call this number" not in page.text


def test_pages_are_locked_down(registry, signed_in):
    for path in ("/login", "/account", "/account/new"):
        answer = (signed_in.wire if path == "/account" else Wire(registry)).get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert (
            "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        )
        assert "form-action 'self'" in policy and "base-uri 'none'" in policy
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin")


def test_each_page_has_a_nonce_of_its_own(wire):
    policies = [wire.get("/login").headers["Content-Security-Policy"] for _ in range(2)]
    first, second = (re.search(r"'nonce-([^']{20,})'", policy)[1] for policy in policies)
    assert first != second


def test_no_secret_reaches_the_log(registry, person):
    person.ready().add_totp()
    wire = person.sign_in()
    keys = re.findall(r"key=([\w-]+)", " ".join(text_of(mail) for mail in registry.outbox.to(person.email)))
    secrets = [
        person.password,
        person.totp.secret,
        *person.codes,
        *keys,
        *wire.cookies.values(),
        wire.csrf("/account"),
    ]
    assert len(keys) >= 2
    # Without a mail server, the links of mails are in the log on purpose. The requests that use them are not.
    log = "".join(line for line in registry.log().splitlines(True) if "a mail was written" not in line)
    assert not [secret for secret in secrets if secret in log]
