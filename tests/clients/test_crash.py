"""kill -9 in the middle of uploads, again and again: an answer given is a promise kept."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from support import conda_packages, distributions, uploads
from support.bonded import until
from support.channel import Channel, create_users

UPLOADS = 200
KILLS = 10
WORKERS = 4
# Random, but the same in every run: a failure can be repeated.
SEED = 20_261_120


class Batch:
    """The uploads of the test: half wheels, half conda packages; knows which were answered."""

    def __init__(self, directory, python: Channel, conda: Channel):
        self.python, self.conda = python, conda
        self.answered: set[int] = set()
        self.wheels = [
            distributions.wheel(directory, f"w{n % 7}", f"{n}.0", content=random.Random(n).randbytes(n * 50))
            for n in range(UPLOADS // 2)
        ]
        self.packages = [conda_packages.build(directory, f"c{n % 7}", f"{n}.0") for n in range(UPLOADS // 2)]

    def send(self, number: int) -> None:
        """Uploads one; a server that is gone is no failure."""
        try:
            if number % 2:
                n = number // 2
                answer = uploads.legacy(self.python, self.wheels[n], f"w{n % 7}", f"{n}.0")
            else:
                answer = uploads.prefix(self.conda, self.packages[number // 2], session=requests)
        except requests.RequestException:
            return
        assert answer.status_code in (200, 201, 409), answer.text
        # 409: the upload before the kill was whole, only its answer was lost.
        self.answered.add(number)

    def check(self) -> None:
        """Every answered upload is listed and served whole, and everything listed is served whole."""
        listed = {}
        for n in range(7):
            page = self.python.project(f"w{n}") or {"files": []}
            listed |= {file["filename"]: file["hashes"]["sha256"] for file in page["files"]}
        for number in sorted(self.answered):
            if number % 2:
                assert self.wheels[number // 2].name in listed, f"{self.wheels[number // 2].name} is lost"
            else:
                package = self.packages[number // 2]
                served = self.conda.get(f"/noarch/{package.name}")
                assert served.status_code == 200 and served.content == package.read_bytes(), package.name
        for wheel in self.wheels:
            if wheel.name in listed:
                self.check_wheel(wheel, listed[wheel.name])

    def check_wheel(self, wheel, digest: str) -> None:
        page = self.python.project(wheel.name.split("-")[0])
        [url] = [file["url"] for file in page["files"] if file["filename"] == wheel.name]
        served = requests.get(
            requests.compat.urljoin(f"{self.python.index}{wheel.name.split('-')[0]}/", url), timeout=60
        )
        assert served.content == wheel.read_bytes() and distributions.sha256(wheel) == digest, wheel.name


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_answered_upload_survives_ten_kills(own_server, tmp_path):
    dice = random.Random(SEED)
    server = own_server.start()
    create_users(server)
    batch = Batch(tmp_path, Channel(server, "python"), Channel(server, "conda"))
    for _ in range(KILLS):
        missing = [number for number in range(UPLOADS) if number not in batch.answered]
        todo = missing[: max(UPLOADS // KILLS, len(missing) // 4)]
        killer = threading.Timer(dice.uniform(0.02, 0.6), server.kill)
        killer.start()
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(batch.send, todo))
        killer.join()
        server.start()
        batch.check()
    for number in range(UPLOADS):
        batch.send(number)
    assert len(batch.answered) == UPLOADS
    batch.check()
    # What is left over belongs to uploads that were cut off; after it is gone, everything is still served.
    server.admin("gc", "--min-age", "0s")
    batch.check()
    # An index that is being published is stored before it is known.
    until(lambda: server.admin("gc", "--dry-run", "--min-age", "0s")["blobs"] == 0)
