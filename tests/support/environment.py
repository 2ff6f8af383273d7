"""The environment that clients run in: nothing of the machine's own settings reaches them."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(sys.executable).parent


def clean(home: Path, **extra: str) -> dict[str, str]:
    """An environment with a home of its own, and without the machine's certificates, indexes and caches."""
    home.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": f"{PROGRAMS}:/usr/bin:/bin",
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "LANG": "C.UTF-8",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "UV_NO_CONFIG": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "NO_COLOR": "1",
        # Wide enough that no client breaks a message that a test looks for.
        "COLUMNS": "400",
        **extra,
    }


class Finished:
    """A program that has ended: its exit status and everything it printed."""

    def __init__(self, process: subprocess.CompletedProcess):
        self.status = process.returncode
        self.stdout = process.stdout
        self.output = process.stdout + process.stderr

    def succeeded(self) -> "Finished":
        assert self.status == 0, self.output
        return self

    def refused_with(self, *texts: str) -> "Finished":
        """The program failed, and showed its user each of the texts."""
        assert self.status != 0, self.output
        for text in texts:
            assert text in self.output, f"{text!r} is not in:\n{self.output}"
        return self


def run(arguments: list, environment: dict[str, str], **options) -> Finished:
    """Runs a program to its end."""
    options.setdefault("timeout", 120)
    if "input" not in options:
        # Whoever runs the tests at a terminal is not asked.
        options.setdefault("stdin", subprocess.DEVNULL)
    process = subprocess.run(
        [str(argument) for argument in arguments],
        env=environment,
        capture_output=True,
        text=True,
        **options,
    )
    return Finished(process)
