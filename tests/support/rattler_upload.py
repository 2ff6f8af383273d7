"""rattler's upload, built as an example program of the client crate."""

from pathlib import Path

from . import bonded, environment

_PROGRAM = Path(bonded.BINARY).parent / "examples" / "rattler_upload"


def trusted(home: Path, server: str, channel: str, job: dict[str, str], package: Path) -> environment.Finished:
    """`rattler upload prefix` in a CI job, without a key: the identity of the job is exchanged."""
    where = ["prefix", "--url", server, "--channel", channel, package]
    variables = environment.clean(home, RUST_LOG="warn", **job)
    return environment.run([_PROGRAM, *where], variables)
