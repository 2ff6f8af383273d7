"""Whether everybody can read a page: axe-core's rules, narrow windows, and pictures for people to judge."""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

from .browser import Visitor

SCHEMES = ("light", "dark")
_DESKTOP, _PHONE, _NARROWEST = ({"width": width, "height": 800} for width in (1200, 390, 320))


def look(visitor: Visitor, name: str) -> list[str]:
    """What is wrong with the present page, in both schemes and at all widths. Leaves pictures of it."""
    page, wrong = visitor.page, []
    before = page.viewport_size
    for scheme in SCHEMES:
        # Without motion, or the picture shows the colours on their way.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for size, label in ((_DESKTOP, "desktop"), (_PHONE, "phone")):
            page.set_viewport_size(size)
            _picture(page, f"{name}-{scheme}-{label}")
        wrong += [f"{name} ({scheme}): {violation}" for violation in violations(page)]
    page.set_viewport_size(_NARROWEST)
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        wrong.append(f"{name}: scrolls sideways at 320 pixels")
    page.set_viewport_size(before)
    return wrong


def violations(page) -> list[str]:
    """What axe-core finds, one line for each element."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:200]} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


def _picture(page, name: str) -> None:
    if directory := os.environ.get("BONDED_TEST_SCREENSHOTS"):
        page.screenshot(path=Path(directory) / f"{name}.png", full_page=True)
