"""The playground in Chromium, for what is measured and drawn there."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

PATIENCE = 60.0
"""seconds"""


@contextmanager
def served(*flags: str) -> Iterator[str]:
    """The address that `etude playground` prints."""
    program = [sys.executable, "-m", "etude.cli.main", "playground", "--no-browser", "--json", *flags]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        printed = ""
        while "}" not in printed:
            printed += server.stdout.readline()
        yield json.loads(printed)["address"]
        server.terminate()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


def until(come: Callable[[], bool]) -> None:
    """Wait for what must come soon."""
    end = time.monotonic() + PATIENCE
    while not come():
        if time.monotonic() > end:
            raise TimeoutError("the page did not come to it")
        time.sleep(0.02)


def counted(page: Page, name: str) -> float:
    """What the page has counted; 0 while it is not there."""
    return float(page.evaluate(f"() => window.etude?.{name} ?? 0"))
