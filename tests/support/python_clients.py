"""twine, uv and pip as their users call them."""

import sys
from pathlib import Path

from . import environment
from .environment import Finished


class PythonClients:
    """The clients with one home directory of their own."""

    def __init__(self, home: Path):
        self.home = home
        self.variables: dict[str, str] = {}

    def _run(self, *arguments, variables: dict[str, str] = {}) -> Finished:
        return environment.run(list(arguments), environment.clean(self.home, **(self.variables | variables)))

    def twine(self, url: str, token: str, *files: Path, user: str = "__token__") -> Finished:
        """`twine upload` of the files."""
        options = ["--repository-url", url, "--username", user, "--password", token]
        return self._run("twine", "upload", "--non-interactive", "--disable-progress-bar", *options, *files)

    def uv_publish(
        self, url: str, token: str, *files: Path, options: tuple = (), attestations: bool = False
    ) -> Finished:
        """`uv publish` of the files, perhaps with the attestations that lie beside them."""
        where = ["--publish-url", url, "--trusted-publishing", "never"]
        where += [] if attestations else ["--no-attestations"]
        return self._run("uv", "publish", *where, *options, *files, variables={"UV_PUBLISH_TOKEN": token})

    def uv_publish_trusted(self, url: str, job: dict[str, str], *files: Path) -> Finished:
        """`uv publish` in a CI job: no secret is given, the identity of the job is exchanged."""
        options = ["--publish-url", url, "--trusted-publishing", "always", "--no-attestations"]
        return self._run("uv", "publish", *options, *files, variables=job)

    def identity(self, audience: str, job: dict[str, str]) -> str:
        """The identity token that the library `id` gets in a CI job."""
        return self._run(sys.executable, "-m", "id", audience, variables=job).succeeded().stdout.strip()

    def pip_install(self, index: str, target: Path, *wanted, options: tuple = ()) -> Finished:
        """`pip install` into a directory, from this index alone."""
        how = ["--no-cache-dir", "--no-build-isolation", "--target", target, "--index-url", index]
        return self._run(sys.executable, "-m", "pip", "install", *how, *options, *wanted)

    def uv_install(
        self, index: str | None, target: Path, *wanted, options: tuple = (), variables={}
    ) -> Finished:
        """`uv pip install` into a directory, from this index alone."""
        how = ["--no-cache", "--no-build-isolation", "--python", sys.executable, "--target", target]
        where = ["--default-index", index] if index else []
        return self._run("uv", "pip", "install", *how, *where, *options, *wanted, variables=variables)


def installed(target: Path, module: str) -> str:
    """The version that an installed module of the tests says it has."""
    variables: dict[str, str] = {}
    exec((target / module / "__init__.py").read_text(), variables)
    return variables["VERSION"]
