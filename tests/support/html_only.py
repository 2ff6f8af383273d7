"""A proxy that asks for HTML on a client's behalf: today's pip and uv cannot be told not to prefer JSON."""

import http.server
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager

_PASSED_ON = ("Content-Type", "ETag", "Location", "WWW-Authenticate")


@contextmanager
def html_only(upstream: str):
    """The proxy's URL, and the list of content types that it has passed on."""
    seen: list[str] = []
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            request = urllib.request.Request(upstream + self.path, headers={"Accept": "text/html"})
            if authorization := self.headers.get("Authorization"):
                request.add_header("Authorization", authorization)
            try:
                answer = opener.open(request, timeout=60)
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                body = answer.read()
            seen.append(answer.headers.get("Content-Type", ""))
            self.send_response(answer.status)
            for name in _PASSED_ON:
                if value := answer.headers.get(name):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{proxy.server_port}", seen
        finally:
            proxy.shutdown()
