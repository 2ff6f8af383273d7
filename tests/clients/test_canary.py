"""Marked secrets go through every client and every error path, and stand nowhere but where they belong.

What is searched: the log at its most talkative, every answer with its headers, mails, files, the database, the
audit log in every form, and what the command line prints."""

import base64
from urllib.parse import urlsplit

import pytest
import trustme

from support import distributions, metrics
from support.bonded import Server, until
from support.canary import Canary, Search, carried, marked, quote_all
from support.canary_clients import through_a_job, through_a_report, through_bonded_conda, through_the_clients
from support.channel import create_users, unique
from support.people.person import Person
from support.people.wire import Wire, done
from support.python_clients import PythonClients
from support.scanner import Scanner
from support.watched import Watched

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW")
# What makes the server answer with pages where programs get problems.
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
# A body that is no form, and a header that no server takes, in characters.
_LARGE = 200_000
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def in_headers(secret: str) -> list[dict[str, str]]:
    """The secret in every header that clients use, and in some where it does not belong."""

    def basic(user: str, password: str) -> str:
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    return [
        {"Authorization": f"Bearer {secret}"},
        {"Authorization": f"token {secret}"},
        {"Authorization": basic("__token__", secret)},
        {"Authorization": basic("ada", secret)},
        {"Authorization": basic(secret, "")},
        {"Authorization": secret},
        {"Authorization": f"Digest {secret}"},
        {"X-API-Key": secret},
        {"Cookie": f"bonded={secret}; other={secret}"},
        {"Referer": f"http://example.org/t/{secret}/x"},
        {"User-Agent": f"agent/{secret}"},
        {"Origin": f"http://{secret}.example"},
        {"Host": f"{secret}.example"},
        {"X-Forwarded-For": secret},
        {"X-CSRF-Token": secret, "Content-Type": secret, "Accept": secret},
        {"X-File-Name": secret, "X-File-SHA256": secret, "Range": secret, "If-None-Match": f'"{secret}"'},
        {"GitHub-Public-Key-Identifier": secret, "GitHub-Public-Key-Signature": secret},
    ]


def in_paths(secret: str, channel: str) -> list[str]:
    """The secret in paths: where conda puts it, where people put it by mistake, escaped, and in queries."""
    escaped = quote_all(secret.encode())
    return [
        f"/t/{secret}/{channel}/noarch/repodata.json",
        f"/conda/t/{secret}/{channel}/noarch/repodata.json",
        f"/t/{secret}",
        f"/t/{secret}/",
        f"/t/{secret}/nowhere/noarch/repodata.json",
        f"/t/{secret}/{channel}/noarch/missing-1.0-0.conda",
        f"/t/{secret}/{channel}/repodata_shards.msgpack.zst/noarch",
        f"/t/{escaped}/{channel}/noarch/repodata.json",
        f"/t/{channel}/noarch/repodata.json?token={secret}",
        f"/account/reset/password?key={secret}",
        f"/account/verify?key={secret}&key={secret}",
        f"/login?password={secret}",
        f"/simple?token={secret}",
    ]


# A name in a URL is told: a token there is hidden, and everything else is taken for a name.
def in_names(token: str, channel: str) -> list[str]:
    """The token where a name belongs."""
    escaped = quote_all(token.encode())
    return [
        f"//t/{token}/{channel}/noarch/repodata.json",
        f"/t//{token}/{channel}/noarch/repodata.json",
        f"/T/{token}/{channel}/noarch/repodata.json",
        f"/{channel}/t/{token}/noarch/repodata.json",
        f"/{channel}/noarch/{token}.conda",
        f"/{channel}/noarch/{escaped}.conda",
        f"/simple/{token}",
        f"/simple/{token}/",
        f"/{token}",
        f"/{token}/{token}/{token}",
        f"/api/bonded/v1/tokens/{token}",
        f"/account/tokens/{token}",
        f"/account/tokens/{token}/revoke",
        f"/login?next=/t/{token}/",
        f"/account/tokens?token={token}",
        f"/account/tokens?token={escaped}",
    ]


