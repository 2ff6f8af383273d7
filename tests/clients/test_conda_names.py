"""Channels that are only named, and where the tokens for them go."""

import pytest


@pytest.fixture
def condarc(client):
    """The user's .condarc, which may be written."""
    return client.home / ".condarc"


def test_names_are_looked_for_where_condarc_says(filled, client, condarc):
    client.set_token(filled).succeeded()
    name, server = filled.name, filled.server.url
    for text in (
        f"custom_channels:\n  {name}: {server}\nchannels: [{name}]\n",
        f"channel_alias: {server}\nchannels: [{name}]\n",
        f"custom_multichannels:\n  all: ['{filled.url}']\nchannels: [all]\n",
    ):
        condarc.write_text(text)
        planned = client.run("plan", "--prefix", client.prefix, "--platform", "linux-64", "app").succeeded()
        assert f"{name}/linux-64::app-1.0-0 (INFO: " in planned.stdout, planned.output
    where = ["--prefix", client.prefix, "--platform", "linux-64", "--channel", filled.url]
    client.run("create", "--yes", *where, f"{name}::app").succeeded()
    client.run("install", "--yes", *where, "absent::app").refused_with("no channel of this command is called")


def test_a_token_is_sent_to_nobody_whom_only_a_name_leads_to(filled, client, condarc):
    command = ["token", "set", filled.read_token, "--channel", filled.name]
    client.run(*command).refused_with("is only a name", str(condarc), "custom_channels", "--server")
    for other in (["token", "remove", "--channel", filled.name], ["trust", filled.name]):
        client.run(*other).refused_with("is only a name")
    condarc.write_text("channel_alias: the.registry\n")
    client.run(*command).refused_with(f'channel_alias in "{condarc}" is no URL')
    condarc.write_text(f"custom_channels: {{{filled.name}: '{filled.server.url}'}}\n")
    client.run(*command).succeeded()
    assert f"- {filled.url}\n" in condarc.read_text()
    assert filled.read_token in (client.home / ".rattler/credentials.json").read_text()
    client.run("token", "remove", "--channel", filled.name).succeeded()
    assert filled.read_token not in (client.home / ".rattler/credentials.json").read_text()


def test_a_token_for_the_whole_registry_is_set_whatever_channels_it_reads(filled, client):
    server = filled.server.url
    client.run("token", "set", filled.publish_token, "--server", server).refused_with("can only read")
    client.run("token", "set", f"{filled.read_token[:-6]}AAAAAA", "--server", server).refused_with("token")
    assert not (client.home / ".rattler").exists()
    client.run("token", "set", filled.read_token, "--server", server).succeeded()
    client.trust(filled)
    created = client.run(
        *["create", "--yes", "--prefix", client.prefix, "--platform", "linux-64"],
        *["--server", server, "--channel", filled.name, "app"],
    )
    created.succeeded()
    kept = client.run("token", "remove", "--channel", filled.url).succeeded()
    assert "stays, because it is for other channels too" in kept.output
    assert client.run("token", "list").succeeded().stdout.count(filled.read_token[-4:]) == 2
    client.run("token", "remove", "--server", server).succeeded()
    assert filled.read_token[-4:] not in client.run("token", "list").succeeded().stdout


def test_help_of_remove_says_what_goes_without_a_channel(client):
    text = " ".join(client.run("token", "remove", "--help").succeeded().stdout.split())
    assert "all tokens that Bonded servers have made are removed" in text
    assert "those of .condarc" not in text


def test_the_settings_stand_in_the_configuration_that_is_named(filled, client, condarc):
    root = client.with_conda()
    client.environment["CONDA_PREFIX"] = str(client.home / "active")
    command = ["token", "set", filled.read_token, "--channel", filled.url]
    other = client.home / "other.yaml"
    for place, file in (
        (["--system"], root / ".condarc"),
        (["--env"], client.home / "active/.condarc"),
        (["--file", other], other),
    ):
        client.run(*command, *place).succeeded()
        assert f"- {filled.url}\n" in file.read_text() and not condarc.exists()
        client.run("token", "disable", *place).succeeded()
        assert "extra_safety_checks: false\n" in file.read_text()
        client.run("token", "remove", "--channel", filled.url, *place).succeeded()
        assert filled.url not in file.read_text() and not condarc.exists()
    client.run(*command, "--system", "--env").refused_with("cannot be used with")
    del client.environment["CONDA_PREFIX"]
    client.run(*command, "--env").refused_with("no environment is active: name the configuration with --file")
    client.run(*command).succeeded()
    client.run("token", "remove", "--env").refused_with("no environment is active")
    assert filled.url in client.run("token", "list").succeeded().output, "nothing is gone"


def test_options_that_would_do_nothing_are_refused(client):
    client.run("trust", "--server", "https://registry.example").refused_with("required arguments")
    client.run("verify", "--channel", "https://registry.example/team").refused_with("are for an archive")
    client.run("token", "remove", "--server", "registry.example:8443").refused_with("registry.example")


def test_index_caches_that_stay_are_told_of(filled, client, condarc):
    emptied, kept = client.home / "shared/cache", client.home / "broken"
    emptied.mkdir(parents=True)
    kept.mkdir()
    (kept / "cache").write_text("no directory")
    client.environment["CONDA_PKGS_DIRS"] = f"{emptied.parent}:{kept}"
    told = client.set_token(filled).succeeded()
    assert not emptied.exists()
    assert f"the index cache {kept / 'cache'} could not be emptied: run `conda clean -i`" in told.output
