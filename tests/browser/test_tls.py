"""By TLS, browsers are told to keep what they know to this very host."""

import pytest
import trustme

from support.people.person import Person, is_signed_in
from support.people.registry import Registry
from support.people.wire import Wire, went_to


@pytest.fixture
def secure_registry(own_registry, tmp_path) -> Registry:
    """A running registry with a certificate of a private authority."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    files = {"--tls-cert": certificate.cert_chain_pems[0], "--tls-key": certificate.private_key_pem}
    for option, content in files.items():
        path = tmp_path / option.strip("-")
        content.write_to_path(path)
        own_registry.options += [option, str(path)]
    authority.cert_pem.write_to_path(tmp_path / "authority")
    own_registry.scheme, own_registry.trusted = "https", str(tmp_path / "authority")
    return own_registry.start()


def test_cookies_are_bound_to_the_host_and_to_tls(secure_registry):
    person = Person(secure_registry).sign_up()
    answer = person.give_password(Wire(secure_registry))
    went_to(answer)
    assert "max-age=" in answer.headers["Strict-Transport-Security"]
    cookies = [cookie.split("; ") for cookie in answer.raw.headers.getlist("Set-Cookie")]
    assert {pair.partition("=")[0] for pair, *_ in cookies} >= {"__Host-bonded"}
    for pair, *attributes in cookies:
        assert pair.startswith("__Host-"), pair
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes), attributes
        assert not any(attribute.startswith("Domain") for attribute in attributes), attributes


def test_keys_belong_to_the_secure_address(secure_registry):
    person = Person(secure_registry).ready()
    person.add_key()
    assert is_signed_in(person, person.sign_in())
    person.key.origin = secure_registry.url.replace("https", "http")
    wire = person.half_way()
    assert person.give_second_factor(wire).status_code != 303
    assert not is_signed_in(person, wire)
