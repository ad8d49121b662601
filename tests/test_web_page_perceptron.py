"""Rosenblatt's rule on the page: the line that is drawn is scikit-learn's, and every mistake is counted and said."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from sklearn.linear_model import Perceptron

from tests.page_fixtures import MARKS, broken_rules, drawn, show, shown, until

pytestmark = MARKS
ROWS = [(2.0, 1.0, 1), (-3.0, 2.5, 0), (1.0, -2.0, 1), (-1.0, 3.0, 0), (3.5, 4.0, 1), (-2.0, -3.0, 0)]
POINTS = ";".join(",".join(map(str, row)) for row in ROWS)
ADDRESS = f"#optimizer=perceptron&networkShape=&points={POINTS}&learningRate=1&initZero=true"


def line(page: Page, kind: str) -> list[float]:
    """x and y of two places on a line, with y upwards."""
    names = ["x1", "y1", "x2", "y2"]
    found = page.eval_on_selector(
        f".plot svg .border.{kind}", "(el, names) => names.map((n) => +el.getAttribute(n))", names
    )
    x1, y1, x2, y2 = found
    return [x1, -y1, x2, -y2]


def step(page: Page) -> str:
    """One more, by the keyboard; what is said of it."""
    before = page.inner_text("#update-said") + page.inner_text("#epoch")
    page.keyboard.press("ArrowRight")
    until(lambda: page.inner_text("#update-said") + page.inner_text("#epoch") != before)
    return page.inner_text("#mistake-said")


def test_from_mistake_to_mistake_the_line_is_scikit_learns(page: Page) -> None:
    show(page, ADDRESS)
    assert page.input_value("#grain") == "mistake" and page.is_disabled("#dropout")
    until(lambda: page.inner_text("#mistakes").startswith("Mistakes: 0 (bound R²/γ² = "))
    words = []
    while "right" not in (words or [""])[-1]:
        words.append(step(page))
    theirs = Perceptron(eta0=1.0, shuffle=False, tol=None, max_iter=50, penalty=None)
    x, y = np.array([row[:2] for row in ROWS]), np.array([row[2] for row in ROWS])
    theirs.fit(x, y)
    assert theirs.score(x, y) == 1.0
    x1, y1, x2, y2 = line(page, "now")
    assert np.allclose(np.array([[x1, y1], [x2, y2]]) @ theirs.coef_[0] + theirs.intercept_, 0, atol=1e-5)
    counted, bound = map(int, re.findall(r"Mistakes: (\d+) \(bound R²/γ² = (\d+)\)", page.inner_text("#mistakes"))[0])
    assert 0 < counted == len(words) - 1 <= bound
    assert all("a mistake" in each for each in words[:-1]) and "the line rests" in words[-1]


def test_a_mistake_is_drawn_as_three_arrows_and_written_out(page: Page) -> None:
    show(page, ADDRESS)
    first = step(page)
    assert first.startswith("Point 1 of 6 at (2, 1): w·x\xa0+\xa0b\xa0=\xa00, y\xa0=\xa01: a mistake.")
    assert "w ← w + ηyx = (0, 0) + 1 · 1 · (2, 1) = (2, 1)" in first and "b ← b + ηy = 0 + 1 = 1" in first
    assert page.is_visible("#looked")
    while page.locator(".plot svg .border.before").count() == 0:
        said = step(page)
    heads = page.locator(".plot svg text").all_text_contents()
    assert sorted(heads) == ["new w", "w", "ηyx"] and "a mistake" in said
    page.select_option("#grain", "point")
    said = step(page)
    assert ("right, nothing changes" in said) != ("a mistake" in said)


def test_what_has_hidden_layers_is_refused_in_words(page: Page) -> None:
    page.evaluate("() => { document.getElementById('beyond').open = true; }")
    page.select_option("#optimizer", "perceptron")
    until(lambda: page.is_visible("#trouble"))
    assert "2 hidden layers" in page.inner_text("#trouble")
    until(lambda: page.input_value("#optimizer") == "sgd")
    page.click("#fewer")
    until(lambda: "1 hidden layer" in page.inner_text("#layers-text"))
    page.click("#fewer")
    until(lambda: "0 hidden layers" in page.inner_text("#layers-text"))
    page.select_option("#optimizer", "perceptron")
    until(lambda: "optimizer=perceptron" in shown(page) and page.is_visible("#mistakes"))
    assert page.is_hidden("#trouble")
    page.select_option("#optimizer", "adam")
    until(lambda: page.is_hidden("#mistakes"))
    assert page.input_value("#grain") == "epoch" and page.is_enabled("#dropout")


@pytest.mark.parametrize("features", ["x=true&y=true&xSquared=true", "x=true&y=false"])
def test_with_other_features_there_is_a_line_only_where_the_border_is_one(page: Page, features: str) -> None:
    show(page, f"{ADDRESS}&{features}")
    said = step(page)
    assert "a mistake" in said and ("(2, 1, 4)" in said or "(2)" in said)
    assert page.locator(".plot svg .border.now").count() == (0 if "xSquared" in features else 1)


def test_what_no_line_parts_has_no_bound(page: Page) -> None:
    show(page, "#optimizer=perceptron&networkShape=&dataset=xor&seed=0.42")
    until(lambda: page.inner_text("#mistakes") == "Mistakes: 0 (no bound: not separable)")
    show(page, "#optimizer=perceptron&networkShape=&dataset=xor&seed=0.42&xTimesY=true")
    until(lambda: page.inner_text("#mistakes").startswith("Mistakes: 0 (bound from these first weights: "))


@pytest.mark.parametrize(("width", "scheme"), [(480, "light"), (1280, "dark")])
def test_no_rule_of_wcag_is_broken(browser: Browser, address: str, axe: Path, width: int, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.add_init_script(path=axe)
    page = context.new_page()
    page.goto(address + ADDRESS)
    until(lambda: drawn(page) > 0)
    step(page)
    assert broken_rules(page) == []
    context.close()
