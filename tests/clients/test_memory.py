"""A large upload passes through the server; it does not stay in it."""

import threading

import psutil
import pytest
from requests_toolbelt import MultipartEncoder

from support import distributions, uploads
from support.channel import Channel, create_users

SIZE = 1 << 30
ALLOWED = 64 << 20


class PeakMemory(threading.Thread):
    """Watches how much memory a process holds."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.process, self.done = psutil.Process(pid), threading.Event()
        self.first = self.peak = self.process.memory_info().rss

    def run(self):
        while not self.done.wait(0.02):
            self.peak = max(self.peak, self.process.memory_info().rss)

    def growth(self) -> int:
        self.done.set()
        self.join()
        return self.peak - self.first


def large_wheel(directory):
    """A wheel of a gibibyte, written piece by piece."""
    block = bytes(range(256)) * 4096
    return distributions.wheel(
        directory, "large", **{"large-1.0.data/data/blob": lambda: (block for _ in range(SIZE // len(block)))}
    )


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_gibibyte_does_not_raise_the_servers_memory(own_server, tmp_path):
    server = own_server.start()
    create_users(server)
    channel = Channel(server, "python")
    warm_up = distributions.wheel(tmp_path, "small")
    assert uploads.legacy(channel, warm_up, "small").status_code == 200
    path = large_wheel(tmp_path)
    memory = PeakMemory(server.process.pid)
    memory.start()
    with path.open("rb") as file:
        form = uploads.legacy_form(path, "large") | {"content": (path.name, file, "application/octet-stream")}
        body = MultipartEncoder(form)
        answer = server.request(
            "POST",
            f"/{channel.name}/legacy/",
            channel.publish_token,
            data=body,
            headers={"Content-Type": body.content_type},
            timeout=200,
        )
    assert answer.status_code == 200, answer.text
    download(channel, path)
    growth = memory.growth()
    assert growth < ALLOWED, f"the server grew by {growth >> 20} MiB"


def download(channel: Channel, path) -> None:
    """Fetches the file and compares its size; the digest was checked on the way in."""
    [file] = channel.project("large")["files"]
    assert file["size"] == path.stat().st_size and file["hashes"]["sha256"] == distributions.sha256(path)
    url = file["url"].split(channel.name)[-1]
    with channel.get(url if url.startswith("/") else f"/simple/large/{url}", stream=True) as answer:
        assert sum(len(chunk) for chunk in answer.iter_content(1 << 20)) == path.stat().st_size
