"""Metrics: at their own address alone, true, and without names."""

import requests

from support import conda_packages, databases, environment, metrics, uploads
from support.bonded import BINARY, until
from support.channel import Channel, create_users

REQUESTS = "bonded_http_requests_total"


def start(server):
    """A server that tells metrics."""
    server.options += metrics.LISTEN
    server.start()
    create_users(server)
    return server


def test_requests_are_counted_by_route_and_not_by_name(own_server):
    server = start(own_server)
    channel = Channel(server, "python", private=True)
    page = {"method": "GET", "route": "/{channel}/simple/", "status": "200"}
    before = metrics.value(server, REQUESTS, **page)
    for _ in range(3):
        assert server.get(f"/{channel.name}/simple/", channel.read_token).status_code == 200
    assert metrics.value(server, REQUESTS, **page) == before + 3
    assert server.get("/no/such/route/at/all").status_code in (401, 404)
    assert metrics.value(server, REQUESTS, method="GET", route="none", status="404") >= 1
    assert server.request("BREW", f"/t/{channel.read_token}/{channel.name}/noarch/x").status_code >= 400
    text = metrics.read(server)
    assert 'method="[another]"' in text and "BREW" not in text
    assert channel.name not in text and channel.read_token not in text
    assert 'bonded_http_request_duration_seconds_bucket{route="/{channel}/simple/",le="+Inf"}' in text
    assert metrics.value(server, "bonded_ready") == 1
    day = 24 * 60 * 60
    assert 360 * day < metrics.value(server, "bonded_trust_root_expires_seconds") <= 365 * day
    assert 30 * day < metrics.value(server, "bonded_trust_key_manager_expires_seconds") <= 31 * day


def test_metrics_are_served_nowhere_else(own_server):
    server = start(own_server)
    assert server.get("/metrics").status_code in (401, 404)
    with requests.Session() as session:
        session.trust_env = False
        for path in ("/simple/", "/login", "/health", "/admin/people"):
            assert session.get(metrics.address(server).replace("/metrics", path), timeout=10).status_code == 404
    server.stop()
    server.options.clear()
    before = server.log().count("metrics on")
    server.start()
    assert server.log().count("metrics on") == before


def test_an_address_that_is_taken_ends_the_start(own_server, tmp_path):
    server = start(own_server)
    taken = metrics.address(server).removeprefix("http://").removesuffix("/metrics")
    command = [BINARY, "serve", "--data", str(tmp_path / "other"), "--listen", "127.0.0.1:0"]
    attempt = environment.run([*command, "--metrics-listen", taken], server.environment, timeout=30)
    attempt.refused_with(taken, "cannot be listened on for metrics")


def test_a_generation_that_does_not_verify_is_told(own_server, tmp_path):
    server = start(own_server)
    channel = Channel(server, "conda")
    assert uploads.prefix(channel, conda_packages.build(tmp_path, "base", "1.0")).ok
    until(channel.record_names)
    assert metrics.value(server, "bonded_conda_unpublished_subdirs") == 0
    until(lambda: metrics.value(server, "bonded_jobs_total", kind="conda:repodata", outcome="done"))
    databases.change(server, "UPDATE conda_files SET record = replace(record, '\"noarch\"', '\"evilarch\"')")
    assert uploads.prefix(channel, conda_packages.build(tmp_path, "more", "1.0")).ok
    until(lambda: metrics.value(server, "bonded_conda_unpublished_subdirs") == 1)
    until(lambda: metrics.value(server, "bonded_jobs_total", kind="conda:repodata", outcome="failed"))
    assert "does not verify" in server.get("/ready").text
    assert "this is not published as it should be" in server.log()
    assert channel.record_names() == {"base-1.0-0.conda"}
