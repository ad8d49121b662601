"""Sixty ways to name a file outside, in every parameter of the page: not one byte of it comes back."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from etude.verbs.python import train
from etude.web.app import create_app

PORT, TOKEN = 4322, "the-right-one"
SECRET = "the moon is made of basalt"
"""what stands in the files outside"""
UPS = (
    "../",
    "..\\",
    "%2e%2e/",
    "%2e%2e%2f",
    "..%2f",
    "..%5c",
    "%252e%252e%252f",
    "..%252f",
    "....//",
    "..;/",
    "..%00/",
)
FORMS = (
    *(f"{up}{name}" for up in UPS for name in ("outside", "outside/recipe.json", "runs-of-others/recipe.json")),
    *(f"first/{up}{up}outside" for up in UPS),
    *(
        "/proc/self/environ",
        "//proc/self/environ",
        "/etc/passwd",
        "file:///etc/passwd",
        "\\\\host\\share",
        "C:\\x",
        "~",
    ),
    *(
        "first/../../outside",
        "first/%00",
        "first\0",
        "first%00.js",
        ".",
        "..",
        "",
        "./first",
        "first/",
        "linked",
        "first.",
    ),
    *("\uff0e\uff0e\uff0foutside", "..\u2215outside", "..\u2044outside", "%c0%ae%c0%ae/outside", "..%c0%af", "first\n"),
)
QUERIES = (
    *(("facts", "run"), ("figures", "run"), ("try", "run"), ("settings", "names"), ("curves", "names")),
    *(("live/view", "name"), ("live/layer", "name"), ("live/augmented", "draw")),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs, with files of others beside it and links to them in it."""
    root = tmp_path_factory.mktemp("place")
    train("softmax", "iris", name="first", out=root / "runs", steps=1)
    for name in ("outside", "runs-of-others"):
        (root / name).mkdir()
        (root / name / "recipe.json").write_text(f'{{"format": 1, "recipe": "{SECRET}", "fields": {{}}}}')
    (root / "runs" / "linked").symlink_to(root / "outside")
    return root


@pytest.fixture
def client(place: Path) -> Iterator[TestClient]:
    app = create_app(TOKEN, port=PORT, runs=place / "runs")
    with TestClient(app, base_url=f"http://127.0.0.1:{PORT}", raise_server_exceptions=False) as client:
        client.cookies.set(f"etude_token_{PORT}", TOKEN)
        yield client


def harmless(answer: object, form: str) -> None:
    """Refused in words, without a byte of what is outside."""
    status, body = answer.status_code, answer.content  # type: ignore[attr-defined]
    assert 400 <= status < 500, (form, status)
    assert SECRET.encode() not in body and b"root:" not in body and b"PATH=" not in body, form


def test_there_are_sixty_forms_and_more() -> None:
    assert len(set(FORMS)) >= 60


@pytest.mark.parametrize(("path", "key"), QUERIES)
def test_no_parameter_leads_outside(client: TestClient, path: str, key: str) -> None:
    for form in FORMS:
        harmless(client.get(f"/api/{path}", params={key: form}), form)


def test_no_address_leads_outside(client: TestClient) -> None:
    for form in FORMS:
        asked = form.replace("\0", "%00").replace("\n", "%0a").lstrip("/") or "%20"
        if asked not in {".", "./first", "first/", "..", "~", "first."}:
            harmless(client.get(f"/static/{asked}"), form)


def test_no_trial_is_written_or_read_elsewhere(client: TestClient, place: Path) -> None:
    before = sorted(os.walk(place))
    for form in FORMS:
        harmless(client.post("/api/try", params={"run": form, "suffix": ".csv"}, content=b"x"), form)
        harmless(client.post("/api/try", params={"run": "first", "suffix": form}, content=b"x"), form)
    assert sorted(os.walk(place)) == before
