"""An issuer of identity tokens that behaves like GitHub's: discovery, keys that can be rotated, and the address where a job
asks for its token, with the claims of a real one."""

import base64
import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .channel import Channel

_REQUEST_TOKEN = "a-secret-of-the-runner"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class _Key:
    """An RSA key with the id under which the issuer publishes it."""

    def __init__(self):
        self.id = str(uuid.uuid4())
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwk(self) -> dict:
        numbers = self._private.public_key().public_numbers()
        modulus, exponent = numbers.n.to_bytes(256, "big"), numbers.e.to_bytes(3, "big")
        names = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.id}
        return names | {"n": _encoded(modulus), "e": _encoded(exponent)}

    def sign(self, claims: dict) -> str:
        header = {"typ": "JWT", "alg": "RS256", "x5t": "", "kid": self.id}
        text = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
        signature = self._private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{_encoded(signature)}"


class Issuer:
    """An issuer on a free port of this machine, and the repository whose jobs it speaks for."""

    def __init__(self, repository: str = "acme/rocket", owner_id: str = "4711"):
        self.repository = repository
        self.owner_id = owner_id
        self.workflow = "release.yml"
        self.environment: str | None = None
        self.event = "push"
        self.ref = "refs/tags/v1.0"
        self.sha = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
        self.run = 1234567890
        self.keys = [_Key()]
        self.asked: list[str] = []
        self.given: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Takes the issuer away."""
        self._server.shutdown()
        self._server.server_close()

    def rotate(self) -> None:
        """Drops the key and publishes another one."""
        self.keys = [_Key()]

    def claims(self, audience: str, **changes) -> dict:
        """What GitHub says of a job of the repository; `None` takes a claim away."""
        owner = self.repository.split("/")[0]
        now = int(time.time())
        workflow_ref = f"{self.repository}/.github/workflows/{self.workflow}@{self.ref}"
        place = f"environment:{self.environment}" if self.environment else f"ref:{self.ref}"
        claims = {
            "jti": str(uuid.uuid4()),
            "sub": f"repo:{self.repository}:{place}",
            "aud": audience,
            "ref": self.ref,
            "sha": self.sha,
            "repository": self.repository,
            "repository_owner": owner,
            "repository_owner_id": self.owner_id,
            "run_id": str(self.run),
            "run_number": "7",
            "run_attempt": "1",
            "repository_visibility": "public",
            "repository_id": "815",
            "actor_id": "42",
            "actor": "wile",
            "workflow": "Release",
            "head_ref": "",
            "base_ref": "",
            "event_name": self.event,
            "ref_protected": "false",
            "ref_type": "tag",
            "workflow_ref": workflow_ref,
            "workflow_sha": self.sha,
            "job_workflow_ref": workflow_ref,
            "job_workflow_sha": self.sha,
            "runner_environment": "github-hosted",
            "iss": self.url,
            "nbf": now - 600,
            "exp": now + 300,
            "iat": now,
        }
        if self.environment:
            claims["environment"] = self.environment
        claims |= changes
        return {name: value for name, value in claims.items() if value is not None}

    def identity(self, audience: str, **changes) -> str:
        """An identity token of a job."""
        return self.keys[0].sign(self.claims(audience, **changes))

    def variables(self) -> dict[str, str]:
        """What GitHub sets for the steps of a job that may ask for identity tokens."""
        return {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": self.repository,
            "GITHUB_SHA": self.sha,
            "GITHUB_REF": self.ref,
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": _REQUEST_TOKEN,
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}/_apis/idtoken?api-version=2.0",
        }

    def _answer(self, path: str, query: dict, authorization: str) -> tuple[int, dict]:
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/.well-known/jwks",
                "subject_types_supported": ["public", "pairwise"],
                "response_types_supported": ["id_token"],
                "claims_supported": list(self.claims("")),
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid"],
            }
        if path == "/.well-known/jwks":
            return 200, {"keys": [key.jwk() for key in self.keys]}
        if path == "/_apis/idtoken":
            if authorization.lower() != f"bearer {_REQUEST_TOKEN}":
                return 401, {}
            token = self.identity(query["audience"][0])
            self.given.append(token)
            return 200, {"count": len(token), "value": token}
        return 404, {}

    def _handler(issuer):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                parts = urlsplit(self.path)
                issuer.asked.append(parts.path)
                query = parse_qs(parts.query)
                status, answer = issuer._answer(parts.path, query, self.headers.get("Authorization", ""))
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler


def trust(channel: Channel, issuer: Issuer, *place: str, **fields: str) -> str:
    """Makes the issuer's repository a trusted publisher of a place in the channel; gives its id."""
    owner, repository = issuer.repository.split("/")
    known = {"owner": owner, "owner_id": issuer.owner_id, "repository": repository, "workflow": issuer.workflow}
    words = [f"{name}={value}" for name, value in (known | fields).items()]
    return channel.server.admin("publisher", "add", channel.name, *place, "--issuer", issuer.url, *words)["id"]
