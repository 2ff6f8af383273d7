"""A Sigstore of the tests' own: an authority and two logs, which sign for any job."""

import base64
import datetime
import hashlib
import json
import struct
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PUBLISH = "https://docs.pypi.org/attestations/publish/v1"
CONDA = "https://schemas.conda.org/attestations-publish-1.schema.json"
_SCTS = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    return bytes([tag, size] if size < 128 else [tag, 0x82, size >> 8, size & 255]) + content


class _Key:
    """A key on P-256."""

    def __init__(self):
        self.private = ec.generate_private_key(ec.SECP256R1())
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        self.spki = self.private.public_key().public_bytes(serialization.Encoding.DER, form)
        self.id = hashlib.sha256(self.spki).digest()

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message, ec.ECDSA(hashes.SHA256()))


class Sigstore:
    """An instance with new keys."""

    def __init__(self):
        self._authority, self._certificates, self._log = _Key(), _Key(), _Key()

    def trusted_root(self, path: Path) -> Path:
        """Writes the trusted root into a file."""
        valid = {"start": "2020-01-01T00:00:00Z"}

        def log(key: _Key) -> list[dict]:
            details = {
                "rawBytes": _text(key.spki),
                "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                "validFor": valid,
            }
            identity = {"logId": {"keyId": _text(key.id)}, "hashAlgorithm": "SHA2_256"}
            return [identity | {"baseUrl": "https://log.test", "publicKey": details}]

        chain = {"certificates": [{"rawBytes": _text(self._root())}]}
        authority = {"subject": {"organization": "test", "commonName": "test authority"}, "validFor": valid}
        document = {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": log(self._log),
            "certificateAuthorities": [authority | {"uri": "https://authority.test", "certChain": chain}],
            "ctlogs": log(self._certificates),
            "timestampAuthorities": [],
        }
        path.write_text(json.dumps(document))
        return path

    def bundle(self, issuer, file: Path, predicate_type: str, predicate) -> dict:
        """A bundle by the job of an issuer of the tests, about a file."""
        digest = {"sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        statement = {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": file.name, "digest": digest}],
            "predicateType": predicate_type,
            "predicate": predicate,
        }
        payload, kind = json.dumps(statement).encode(), "application/vnd.in-toto+json"
        key = _Key()
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        certificate = self._leaf(key, issuer, now)
        signature = key.sign(f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload)
        entry = self._entry(payload, signature, certificate, int(now.timestamp()))
        material = {"certificate": {"rawBytes": _text(certificate)}, "tlogEntries": [entry]}
        envelope = {"payload": _text(payload), "payloadType": kind, "signatures": [{"sig": _text(signature)}]}
        media = "application/vnd.dev.sigstore.bundle.v0.3+json"
        return {"mediaType": media, "verificationMaterial": material, "dsseEnvelope": envelope}

    def attest(self, issuer, file: Path) -> Path:
        """Writes the attestation of a publication beside a Python file, where twine and uv look for it."""
        bundle = self.bundle(issuer, file, PUBLISH, None)
        material = bundle["verificationMaterial"]
        envelope = bundle["dsseEnvelope"]
        attestation = {
            "version": 1,
            "verification_material": {
                "certificate": material["certificate"]["rawBytes"],
                "transparency_entries": material["tlogEntries"],
            },
            "envelope": {"statement": envelope["payload"], "signature": envelope["signatures"][0]["sig"]},
        }
        path = file.with_name(f"{file.name}.publish.attestation")
        path.write_text(json.dumps(attestation))
        return path

    def _root(self) -> bytes:
        life = datetime.timedelta(days=9999)
        builder = _certificate(self._authority, _NAME, datetime.datetime(2020, 1, 1), life)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        builder = builder.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        return self._issue(builder).public_bytes(serialization.Encoding.DER)

    def _leaf(self, key: _Key, issuer, now: datetime.datetime) -> bytes:
        repository = f"{issuer.url}/{issuer.repository}"
        config = f"{repository}/.github/workflows/{issuer.workflow}@{issuer.ref}"
        claims = {
            8: issuer.url,
            9: config,
            12: repository,
            13: issuer.sha,
            14: issuer.ref,
            15: "815",
            18: config,
        }
        builder = _certificate(key, x509.Name([]), now, datetime.timedelta(minutes=10))
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(config)])
        builder = builder.add_extension(usage, critical=False).add_extension(names, critical=True)
        builder = builder.add_extension(_usage(digital_signature=True), critical=True)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._authority.private.public_key())
        builder = builder.add_extension(authority, critical=False)
        for number, text in claims.items():
            oid = x509.ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{number}")
            claim = x509.UnrecognizedExtension(oid, _der(0x0C, text.encode()))
            builder = builder.add_extension(claim, critical=False)
        timestamps = self._timestamps(self._issue(builder).tbs_certificate_bytes, now)
        builder = builder.add_extension(x509.UnrecognizedExtension(_SCTS, timestamps), critical=False)
        return self._issue(builder).public_bytes(serialization.Encoding.DER)

    def _issue(self, builder: x509.CertificateBuilder) -> x509.Certificate:
        return builder.sign(self._authority.private, hashes.SHA256())

    def _timestamps(self, logged: bytes, now: datetime.datetime) -> bytes:
        """The list of one signed certificate timestamp (RFC 6962)."""
        at = struct.pack(">Q", int(now.timestamp()) * 1000)
        signed = (
            b"\0\0"
            + at
            + b"\0\1"
            + self._authority.id
            + struct.pack(">I", len(logged))[1:]
            + logged
            + b"\0\0"
        )
        signature = self._certificates.sign(signed)
        one = b"\0" + self._certificates.id + at + b"\0\0\4\3" + struct.pack(">H", len(signature)) + signature
        listed = struct.pack(">H", len(one)) + one
        return _der(0x04, struct.pack(">H", len(listed)) + listed)

    def _entry(self, payload: bytes, signature: bytes, certificate: bytes, at: int) -> dict:
        """An entry of the log, with both proofs; it is the only one."""
        pem = x509.load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM)

        def digest(data: bytes) -> dict:
            return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}

        signatures = [{"signature": _text(signature), "verifier": _text(pem)}]
        spec = {"envelopeHash": digest(signature), "payloadHash": digest(payload), "signatures": signatures}
        body = json.dumps({"apiVersion": "0.0.1", "kind": "dsse", "spec": spec}).encode()
        root = hashlib.sha256(b"\0" + body).digest()
        note = f"log.test - 1\n1\n{_text(root)}\n"
        line = _text(self._log.id[:4] + self._log.sign(note.encode()))
        promised = {"body": _text(body), "integratedTime": at, "logID": self._log.id.hex(), "logIndex": 0}
        promise = self._log.sign(json.dumps(promised, separators=(",", ":")).encode())
        proof = {"logIndex": "0", "rootHash": _text(root), "treeSize": "1", "hashes": []}
        return {
            "logIndex": "0",
            "logId": {"keyId": _text(self._log.id)},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(at),
            "inclusionPromise": {"signedEntryTimestamp": _text(promise)},
            "inclusionProof": proof | {"checkpoint": {"envelope": f"{note}\n— log.test {line}\n"}},
            "canonicalizedBody": _text(body),
        }


def _usage(**allowed: bool) -> x509.KeyUsage:
    names = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment"]
    names += ["key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**(dict.fromkeys(names, False) | allowed))


def _certificate(key: _Key, subject: x509.Name, begin: datetime.datetime, life: datetime.timedelta):
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(_NAME)
    subject_key = x509.SubjectKeyIdentifier.from_public_key(key.private.public_key())
    builder = builder.add_extension(subject_key, critical=False)
    builder = builder.public_key(key.private.public_key()).serial_number(
        int.from_bytes(key.id[:16], "big") >> 1
    )
    return builder.not_valid_before(begin).not_valid_after(begin + life)
