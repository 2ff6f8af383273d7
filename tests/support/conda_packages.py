"""Conda packages, made by the ecosystem's own libraries."""

import hashlib
import json
from pathlib import Path

from conda_package_handling import api

INDEX = "info/index.json"


def build(
    directory: Path,
    name: str,
    version: str = "1.0",
    build: str = "0",
    depends: list[str] = [],
    subdir: str = "noarch",
    extension: str = ".conda",
    **index,
) -> Path:
    """A package with one file, `share/<name>.txt`. `index` changes info/index.json."""
    stem = f"{name}-{version}-{build}"
    prefix = directory / f"{stem}-{subdir}-{extension.strip('.')}-prefix"
    content = f"{name} {version}\n".encode()
    path = f"share/{name}.txt"
    record = {
        "name": name,
        "version": version,
        "build": build,
        "build_number": 0,
        "depends": depends,
        "subdir": subdir,
        "timestamp": 1_750_000_000_000,
        "license": "MIT",
        **(
            {"noarch": "generic"}
            if subdir == "noarch"
            else {"arch": "x86_64", "platform": subdir.split("-")[0]}
        ),
        **index,
    }
    entry = {
        "_path": path,
        "path_type": "hardlink",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_in_bytes": len(content),
    }
    _write(prefix / path, content)
    _write(prefix / INDEX, json.dumps(record).encode())
    _write(prefix / "info/paths.json", json.dumps({"paths": [entry], "paths_version": 1}).encode())
    _write(prefix / "info/files", f"{path}\n".encode())
    _write(
        prefix / "info/about.json",
        json.dumps({"summary": "A package of the tests", "home": "https://example.org"}).encode(),
    )
    _write(prefix / "info/run_exports.json", json.dumps({"weak": [f"{name} >={version}"]}).encode())
    out = directory / subdir
    out.mkdir(exist_ok=True)
    files = [str(file.relative_to(prefix)) for file in sorted(prefix.rglob("*")) if file.is_file()]
    api.create(str(prefix), files, str(out / f"{stem}{extension}"))
    return out / f"{stem}{extension}"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
