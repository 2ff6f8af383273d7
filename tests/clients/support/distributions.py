"""Python distributions: built by real back ends, and tiny ones written by hand where a test needs hundreds."""

import base64
import hashlib
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

_HATCHLING = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "{version}"
description = "A package of the tests: héllo"
readme = "README.md"
requires-python = ">=3.8"
license = "MIT"
keywords = ["alpha", "beta"]
authors = [{{ name = "Ada", email = "ada@example.org" }}]
classifiers = ["Programming Language :: Python :: 3", "Operating System :: OS Independent"]
dependencies = [{dependencies}]

[project.optional-dependencies]
extra = ["six"]

[project.urls]
Documentation = "https://example.org/docs"
Source = "https://example.org/source"

[project.scripts]
{name} = "{module}:main"

[tool.hatch.build.targets.wheel]
packages = ["{module}"]
"""

_SETUPTOOLS = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "{version}"
description = "A package of the tests"
readme = "README.md"
dependencies = [{dependencies}]

[tool.setuptools]
packages = ["{module}"]
"""


def build(directory: Path, name: str, version: str, dependencies: list[str] = [], back_end: str = "hatchling"):
    """The wheel and the sdist of a package whose only module says which version it is."""
    module = name.replace("-", "_")
    source = directory / f"{name}-{version}-source"
    (source / module).mkdir(parents=True)
    (source / module / "__init__.py").write_text(f"VERSION = {version!r}\n\n\ndef main():\n    print(VERSION)\n")
    (source / "README.md").write_text(f"# {name}\n\nWith *markup*, trailing space \nand umlauts: äöü.\n")
    template = {"hatchling": _HATCHLING, "setuptools": _SETUPTOOLS}[back_end]
    wanted = ", ".join(f'"{dependency}"' for dependency in dependencies)
    (source / "pyproject.toml").write_text(
        template.format(name=name, version=version, module=module, dependencies=wanted)
    )
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", directory, source]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    [wheel] = directory.glob(f"{module}-{version}-*.whl")
    return wheel, directory / f"{module}-{version}.tar.gz"


@cache
def metadata(name: str, version: str) -> bytes:
    """The smallest core metadata that names a project and a version."""
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()


def wheel(directory: Path, name: str, version: str = "1.0", content: bytes = b"", **members: bytes) -> Path:
    """A wheel written by hand. `content` becomes its module; `members` are further entries, by their path."""
    module = name.replace("-", "_")
    path = directory / f"{module}-{version}-py3-none-any.whl"
    path.write_bytes(b"")
    info = f"{module}-{version}.dist-info"
    entries = {
        f"{module}.py": content,
        f"{info}/METADATA": metadata(name, version),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **members,
    }
    record = "".join(f"{name},{_record_digest(data)},{len(data)}\n" for name, data in entries.items())
    entries[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def _record_digest(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"sha256={digest}"


def sha256(path: Path) -> str:
    """The file's digest in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if sys.version_info >= (3, 11) else _chunked(file)


def _chunked(file) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
