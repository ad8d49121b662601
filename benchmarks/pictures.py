"""Draws the screens of the README with Chromium, light and dark: `python -m benchmarks.pictures` writes docs/*.png."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page

from benchmarks.browser import chromium, counted, served, until

LESSON = "#dataset=spiral&networkShape=8,6,4&x=true&y=true&sinX=true&sinY=true&seed=0.4&learningRate=0.03&noise=5"
PAIR = "#dataset=xor&networkShape=4,2&seed=0.5&other=activation%3Drelu%26optimizer%3Dadam&edit=right"
EPOCHS = 150
STROKES = (((0.3, 0.25), (0.7, 0.25), (0.5, 0.55), (0.44, 0.85)),)
"""a seven, in shares of the pad"""
DOCS = Path("docs")
THEMES = ("light", "dark")


@contextmanager
def trained(*flags: str) -> Iterator[str]:
    """The address of the page of a training that goes on."""
    program = [sys.executable, "-m", "etude.cli.main", "train", *flags, "--watch", "--no-browser"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen([*program, "--out", folder], stderr=subprocess.PIPE, text=True, env=environment) as training,
    ):
        assert training.stderr is not None
        lines = iter(training.stderr)
        yield next(line for line in lines if line.startswith("page: ")).removeprefix("page: ").strip()
        training.kill()


def playground(browser: Browser, address: str, lesson: str, name: str, theme: str) -> None:
    """A lesson after a while."""
    page = browser.new_page(viewport={"width": 1280, "height": 760}, color_scheme=theme)  # type: ignore[arg-type]
    page.goto(address + lesson)
    page.click("#playButton")
    until(lambda: counted(page, "epoch") >= EPOCHS)
    page.click("#playButton")
    page.mouse.move(0, 0)
    time.sleep(0.5)
    page.screenshot(path=DOCS / f"{name}-{theme}.png")


def watched(browser: Browser, address: str, theme: str) -> None:
    """A training from outside, from inside, and asked."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
    page.goto(address)
    until(lambda: counted(page, "views") >= 4)
    page.screenshot(path=DOCS / f"runs-{theme}.png")
    page.click("#inside summary")
    until(lambda: counted(page, "inside") >= 2)
    shown(page, "inside", f"inside-{theme}.png")
    page.click("#data-box summary")
    until(lambda: counted(page, "data") >= 2)
    shown(page, "data-box", f"data-{theme}.png")
    page.click("#try summary")
    draw(page)
    time.sleep(3)
    shown(page, "try", f"try-{theme}.png")


def shown(page: Page, part: str, name: str) -> None:
    """A picture of one part of the page, from its top."""
    page.evaluate("(part) => document.getElementById(part).scrollIntoView()", part)
    time.sleep(0.3)
    page.screenshot(path=DOCS / name)


def draw(page: Page) -> None:
    """A seven on the pad."""
    box = page.locator(".pad").bounding_box()
    assert box is not None
    for stroke in STROKES:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=8)
        page.mouse.up()


def main() -> None:
    """Each screen in each theme."""
    with chromium() as browser:
        with served() as address:
            for theme in THEMES:
                playground(browser, address, LESSON, "playground", theme)
                playground(browser, address, PAIR, "pair", theme)
        for theme in THEMES:
            with trained("lenet", "--steps", "20000") as address:
                watched(browser, address, theme)


if __name__ == "__main__":
    main()
