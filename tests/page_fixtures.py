"""A browser that shows the playground, for the tests of its page."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
MARKS = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine; .ci/run installs one"),
    pytest.mark.usefixtures("fresh"),
]
LESSON = "#dataset=gauss&seed=0.5&networkShape=3,2&showTestData=false"
AXE = "axe-core@4.14.1"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE = 20.0
"""seconds"""


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checker, fetched for this test alone."""
    folder = tmp_path_factory.mktemp("axe")
    command = ["npm", "install", "--silent", "--no-save", "--ignore-scripts", "--prefix", str(folder), AXE]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"{AXE} cannot be had: {error}")
    return folder / "node_modules" / "axe-core" / "axe.min.js"


def broken_rules(page: Page) -> list[tuple[str, list[str]]]:
    """Each rule of WCAG 2.2 AA that a page breaks, and where; the page was opened with `axe` as a script."""
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    assert len(found["passes"]) >= 10
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    program = [sys.executable, "-m", "etude.cli.main", "playground", "--no-browser", "--json"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        printed = ""
        while "}" not in printed:
            printed += server.stdout.readline()
        yield json.loads(printed)["address"]
        server.terminate()


@pytest.fixture(scope="module")
def requests() -> list[str]:
    """Where the page has sent something."""
    return []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(browser: Browser, address: str, requests: list[str]) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: requests.append(f"error: {error}"))
    page.goto(address + LESSON)
    until(lambda: drawn(page) > 0)
    return page


@pytest.fixture
def fresh(page: Page) -> None:
    """The same lesson before every test."""
    show(page, LESSON)


def show(page: Page, address: str) -> None:
    """Another lesson, and wait until it is drawn."""
    before = page.evaluate("() => window.etude.lessons")
    page.evaluate("(hash) => { location.hash = hash; }", f"{address}&unknown={time.monotonic()}")
    until(lambda: page.evaluate("() => window.etude.shown") > before)


def until(come: Callable[[], bool]) -> None:
    """Wait for what must come soon."""
    end = time.monotonic() + PATIENCE
    while not come():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def drawn(page: Page) -> int:
    return int(page.evaluate("() => (window.etude ?? {drawn: 0}).drawn"))


def epoch(page: Page) -> int:
    return int(page.inner_text("#epoch").replace(",", ""))


def shown(page: Page) -> str:
    """What stands behind the # of the address."""
    return str(page.evaluate("() => location.hash"))


def loss(page: Page) -> float:
    return float(page.inner_text("#train-loss"))


def pixel(page: Page, x: float, y: float) -> list[int]:
    """Red, green and blue of the output at a place of the plane."""
    script = """([x, y]) => {
      const canvas = document.getElementById("answer");
      const [column, row] = [(x + 6) / 12 * canvas.width, (6 - y) / 12 * canvas.height];
      return [...canvas.getContext("2d").getImageData(column, row, 1, 1).data].slice(0, 3);
    }"""
    found: list[int] = page.evaluate(script, [x, y])
    return found


def picture(page: Page, canvas: str) -> str:
    """What a canvas shows, as the bytes of a file."""
    return str(page.evaluate("(name) => document.getElementById(name).toDataURL()", canvas))
