"""Python distributions: built by real back ends, and tiny wheels written by hand for tests that need many."""

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


def build(
    directory: Path, name: str, version: str, dependencies: list[str] = [], back_end: str = "hatchling"
):
    """The wheel and the sdist of a package whose only module says which version it is."""
    module = name.replace("-", "_")
    source = directory / f"{name}-{version}-source"
    (source / module).mkdir(parents=True)
    (source / module / "__init__.py").write_text(
        f"VERSION = {version!r}\n\n\ndef main():\n    print(VERSION)\n"
    )
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


def wheel(directory: Path, name: str, version: str = "1.0", content: bytes = b"", **members) -> Path:
    """A wheel written by hand. `content` becomes its module; `members` are further entries, by their path:
    bytes, or a function that gives an iterator over pieces of bytes, which are stored as they are."""
    module = name.replace("-", "_")
    path = directory / f"{module}-{version}-py3-none-any.whl"
    info = f"{module}-{version}.dist-info"
    entries = {
        f"{module}.py": content,
        f"{info}/METADATA": metadata(name, version),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **members,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        record = "".join(_add(archive, name, data) for name, data in entries.items())
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return path


def _add(archive: zipfile.ZipFile, name: str, data) -> str:
    """Adds a member; its line in RECORD."""
    digest, size = hashlib.sha256(), 0
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED if isinstance(data, bytes) else zipfile.ZIP_STORED
    entry.external_attr = 0o644 << 16
    with archive.open(entry, "w") as member:
        for piece in [data] if isinstance(data, bytes) else data():
            member.write(piece)
            digest.update(piece)
            size += len(piece)
    encoded = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
    return f"{name},sha256={encoded},{size}\n"


def sha256(path: Path) -> str:
    """The file's digest in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
