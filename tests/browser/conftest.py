"""Fixtures of the browser tests: Chromium, registries and the people in them."""

import pytest
from playwright.sync_api import sync_playwright

from support.channel import create_users, unique
from support.databases import create_database
from support.people import browser
from support.people.browser import Visitor
from support.people.person import Person
from support.people.registry import Registry
from support.people.wire import Wire


@pytest.fixture(scope="session")
def make_registry(tmp_path_factory):
    """Makes registries, each with data and a database of its own, and ends them with the tests."""
    made: list[Registry] = []

    def make(engine: str, *options: str, sign_up: str = "open", database: str | None = None) -> Registry:
        name = unique("bonded").replace("-", "_")
        database = database or (create_database(name) if engine == "postgres" else None)
        registry = Registry(tmp_path_factory.mktemp(name), engine, database)
        registry.sign_up = sign_up
        registry.options += options
        made.append(registry)
        return registry

    yield make
    for registry in made:
        registry.end()


@pytest.fixture(scope="session")
def registry(engine, make_registry) -> Registry:
    """A running registry that the tests of one engine share; each test brings its own people."""
    registry = make_registry(engine).start()
    create_users(registry)
    return registry


@pytest.fixture
def own_registry(engine, make_registry):
    """A registry of the test's own, not started yet."""
    registry = make_registry(engine)
    yield registry
    registry.end()


@pytest.fixture
def wire(registry) -> Wire:
    """A visitor over plain HTTP whom the registry does not know."""
    return Wire(registry)


@pytest.fixture
def person(registry) -> Person:
    """Somebody who has no account yet."""
    return Person(registry)


@pytest.fixture(scope="session")
def administrator(registry) -> Person:
    """The administrator of the shared registry, signed in."""
    return Person(registry).administrator()


@pytest.fixture(scope="session")
def chromium():
    """The browser of this process."""
    with sync_playwright() as playwright:
        running = browser.start(playwright)
        yield running
        running.close()


@pytest.fixture
def visit(chromium):
    """Opens browser windows; at the end no page of theirs may have complained, for example about the CSP."""
    visitors: list[Visitor] = []

    def open(registry: Registry, wire: Wire | None = None, **options) -> Visitor:
        visitors.append(Visitor(chromium, registry, wire, **options))
        return visitors[-1]

    yield open
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    for visitor in visitors:
        visitor.context.close()
    assert not complaints, complaints
