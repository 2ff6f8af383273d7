"""What a server tells of itself at its metrics' own address."""

import re

import requests

from .bonded import Server

_ADDRESS = re.compile(r"^metrics on (http://\S+)$", re.MULTILINE)
_SERIES = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')
LISTEN = ("--metrics-listen", "127.0.0.1:0")


def address(server: Server) -> str:
    """Where the server that was started last serves them."""
    return _ADDRESS.findall(server.log())[-1]


def read(server: Server) -> str:
    """All of them as text."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(address(server), timeout=10)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.text


def value(server: Server, name: str, **labels: str) -> float | None:
    """One of them, if it is there."""
    for shown, own, number in _SERIES.findall(read(server)):
        if shown == name and dict(_LABEL.findall(own)) == labels:
            return float(number)
    return None
