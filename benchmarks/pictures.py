"""Draws the screens of the README with Chromium: `python -m benchmarks.pictures` writes docs/playground-*.png."""

import time
from pathlib import Path

from benchmarks.browser import chromium, counted, served, until

LESSON = "#dataset=spiral&networkShape=8,6,4&x=true&y=true&sinX=true&sinY=true&seed=0.4&learningRate=0.03&noise=5"
EPOCHS = 150
DOCS = Path("docs")


def main() -> None:
    """Learn for a while in each theme, then take the picture."""
    with served() as address, chromium() as browser:
        for theme in ("light", "dark"):
            page = browser.new_page(viewport={"width": 1280, "height": 760}, color_scheme=theme)
            page.goto(address + LESSON)
            page.click("#playButton")
            until(lambda page=page: counted(page, "epoch") >= EPOCHS)  # type: ignore[misc]
            page.click("#playButton")
            page.mouse.move(0, 0)
            time.sleep(0.5)
            page.screenshot(path=DOCS / f"playground-{theme}.png")


if __name__ == "__main__":
    main()
