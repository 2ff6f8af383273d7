"""What is done to releases and projects in a browser, and what pip sees of it."""

import pytest
import requests

from support.people.passing_time import age
from support.people.places import Place


@pytest.fixture
def place(registry, tmp_path) -> Place:
    """A public channel with two releases of a project."""
    place = Place(registry, tmp_path)
    place.upload("1.1").succeeded()
    return place


def served(place: Place) -> dict:
    """The project as package clients see it."""
    headers = {"Accept": "application/vnd.pypi.simple.v1+json"}
    url = f"{place.registry.url}/{place.channel}/simple/{place.project}/"
    return requests.get(url, headers=headers, timeout=30).json()


def file_of(place: Place, version: str) -> str:
    return f"{place.project.replace('-', '_')}-{version}-py3-none-any.whl"


def test_the_page_of_a_project_shows_what_was_published(registry, place, visit):
    visitor = visit(registry)
    visitor.open(place.path)
    assert f"pip install --index-url {registry.url}/{place.channel}/simple/ {place.project}" in visitor.text
    assert "Version 1.1" in visitor.text and file_of(place, "1.1") in visitor.text
    digest = served(place)["files"][1]["hashes"]["sha256"]
    assert digest in visitor.text
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("link", name="0.9", exact=True).click()
    assert visitor.path == f"{place.path}/releases/0.9" and f"{place.project}==0.9" in visitor.text
    assert visitor.page.get_by_role("button", name="Yank 0.9").count() == 0
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name=file_of(place, "0.9")).click()
    assert download.value.suggested_filename == file_of(place, "0.9")


def test_a_yanked_release_is_taken_by_its_version_alone(registry, place, visit):
    visitor = visit(registry, place.owner.prove().wire)
    visitor.open(f"{place.path}/releases/1.1")
    form = visitor.form(f"{place.path}/yank")
    form.locator("[name=reason]").fill("It eats files")
    form.locator("[name=typed]").fill("0.9")
    with visitor.page.expect_navigation():
        form.get_by_role("button").click()
    assert "Type '1.1' to yank it." in visitor.text
    form = visitor.form(f"{place.path}/yank")
    form.locator("[name=typed]").fill("1.1")
    with visitor.page.expect_navigation():
        form.get_by_role("button").click()
    assert "This release is yanked" in visitor.text and "It eats files" in visitor.text
    (newest,) = [file for file in served(place)["files"] if "1.1" in file["filename"]]
    assert newest["yanked"] == "It eats files"
    assert f"{place.project}-0.9" in place.install(place.project).succeeded().output
    pinned = place.install(f"{place.project}==1.1").succeeded()
    assert "It eats files" in pinned.output
    visitor.open(place.path)
    assert "yanked" in visitor.text and "Version 0.9" in visitor.text
    visitor.open(f"{place.path}/releases/1.1")
    visitor.submit(f"{place.path}/unyank")
    assert f"{place.project}-1.1" in place.install(place.project).succeeded().output


def test_deleting_asks_for_the_name(registry, place, visit):
    visitor = visit(registry, place.owner.prove().wire)
    visitor.open(f"{place.path}/releases/1.1")
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("link", name=f"Delete the file {file_of(place, '1.1')}").click()
    delete = f"{place.path}/delete"
    visitor.submit(delete, typed=file_of(place, "0.9"))
    assert visitor.path == delete and len(served(place)["files"]) == 2
    assert visitor.page.locator("#typed-error").count() == 1
    visitor.submit(delete, typed=file_of(place, "1.1"))
    assert visitor.path == place.path and "file is deleted" in visitor.text
    assert [file["filename"] for file in served(place)["files"]] == [file_of(place, "0.9")]
    assert "400" in place.upload("1.1").refused_with().output, "the name is burnt"
    registry.outbox.wait(place.owner.email, place.project)

    visitor.open(f"{delete}?release=0.9")
    visitor.submit(delete, typed="1.1")
    assert visitor.path == delete
    visitor.submit(delete, typed="0.9")
    assert visitor.path == place.path and served(place)["files"] == []


def test_a_whole_project_is_deleted(registry, place, visit):
    visitor = visit(registry, place.owner.prove().wire)
    delete = f"{place.path}/delete"
    visitor.open(delete)
    visitor.submit(delete, typed="something else")
    assert visitor.path == delete and len(served(place)["files"]) == 2
    visitor.submit(delete, typed=place.project)
    assert visitor.path == place.channel_path and "project is deleted" in visitor.text
    assert visitor.open(place.path).status == 404
    place.install(place.project).refused_with()
    place.upload("2.0").refused_with()


def test_a_stale_session_proves_again_before_anything_is_deleted(registry, place, visit):
    age(registry, "sessions", ("proved_at",), 901, place.owner.name)
    visitor = visit(registry, place.owner.wire)
    visitor.open(f"{place.path}/delete?release=0.9")
    assert visitor.path == "/account/proof"
    age_back = place.owner.prove().wire
    visitor = visit(registry, age_back)
    visitor.open(f"{place.path}/delete?release=0.9")
    assert visitor.path == f"{place.path}/delete"
    age(registry, "sessions", ("proved_at",), 901, place.owner.name)
    visitor.submit(f"{place.path}/delete", typed="0.9")
    assert visitor.path == "/account/proof" and len(served(place)["files"]) == 2


def test_quarantine_hides_everything_until_it_is_lifted(registry, place, visit):
    visitor = visit(registry, place.owner.prove().wire)
    settings = f"{place.path}/settings"
    visitor.open(settings)
    assert visitor.page.locator("#status-quarantined").count() == 0, (
        "that is for the channel's administrators"
    )
    admin = place.person("admin")
    guard = visit(registry, admin.prove().wire)
    guard.open(settings)
    guard.submit(f"{place.path}/status", status="quarantined", reason="A file may hold malware")
    assert "in quarantine" in guard.text
    assert served(place)["files"] == []
    place.install(place.project).refused_with()
    assert "403" in place.upload("1.2").refused_with().output
    stranger = visit(registry)
    stranger.open(place.path)
    assert "A file may hold malware" in stranger.text and file_of(place, "1.1") not in stranger.text
    visitor.open(settings)
    assert "Only an administrator of the channel can end that" in visitor.text
    registry.outbox.wait(place.owner.email, "quarantine")
    guard.open(settings)
    guard.submit(f"{place.path}/status", status="active", reason="")
    place.install(place.project).succeeded()


def test_an_archived_project_takes_no_uploads(registry, place, visit):
    visitor = visit(registry, place.owner.prove().wire)
    visitor.open(f"{place.path}/settings")
    visitor.submit(f"{place.path}/status", status="archived", reason="Nobody has time")
    assert "archived" in visitor.text and "Nobody has time" in visitor.text
    assert "archived" in place.upload("1.2").refused_with().output
    place.install(place.project).succeeded()
