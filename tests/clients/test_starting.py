"""Starting, stopping and starting again."""

import base64
import stat
import threading

from support import distributions, environment, uploads
from support.bonded import BINARY, until
from support.channel import Channel, create_users


def test_a_fresh_server_has_two_public_channels_and_says_how_to_use_them(own_server):
    server = own_server.start()
    assert server.get("/simple/").status_code == server.get("/pypi/simple/").status_code == 200
    assert server.get("/main/noarch/repodata.json").json()["packages"] == {}
    assert server.get("/health").status_code == server.get("/ready").status_code == 200
    # Keys belong to names and not to addresses, so a server that was told no name is called localhost.
    base = f"http://localhost:{server.url.rpartition(':')[2]}"
    for text in ("token create", f"{base}/account/setup?key=", f"{base}/pypi/simple/", f"{base}/main"):
        assert text in server.log()


def test_the_instance_key_is_for_the_owner_alone(own_server):
    server = own_server.start()
    keys = [path for path in server.data.iterdir() if "key" in path.name]
    assert keys and all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in keys)


def test_a_server_with_another_instance_key_does_not_start(own_server, tmp_path):
    server = own_server.start()
    assert server.stop() == 0
    key = server.data / "instance.key"
    lost = key.rename(tmp_path / "instance.key")
    where = ["--data", server.data, *(["--database", server.database] if server.database else [])]
    for _ in ("missing", "another one"):
        start = [BINARY, "serve", *where, "--listen", "127.0.0.1:0"]
        environment.run(start, server.environment, timeout=20).refused_with("instance key", "--replace-key")
        key.write_text(base64.b64encode(bytes(32)).decode())
        key.chmod(0o600)
    environment.run([BINARY, "migrate", "--replace-key", *where], server.environment).succeeded()
    server.start()
    assert server.stop() == 0
    lost.replace(key)
    environment.run([BINARY, "admin", "user", "list", *where], server.environment).refused_with("instance key")


def test_everything_is_still_there_after_a_restart(own_server, tmp_path):
    server = own_server.start()
    create_users(server)
    channel = Channel(server, "python", private=True)
    wheel = distributions.wheel(tmp_path, "lasting")
    assert uploads.legacy(channel, wheel, "lasting").status_code == 200
    assert server.stop() == 0
    server.start()
    assert channel.file_names("lasting") == {wheel.name}


def test_sigterm_lets_a_running_upload_finish(own_server, tmp_path):
    server = own_server.start()
    create_users(server)
    channel = Channel(server, "python")
    wheel = distributions.wheel(tmp_path, "slow")
    answers, started, go_on = [], threading.Event(), threading.Event()

    def body(content: bytes):
        yield content[:-10]
        started.set()
        go_on.wait(60)
        yield content[-10:]

    def upload():
        import requests

        request = requests.Request(
            "POST",
            channel.upload_url,
            data=uploads.legacy_form(wheel, "slow"),
            files={"content": (wheel.name, wheel.read_bytes())},
            auth=("__token__", channel.publish_token),
        ).prepare()
        request.body = body(request.body)
        del request.headers["Content-Length"]
        request.headers["Transfer-Encoding"] = "chunked"
        answers.append(requests.Session().send(request, timeout=30))

    thread = threading.Thread(target=upload)
    thread.start()
    assert started.wait(10)
    # What was sent need not have been read yet, and only a request that the server knows of can be finished. It takes
    # connections in their order: when later ones were answered, it has begun with the upload.
    for _ in range(5):
        assert server.get("/health").status_code == 200
    server.process.terminate()
    until(lambda: refuses_connections(server))
    go_on.set()
    thread.join(30)
    assert [answer.status_code for answer in answers] == [200]
    assert server.process.wait(30) == 0


def refuses_connections(server) -> bool:
    import requests

    try:
        server.get("/health", timeout=10)
    except requests.Timeout:
        return False
    except requests.ConnectionError:
        return True
    return False


def test_a_mistyped_database_is_an_error_and_makes_no_database(tmp_path):
    for url in ("postgress://localhost/bonded", "mysql://localhost/x", "sqlite:/nowhere/at/all.db"):
        command = [BINARY, "serve", "--data", tmp_path / "data", "--database", url, "--listen", "127.0.0.1:0"]
        attempt = environment.run(command, environment.clean(tmp_path / "home"), timeout=20)
        attempt.refused_with("database")
        assert not list(tmp_path.rglob("*.db")) and not list(tmp_path.rglob("*.sqlite*"))


def test_an_unknown_key_in_the_configuration_is_named(tmp_path):
    (tmp_path / "bonded.toml").write_text('listen = "127.0.0.1:0"\nlisten_adress = "127.0.0.1:1"\n')
    command = [BINARY, "serve", "--config", tmp_path / "bonded.toml", "--data", tmp_path / "data"]
    environment.run(command, environment.clean(tmp_path / "home"), timeout=20).refused_with("listen_adress")


def test_the_configuration_is_shown_without_its_secrets(tmp_path):
    variables = environment.clean(
        tmp_path / "home", BONDED_DATABASE="postgres://bonded:hunter2@db.example/bonded"
    )
    shown = environment.run([BINARY, "config", "--data", tmp_path / "data"], variables).succeeded().output
    assert "db.example" in shown and "hunter2" not in shown
