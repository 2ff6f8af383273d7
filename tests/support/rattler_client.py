"""py-rattler in a process of its own, because it reads its credentials and caches from the environment."""

import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

from . import environment

_PROGRAM = Path(__file__).with_name("rattler_install.py")


class Rattler:
    """One home directory with caches and stored credentials."""

    def __init__(self, home: Path):
        self.home = home
        self.variables: dict[str, str] = {}

    def log_in(self, url: str, credential: dict) -> None:
        """Stores a credential for a host, as `rattler auth login` does."""
        self.home.mkdir(parents=True, exist_ok=True)
        store = self.home / "credentials.json"
        store.write_text(json.dumps({urlsplit(url).hostname: credential}))
        self.variables["RATTLER_AUTH_FILE"] = str(store)

    def install(self, channel: str, *specs: str, shards: bool = True) -> dict:
        """Solves and installs for linux-64; gives what was chosen and where it was put."""
        answer = self.try_install(channel, *specs, shards=shards)
        return json.loads(answer.succeeded().stdout)

    def try_install(self, channel: str, *specs: str, shards: bool = True) -> environment.Finished:
        """The same, for tests in which it fails."""
        prefix = self.home / "prefix"
        request = {"channel": channel, "specs": specs, "shards": shards, "prefix": str(prefix)}
        variables = environment.clean(self.home, **self.variables)
        variables["RATTLER_CACHE_DIR"] = str(self.home / "rattler-cache")
        return environment.run([sys.executable, _PROGRAM], variables, input=json.dumps(request))
