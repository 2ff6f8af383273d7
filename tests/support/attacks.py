"""Archives that lie, explode or reach outside. Each function writes one and gives its path."""

import bz2
import io
import json
import struct
import tarfile
import zipfile
from pathlib import Path

import zstandard

from . import conda_packages, distributions


def wheel_with_a_path_outside(directory: Path) -> Path:
    """A member whose name climbs out of the archive."""
    return distributions.wheel(directory, "evil", **{"../../etc/cron.d/evil": b"* * * * * root true\n"})


def wheel_bomb(directory: Path) -> Path:
    """A quarter of a gibibyte of zeros in a few hundred kibibytes."""
    return distributions.wheel(directory, "evil", content=bytes(256 << 20))


def wheel_that_is_another(directory: Path) -> Path:
    """Its name says `evil`, its metadata says `innocent`."""
    other = distributions.wheel(directory, "innocent")
    return other.rename(directory / "evil-1.0-py3-none-any.whl")


def wheel_cut_short(directory: Path) -> Path:
    """The central directory is missing."""
    path = distributions.wheel(directory, "evil", content=b"x" * 4096)
    path.write_bytes(path.read_bytes()[:-40])
    return path


def wheel_that_is_text(directory: Path) -> Path:
    """No archive at all."""
    path = directory / "evil-1.0-py3-none-any.whl"
    path.write_text("<html>proxy error</html>")
    return path


WHEELS = [wheel_with_a_path_outside, wheel_bomb, wheel_that_is_another, wheel_cut_short, wheel_that_is_text]


def package_with_a_path_outside(directory: Path) -> Path:
    """A file of the package climbs out of the prefix."""
    return _conda(directory, payload=_tar({"../../../etc/cron.d/evil": b"* * * * * root true\n"}))


def package_with_an_absolute_path(directory: Path) -> Path:
    """A file of the package names its place from the root."""
    return _conda(directory, payload=_tar({"/etc/cron.d/evil": b"* * * * * root true\n"}))


def package_with_a_zip_member_outside(directory: Path) -> Path:
    """The outer archive holds a member that climbs out."""
    return _conda(directory, extra={"../../evil": b"x"})


def package_bomb(directory: Path) -> Path:
    """Five gibibytes of zeros in the payload's zstd stream."""
    compressor = zstandard.ZstdCompressor(level=3).compressobj()
    header = tarfile.TarInfo("share/zeros")
    header.size = 5 << 30
    block, parts = bytes(16 << 20), [compressor.compress(header.tobuf())]
    parts += [compressor.compress(block) for _ in range(header.size // len(block))]
    parts.append(compressor.compress(bytes(1024)) + compressor.flush())
    return _conda(directory, compressed_payload=b"".join(parts))


def package_with_a_window_of_two_gibibytes(directory: Path) -> Path:
    """The payload's frame header asks the reader for 2 GiB of memory."""
    magic, descriptor = struct.pack("<I", 0xFD2FB528), b"\x00"
    # RFC 8878, 3.1.1.1.2: the exponent in the upper five bits, counted from 1 KiB.
    window = bytes([(31 - 10) << 3])
    last_raw_block = struct.pack("<I", (3 << 3) | 1)[:3] + b"abc"
    return _conda(directory, compressed_payload=magic + descriptor + window + last_raw_block)


def package_that_is_another(directory: Path) -> Path:
    """Its name says `evil`, info/index.json says `innocent`."""
    return _conda(directory, index={"name": "innocent"})


def package_of_a_strange_subdir(directory: Path) -> Path:
    """info/index.json names a subdir that climbs out of the channel."""
    return _conda(directory, index={"subdir": "../../x"})


def package_with_two_answers(directory: Path) -> Path:
    """info/index.json is there twice, and the readers of the world disagree which one counts."""
    return _conda(directory, info=[_INDEX, dict(_INDEX, depends=["evil-dependency"])])


def package_cut_short(directory: Path) -> Path:
    """The central directory is missing."""
    path = _conda(directory)
    path.write_bytes(path.read_bytes()[:-40])
    return path


def old_package_bomb(directory: Path) -> Path:
    """Five gibibytes of zeros in a `.tar.bz2`, made of one compressed piece repeated."""
    header = tarfile.TarInfo("share/zeros")
    header.size = 5 << 30
    piece = bz2.compress(bytes(64 << 20))
    path = directory / "evil-1.0-0.tar.bz2"
    path.write_bytes(
        bz2.compress(_tar({conda_packages.INDEX: json.dumps(_INDEX).encode()}, end=False) + header.tobuf())
    )
    with path.open("ab") as file:
        for _ in range(header.size // (64 << 20)):
            file.write(piece)
        file.write(bz2.compress(bytes(1024)))
    return path


PACKAGES = [
    package_with_a_path_outside,
    package_with_an_absolute_path,
    package_with_a_zip_member_outside,
    package_bomb,
    package_with_a_window_of_two_gibibytes,
    package_that_is_another,
    package_of_a_strange_subdir,
    package_with_two_answers,
    package_cut_short,
    old_package_bomb,
]

_INDEX = {
    "name": "evil",
    "version": "1.0",
    "build": "0",
    "build_number": 0,
    "depends": [],
    "subdir": "noarch",
    "noarch": "generic",
}


def _conda(
    directory: Path,
    index: dict = {},
    info: list[dict] | None = None,
    payload: bytes | None = None,
    compressed_payload: bytes | None = None,
    extra: dict[str, bytes] = {},
) -> Path:
    """A `.conda` that is right but for what the arguments change."""
    texts = [json.dumps(entry).encode() for entry in info or [_INDEX | index]]
    about = {conda_packages.INDEX: texts, "info/paths.json": [b'{"paths": [], "paths_version": 1}']}
    compress = zstandard.ZstdCompressor().compress
    payload = payload or _tar({"share/evil.txt": b"evil"})
    members = {
        "metadata.json": b'{"conda_pkg_format_version": 2}',
        "pkg-evil-1.0-0.tar.zst": compressed_payload or compress(payload),
        "info-evil-1.0-0.tar.zst": compress(_tar(about)),
        **extra,
    }
    path = directory / "evil-1.0-0.conda"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def _tar(members: dict, end: bool = True) -> bytes:
    """A tar of the members; a list as a value repeats its member."""
    data = io.BytesIO()
    for name, contents in members.items():
        for content in contents if isinstance(contents, list) else [contents]:
            header = tarfile.TarInfo(name)
            header.size = len(content)
            data.write(header.tobuf() + content + bytes(-len(content) % 512))
    return data.getvalue() + (bytes(1024) if end else b"")
