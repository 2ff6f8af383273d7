"""A proxy that pretends to lead to public issuers, and is them: what an issuer in public says can be tested nowhere else."""

import json
import socket
import ssl
import threading

import trustme


class IssuerProxy:
    """A proxy on a free port. `keys` are the hosts that it leads to, each with the `jwks_uri` of its discovery document."""

    def __init__(self, certificate: trustme.LeafCert, keys: dict[str, str], jwks: list[dict]):
        self.asked: list[str] = []
        self._keys = keys
        self._jwks = jwks
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(self._tls)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        """Takes the proxy away."""
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(connection,), daemon=True).start()

    def _connect(self, connection: socket.socket) -> None:
        with connection:
            _, target, _ = _head(connection).split("\r\n")[0].split(" ")
            host = target.rsplit(":", 1)[0]
            self.asked.append(host)
            if host not in self._keys:
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                return
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            with self._tls.wrap_socket(connection, server_side=True) as inside:
                path = _head(inside).split(" ")[1]
                inside.sendall(self._answer(host, path))

    def _answer(self, host: str, path: str) -> bytes:
        if path == "/.well-known/openid-configuration":
            document = {"issuer": f"https://{host}", "jwks_uri": self._keys[host]}
        else:
            document = {"keys": self._jwks}
        body = json.dumps(document).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close"
        return f"{head}\r\n\r\n".encode() + body


def _head(connection: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(4096)
        if not more:
            break
        data += more
    return data.decode()
