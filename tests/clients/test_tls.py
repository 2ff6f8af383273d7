"""TLS without a proxy, with a certificate that is renewed while the server runs."""

import signal
import ssl
from urllib.parse import urlsplit

import pytest
import trustme

from support.bonded import until
from support.channel import Channel, create_users
from support.python_clients import installed


def write(certificate: trustme.LeafCert, directory) -> None:
    """Puts the certificate where the server reads it."""
    certificate.private_key_pem.write_to_path(directory / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(directory / "cert.pem")


def shown(server) -> str:
    """The certificate that the server shows."""
    address = urlsplit(server.url)
    return ssl.get_server_certificate((address.hostname, address.port), timeout=10)


@pytest.fixture
def secure(own_server, tmp_path):
    """A server with a certificate of a private authority, and that authority."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    write(authority.issue_cert("127.0.0.1"), tmp_path)
    own_server.options = ["--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem")]
    own_server.start()
    create_users(own_server)
    return own_server, authority


def test_clients_publish_and_install_over_tls(secure, clients, stamp, tmp_path, monkeypatch):
    server, _ = secure
    assert server.url.startswith("https://")
    monkeypatch.setattr(server, "request", trusting(server, tmp_path / "ca.pem"))
    channel = Channel(server, "python", private=True)
    bundle = str(tmp_path / "ca.pem")
    clients.variables |= {"REQUESTS_CA_BUNDLE": bundle, "SSL_CERT_FILE": bundle, "PIP_CERT": bundle}
    clients.twine(channel.upload_url, channel.publish_token, stamp[0]).succeeded()
    clients.uv_publish(channel.upload_url, channel.publish_token, stamp[1]).succeeded()
    index = channel.index.replace("://", f"://__token__:{channel.read_token}@")
    clients.pip_install(index, tmp_path / "pip", "stamp").succeeded()
    clients.uv_install(index, tmp_path / "uv", "stamp").succeeded()
    assert installed(tmp_path / "pip", "stamp") == installed(tmp_path / "uv", "stamp") == "0.7"


def trusting(server, bundle):
    """The server's `request` with a certificate authority to trust."""
    request = server.request
    return lambda *arguments, **options: request(*arguments, verify=str(bundle), **options)


def test_a_renewed_certificate_is_shown_after_sighup(secure, tmp_path):
    server, authority = secure
    before = shown(server)
    write(authority.issue_cert("127.0.0.1"), tmp_path)
    server.process.send_signal(signal.SIGHUP)
    until(lambda: shown(server) != before)


def test_a_broken_certificate_does_not_take_the_server_down(secure, tmp_path):
    server, _ = secure
    before = shown(server)
    (tmp_path / "cert.pem").write_text("not a certificate")
    server.process.send_signal(signal.SIGHUP)
    until(lambda: "cert.pem" in server.log())
    assert shown(server) == before
