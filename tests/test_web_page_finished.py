"""Runs that are over, in a real browser: their data, their inside, and things to try."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from scipy.io import wavfile

from tests.page_fixtures import BROWSER, broken_rules, until
from tests.test_web_finished import made
from tests.test_web_page_runs import drawn

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine; .ci/run installs one"),
]
SAMPLES = 4000
NOTED = """window.sent = [];
const ask = fetch;
window.fetch = (where, how) => {
  if (how?.body instanceof Blob) window.sent.push(how.body);
  return ask(where, how);
};"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures, sounds, and a table that is gone."""
    folder = tmp_path_factory.mktemp("runs")
    made("cnn", folder / "runs", "pictures", width=4, batch=16)
    time = np.arange(SAMPLES) / SAMPLES
    pitch, start = np.meshgrid([200.0, 300.0], np.linspace(0, 1, 15))
    tones = np.sin(2 * np.pi * (pitch.reshape(-1, 1) * time + start.reshape(-1, 1))) / 4
    np.savez(folder / "tones.npz", x=tones, y=np.array(["low", "high"] * 15))
    np.savetxt(folder / "tone.csv", tones[:1], delimiter=",")
    made("mlp", folder / "runs", "sounds", hidden=(8,), data=str(folder / "tones.npz"))
    pl.DataFrame({"x": [1.0, 2.0, 3.0] * 20, "y": ["a", "b", "c"] * 20}).write_csv(folder / "gone.csv")
    made("tabular", folder / "runs", "table", data=str(folder / "gone.csv"))
    (folder / "gone.csv").unlink()
    return folder


@pytest.fixture(scope="module")
def address(runs: Path) -> Iterator[str]:
    program = [sys.executable, "-m", "etude.cli.main", "playground", "--no-browser", "--json"]
    with subprocess.Popen([*program, "--runs", str(runs / "runs")], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        printed = ""
        while "}" not in printed:
            printed += server.stdout.readline()
        yield json.loads(printed)["address"].replace("/?", "/runs?")
        server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One that hears beeps where there is no microphone."""
    heard = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", *heard])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(browser: Browser, address: str, axe: Path) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    context.add_init_script(path=axe)
    context.add_init_script(NOTED)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{address}#pictures")
    yield page
    assert errors == []


def open_run(page: Page, run: str) -> None:
    """Choose a run of the list."""
    page.click(f"#table a[href='#{run}']")
    until(lambda: page.inner_text("#title").endswith(run) or run in page.inner_text("#table [aria-current]"))
    until(lambda: not page.locator("#data-box").get_attribute("open"))


def sent(page: Page) -> bytes:
    """What the page has sent to be tried, once it has; it is forgotten then."""
    until(lambda: page.evaluate("() => window.sent.length") > 0)
    found = page.evaluate("async () => [...new Uint8Array(await window.sent.at(-1).arrayBuffer())]")
    page.evaluate("() => { window.sent = []; }")
    return bytes(found)


def test_the_data_of_a_run_that_is_over_are_shown_when_somebody_asks(page: Page) -> None:
    until(lambda: page.locator("#data-box").is_visible() and page.locator("#table li").count() == 3)
    assert page.evaluate("() => window.etude.data") == 0 and page.locator("#pool .card").count() == 0
    page.click("#data-box summary")
    for card in ("Examples of each class", "Training pictures of each class"):
        until(lambda card=card: drawn(page, card) > 500)  # type: ignore[misc]
    until(lambda: "Near copies across the parts" in page.inner_text("#pool"))
    assert "copies of others" in page.inner_text("#pool") and page.inner_text("#data-hint") == ""


def test_what_chance_makes_of_its_pictures_is_shown_too(page: Page) -> None:
    until(lambda: drawn(page, "--shift 2") > 500)
    page.locator("#strengths input").evaluate("(each) => { each.value = 7; each.oninput(); }")
    until(lambda: drawn(page, "--shift 7") > 500)


def test_its_layers_are_shown(page: Page) -> None:
    page.click("#inside summary")
    until(lambda: "parameters" in page.inner_text("#whole") and drawn(page, "channels") > 500)
    assert "best checkpoint" in page.inner_text("#inside-hint")
    last = next(each for each in reversed(page.locator("#layers option").all_inner_texts()) if "Linear" in each)
    page.select_option("#layers", label=last)
    until(lambda: drawn(page, f"{last.split()[0]}.weight") > 500)
    assert broken_rules(page) == []


def test_what_is_drawn_is_sent_without_transparency(page: Page) -> None:
    page.click("#try summary")
    page.locator(".pad").scroll_into_view_if_needed()
    box = page.locator(".pad").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 110, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 110, box["y"] + 190, steps=4)
    page.mouse.up()
    assert Image.open(io.BytesIO(sent(page))).mode == "RGB"
    until(lambda: page.locator(".bars meter").count() == 10)
    assert "transparency" not in page.inner_text(".answer")
    until(lambda: drawn(page, "training examples, by distance") > 500)


def test_data_that_are_gone_are_told_of_in_words(page: Page) -> None:
    open_run(page, "table")
    assert page.locator("#pool .card").count() == 0
    page.click("#data-box summary")
    until(lambda: "cannot be read again: there is no file or folder" in page.inner_text("#data-hint"))
    page.click("#inside summary")
    until(lambda: "cannot be read again" in page.inner_text("#inside-hint"))
    assert page.locator("#trouble").is_hidden()


def test_a_series_is_answered_from_a_file_and_from_the_microphone(page: Page, runs: Path) -> None:
    open_run(page, "sounds")
    until(lambda: page.locator("#trial .recorder").count() == 1)
    page.set_input_files("#trial input[type=file]", runs / "tone.csv")
    until(lambda: page.locator(".bars meter").count() == 2 and page.locator(".answer canvas").count() == 2)
    until(lambda: drawn(page, "training examples, by distance") > 500)
    first = page.inner_text(".bars")
    page.fill("#trial input[type=number]", "0.5")
    assert sent(page) == (runs / "tone.csv").read_bytes()
    page.click("text=Record a sound")
    rate, heard = wavfile.read(io.BytesIO(sent(page)))
    assert rate == 2 * SAMPLES and len(heard) == SAMPLES and np.abs(heard).max() > 300  # a beep
    until(lambda: page.inner_text(".bars") != first)
    assert broken_rules(page) == []


def test_a_sound_in_a_file_arrives_as_it_is(page: Page, tmp_path: Path) -> None:
    whole = np.random.default_rng(0).integers(-30000, 30000, SAMPLES).astype(np.int16)
    wavfile.write(tmp_path / "noise.wav", SAMPLES, whole)
    page.fill("#trial input[type=number]", "1")
    page.set_input_files("#trial input[type=file]", tmp_path / "noise.wav")
    heard = wavfile.read(io.BytesIO(sent(page)))[1]
    assert np.abs(heard.astype(int) - whole).max() <= 1  # browsers differ in whether 32,767 or 32,768 is 1
    (tmp_path / "none.wav").write_bytes(b"no sound")
    page.set_input_files("#trial input[type=file]", tmp_path / "none.wav")
    until(lambda: "reads no sound in it" in page.inner_text(".answer"))


@pytest.mark.parametrize("width", [480, 1280])
def test_nothing_is_cut_off(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    script = """(width) => [...document.querySelectorAll("body *")]
      .filter((each) => each.getBoundingClientRect().right > width + 1 && !each.closest(".drawing"))
      .map((each) => each.outerHTML.slice(0, 80))"""
    until(lambda: page.evaluate(script, width) == [])
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
