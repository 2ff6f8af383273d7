"""Solves and installs with py-rattler: reads a request, writes what came of it."""

import asyncio
import json
import os
import sys
from pathlib import Path

from rattler import Channel, Client, Gateway, SourceConfig, Subdir, install, solve


async def main() -> None:
    request = json.load(sys.stdin)
    cache = Path(os.environ["RATTLER_CACHE_DIR"])
    client = Client.authenticated_client()
    config = SourceConfig(sharded_enabled=request["shards"])
    gateway = Gateway(cache / "repodata", default_config=config, client=client)
    records = await solve(
        [Channel(request["channel"])], request["specs"], gateway=gateway, platforms=["linux-64", "noarch"]
    )
    await install(
        records,
        request["prefix"],
        cache_dir=cache / "pkgs",
        client=client,
        platform=Subdir("linux-64"),
        show_progress=False,
    )
    chosen = {record.name.normalized: {"file": record.file_name, "url": record.url} for record in records}
    json.dump({"records": chosen, "prefix": request["prefix"]}, sys.stdout)


asyncio.run(main())
sys.stdout.flush()
# Not by the ordinary way out: py-rattler's threads may still want the interpreter, and abort when it is gone.
os._exit(0)
