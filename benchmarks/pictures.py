"""Draws the screens of the README with Chromium: `python -m benchmarks.pictures` writes docs/playground-*.png."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

LESSON = "#dataset=spiral&networkShape=8,6,4&x=true&y=true&sinX=true&sinY=true&seed=0.4&learningRate=0.03&noise=5"
EPOCHS = 150
DOCS = Path("docs")


def main() -> None:
    """Learn for a while in each theme, then take the picture."""
    program = [sys.executable, "-m", "etude.cli.main", "playground", "--no-browser", "--json"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
        assert server.stdout is not None
        address = json.loads("".join(server.stdout.readline() for _ in range(3)))["address"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for theme in ("light", "dark"):
            page = browser.new_page(viewport={"width": 1280, "height": 760}, color_scheme=theme)
            page.goto(address + LESSON)
            page.click("#playButton")
            while page.evaluate("() => window.etude?.epoch ?? 0") < EPOCHS:
                time.sleep(0.2)
            page.click("#playButton")
            page.mouse.move(0, 0)
            time.sleep(0.5)
            page.screenshot(path=DOCS / f"playground-{theme}.png")
        browser.close()
        server.terminate()


if __name__ == "__main__":
    main()
