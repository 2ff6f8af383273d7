"""A reverse proxy that keeps every answer: what clients are told, whichever client it is."""

import gzip
import http.client
import socketserver
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

import zstandard

_HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive"}


@dataclass
class Exchange:
    """A request and its answer. Cookies stand apart: they are secrets by design."""

    what: str
    answer: bytes
    cookies: bytes


class Recorder(socketserver.ThreadingTCPServer):
    """Listens at once; says where to pass requests on to by `target`."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = ("127.0.0.1", 0)
        self.exchanges: list[Exchange] = []
        # What was asked for, in the order of coming: path and Authorization.
        self.asked: list[tuple[str, str | None]] = []
        # What is answered in the place of the target, by path: status and body.
        self.instead: dict[str, tuple[int, bytes]] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args):
        """Says nothing."""

    def handle_one_request(self):
        """One request of any method."""
        self.raw_requestline = self.rfile.readline(1 << 16)
        if not self.raw_requestline:
            self.close_connection = True
            return
        if self.parse_request():
            self._pass_on()

    def _pass_on(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        if instead := self.server.instead.get(self.path.split("?")[0]):
            self._answer_itself(*instead)
            return
        connection = http.client.HTTPConnection(*self.server.target, timeout=60)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in _HOP_BY_HOP | {"expect"}:
                connection.putheader(name, value)
        body = self._body()
        if self.headers.get("Transfer-Encoding"):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        content = answer.read()
        self._keep(answer, content)
        self._answer(answer, content)
        connection.close()

    def _answer_itself(self, status: int, content: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def _keep(self, answer: http.client.HTTPResponse, content: bytes) -> None:
        told, cookies = [f"{answer.status} {answer.reason}"], []
        for name, value in answer.getheaders():
            (cookies if name.lower() == "set-cookie" else told).append(f"{name}: {value}")
        plain = "\n".join(told).encode() + b"\n\n" + _plain(content)
        path = self.path.split("?")[0]
        self.server.exchanges.append(Exchange(f"{self.command} {path}", plain, "\n".join(cookies).encode()))

    def _answer(self, answer: http.client.HTTPResponse, content: bytes) -> None:
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        if length is not None and answer.status not in (204, 304):
            self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(content)


def _plain(content: bytes) -> bytes:
    """The body behind gzip or zstd, if it is that."""
    if content.startswith(b"\x1f\x8b"):
        return gzip.decompress(content)
    if content.startswith(b"\x28\xb5\x2f\xfd"):
        return zstandard.ZstdDecompressor().decompressobj().decompress(content)
    return content