def bodies(secret: str) -> list[dict]:
    """The secret in bodies that break a rule."""
    multipart = f'--b\r\nContent-Disposition: form-data; name="{secret}"; filename="{secret}"\r\n\r\n{secret}'
    return [
        {"data": f"password={secret}&key={secret}&csrf={secret}&code={secret}", "headers": FORM},
        {"data": f"%%%={secret}", "headers": FORM},
        {"json": {"token": secret, "name": [secret], "verbs": secret, "overlap": secret}},
        {"data": f'{{"name": "{secret}"', "headers": {"Content-Type": "application/json"}},
        {"data": multipart, "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
        {"data": multipart, "headers": {"Content-Type": f"multipart/form-data; boundary={secret}"}},
        {"data": (secret * 4000)[:_LARGE]},
    ]


def raw_requests(secret: str) -> list[bytes]:
    """Requests that are no HTTP, or hardly."""
    head = f"Authorization: Bearer {secret}\r\nCookie: bonded={secret}\r\n"
    return [
        text.encode()
        for text in (
            f"GET /t/{secret}/main/noarch/repodata.json HTTP/1.0\r\n{head}\r\n",
            f"GET /t/{secret}/main HTTP/1.1\r\nHost: a\r\nHost: {secret}\r\n{head}\r\n",
            f"GET http://__token__:{secret}@a.example/t/{secret}/main HTTP/1.1\r\nHost: a\r\n{head}\r\n",
            f"GET /t/{secret}/\x01 HTTP/1.1\r\nHost: a\r\n{head}\r\n",
            f"{secret} /t/{secret} HTTP/1.1\r\nHost: a\r\n{head}\r\n",
            f"GET /t/{secret} HTTP/9.9\r\n{head}\r\n",
            f"POST /pypi/legacy/ HTTP/1.1\r\nHost: a\r\n{head}Content-Length: {secret}\r\n\r\n",
            f"POST /pypi/legacy/ HTTP/1.1\r\nHost: a\r\n{head}Content-Length: 1000\r\n\r\n{secret}",
            f"POST /pypi/legacy/ HTTP/1.1\r\nHost: a\r\n{head}Transfer-Encoding: chunked\r\n\r\n{secret}\r\n",
            f"GET / HTTP/1.1\r\nHost: a\r\n{head}X: {(secret * 3000)[:_LARGE]}\r\n\r\n",
            f"CONNECT {secret}:443 HTTP/1.1\r\nHost: {secret}:443\r\n{head}\r\n",
            f"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{secret}{secret}",
            f"{secret}\n",
        )
    ]


def mistreat(server: Watched, secret: str, channel: str, methods: tuple[str, ...] = ("GET", "POST")) -> None:
    """Sends a secret where it does not belong, and as nobody should."""
    is_token = secret.startswith("bonded-")
    paths = in_paths(secret, channel) + (in_names(secret, channel) if is_token else [])
    for method in methods:
        for path in paths:
            for headers in ({}, BROWSER):
                answer = server.request(method, server.prefix + path, headers=headers)
                assert answer.status_code < 500, (method, path, headers)
    for headers in in_headers(secret):
        for path in (f"/{channel}/noarch/repodata.json", "/login", "/nowhere/simple/"):
            for method in ("GET", "POST"):
                answer = server.request(method, server.prefix + path, headers=BROWSER | headers)
                assert answer.status_code < 500, (method, path, headers)
    for body in bodies(secret):
        for path in ("/login", "/pypi/legacy/", "/api/v1/upload/main", "/api/bonded/v1/tokens", "/nowhere"):
            assert server.request("POST", server.prefix + path, **body).status_code < 500, (path, body)
        server.request("POST", server.prefix + "/api/bonded/v1/tokens", secret if is_token else None, **body)
        server.request("POST", server.prefix + "/_/secrets/disclose-token", **body)
    for request in raw_requests(secret):
        server.raw(request)


def through_the_browser(server: Watched, search: Search) -> list[str]:
    """A person's whole life with their secrets; those that are worth mistreating."""
    ada = Person(server, unique("ada"))
    ada.password, wrong = marked("password"), marked("mistyped")
    search.secret("password", ada.password)
    search.secret("mistyped password", wrong)
    ada.sign_up()
    verify = server.outbox.wait_link(ada.email, "/account/verify")
    search.secret(
        "link to verify",
        key_of(verify),
        "mail .*Confirm your",
        "log of mails",
        "answer (GET|POST) /account/verify$",
    )
    done(ada.wire.submit(verify))
    ada.make_codes()
    for number, code in enumerate(ada.codes):
        search.secret(f"recovery code {number}", code, "answer POST /account/recovery-codes$")
        search.secret(f"recovery code {number} without hyphens", code.replace("-", ""))
    tokens = browser_tokens(server, search, ada)
    ada.add_totp()
    totp = ada.totp.secret
    # The page shows it in groups of four.
    search.secret("TOTP secret", totp)
    groups = " ".join(totp[begin : begin + 4] for begin in range(0, len(totp), 4))
    search.secret("TOTP secret as people read it", groups, "answer GET /account/totp$")
    search.secret("TOTP secret as bytes", base64.b32decode(totp))
    sessions = [ada.wire.secret]
    for path in ("/account/activity.jsonl", "/account/activity", "/account/tokens", "/account/sessions"):
        assert ada.wire.get(path).status_code == 200
    stranger = Wire(server)
    for fields in ({"password": wrong}, {"name": "nobody"}, {"password": ada.password * 200}):
        assert ada.give_password(stranger, **fields).status_code < 500
    half = ada.half_way()
    sessions.append(half.secret)
    for code in (wrong, ada.codes[1] + "x", ada.codes[1]):
        half.submit("/login/second-factor", "/login/recovery-code", code=code)
    sessions.append(half.secret)
    reset = reset_password(server, search, ada)
    link = server.admin("user", "invite", f"{unique('guest')}@example.org")["link"]
    search.secret("invitation", key_of(link), "mail .*invited", "log of mails", "answer GET /account/new$")
    assert stranger.get(urlsplit(link).path + "?" + urlsplit(link).query).status_code == 200
    for number, session in enumerate(sessions):
        search.secret(f"session {number}", session, "cookie ")
    return [ada.password, totp, ada.codes[2], sessions[0], key_of(reset), key_of(link), *tokens]


def key_of(link: str) -> str:
    """The secret in a link."""
    return link.rpartition("key=")[2]


def browser_tokens(server: Watched, search: Search, person: Person) -> list[str]:
    """Tokens that a person makes and renews."""
    shown = person.wire.submit("/account/tokens/new", "/account/tokens", name="laptop")
    first = token_in(shown.text)
    path = next(form.path for form in person.wire.page("/account/tokens").forms if "/revoke" in form.path)
    page = path.removesuffix("/revoke")
    second = token_in(person.wire.submit(page, f"{page}/rotate").text)
    search.secret("token of a page", first, "answer POST /account/tokens$")
    search.secret("renewed token", second, "answer POST /account/tokens/[^/]+/rotate$")
    return [first, second]


def token_in(text: str) -> str:
    """The token in a text."""
    begin = text.index("bonded-")
    return text[begin : begin + 56]


def reset_password(server: Watched, search: Search, person: Person) -> str:
    """Sets a forgotten password anew; the link."""
    wire, new = Wire(server), marked("new-password")
    search.secret("new password", new)
    wire.submit("/account/reset", account=person.name)
    link = server.outbox.wait_link(person.email, "/account/reset/password")
    page = "answer (GET|POST) /account/reset/password$"
    search.secret("link to reset", key_of(link), "mail .*Set a new password", "log of mails", page)
    for password in ("short", person.name, new):
        assert wire.submit(link, password=password).status_code < 500
    assert wire.get(link).status_code < 500
    return link


def through_the_command_line(server: Watched, search: Search) -> None:
    """What `config` prints, and how commands fail that are given secrets in the wrong place."""
    mail, secret = marked("mail"), marked("option")
    search.secret("mail password", mail)
    search.secret("mistaken option", secret)
    variables = {"BONDED_MAIL": f"smtp://bonded:{mail}@127.0.0.1:1"}
    server.run("config", **variables)
    server.run("config", "--json", **variables)
    for name, value in (
        ("BONDED_DATABASE", f"postgres://canary:{secret}@127.0.0.1:1/nowhere"),
        ("BONDED_DATABASE", f"postgress://canary:{secret}@127.0.0.1/nowhere"),
        ("BONDED_DATABASE", f"postgres://canary:{secret}@[/nowhere"),
        ("BONDED_MAIL", f"imap://bonded:{secret}@mail.example"),
        ("BONDED_BASE_URL", f"https://bonded:{secret}@host.example/"),
        ("BONDED_S3_ENDPOINT", f"https://bonded:{secret}@/"),
    ):
        for command in (["config"], ["admin", "user", "list"], ["serve", "--listen", "127.0.0.1:0"]):
            server.run(*command, **{name: value})
    file = server.data / "bonded.toml"
    for text in (f's3-endpoint = "https://bonded:{secret}@/"', f'mail = "{secret}'):
        file.write_text(text)
        server.run("config")
    file.unlink()
    server.environment |= variables


def over_tls(server: Watched, token: str, wheel, tmp_path) -> None:
    """HTTP/2, which clients speak by TLS only."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    tls = ["--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem")]
    server.options = [*metrics.LISTEN, *tls]
    Server.start(server)
    clients = PythonClients(tmp_path / "tls-home")
    clients.variables["SSL_CERT_FILE"] = str(tmp_path / "ca.pem")
    clients.uv_publish(f"{server.url}/pypi/legacy/", token, wheel)
    clients.uv_install(
        server.url.replace("://", f"://__token__:{token}@") + "/simple/", tmp_path / "tls", "marked"
    )
    assert server.stop() == 0
    assert "h2::" in server.log(), "somebody spoke HTTP/2"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_secret_is_where_it_does_not_belong(engine, tmp_path, clients, rattler):
    search = Search()
    server = Watched(tmp_path / "server", engine, search)
    try:
        scanner = Scanner("canary")
        (tmp_path / "scanners.json").write_text(scanner.published)
        server.options = ["--scanner-keys", str(tmp_path / "scanners.json")]
        server.start()
        create_users(server)
        key = (server.data / "instance.key").read_text().strip()
        search.secret("instance key", key, "file instance.key")
        search.secret("instance key as bytes", base64.b64decode(key), "file instance.key")
        tokens, channels = through_the_clients(server, search, clients, rattler, tmp_path)
        through_bonded_conda(search, tokens, channels["conda"], tmp_path)
        private = through_the_browser(server, search)
        private += through_a_job(server, search, channels, clients, tmp_path)
        tokens.append(through_a_report(server, search, scanner))
        channel = channels["conda"].name
        mistreat(server, tokens[0], channel, METHODS)
        for secret in (*tokens[1:], *private):
            mistreat(server, secret, channel)
        assert server.stop() == 0
        server.tell()
        through_the_command_line(server, search)
        # Mails cannot be sent from here on, and the server is not at the root any more.
        server.prefix = "/registry"
        server.recorder.exchanges.clear()
        server.start()
        server.admin("user", "invite", f"{unique('guest')}@example.org")
        mistreat(server, tokens[0], channel, METHODS)
        until(lambda: "mail" in server.log())
        assert server.stop() == 0
        over_tls(server, tokens[2], distributions.wheel(tmp_path, "marked", "2.0"), tmp_path)
        server.tell()
    finally:
        if server.process and server.process.poll() is None:
            server.kill()
    assert search.leaks() == []
    assert search.never_found() == []
    assert "TRACE" in server.log()


TOKEN, CODE, KEY = b"bonded-" + b"a1B2" * 12 + b"x", b"abcd-efgh-1234-wxyz", bytes(range(200, 232))


@pytest.mark.parametrize("secret", [TOKEN, CODE, KEY], ids=["a token", "a code", "bytes"])
def test_the_search_sees_a_secret_however_it_is_carried(secret):
    for content in carried(secret):
        assert Canary("a secret", secret).found_in(b"\0" * 9 + content + b"\n"), content
    search = Search()
    search.secret("a secret", secret, "answer POST /account/tokens$")
    search.look_in("answer POST /account/tokens", secret)
    search.look_in("log", b"nothing")
    assert search.leaks() == search.never_found() == []
    search.look_in("log", b"x" + base64.b64encode(b"__token__:" + secret))
    assert len(search.leaks()) == 1
