"""etude playground: a page on which a small network learns while you watch, and change it."""

import importlib
import sys
import webbrowser
from dataclasses import dataclass
from pathlib import Path

from etude.cli.flags import parse, show
from etude.web.server import PageServer, listening


@dataclass(frozen=True)
class Flags:
    """Open the playground in the browser: watch a small network learn, change anything while it does.

    Every lesson of TensorFlow Playground works: put what stands behind the # of its address behind ours. Nothing
    leaves this machine, and nobody else can open the page. Ctrl-C ends it.
    """

    port: int = 0
    """of the server on 127.0.0.1; 0 takes a free one"""
    browser: bool = True
    """open the page; with --no-browser only its address is printed"""
    runs: Path = Path("runs")
    """folder of run folders, whose curves and figures the page shows too"""
    json: bool = False
    """print the address as JSON"""


def command(arguments: list[str]) -> int:
    """The verb."""
    flags = parse(Flags, arguments, verb="playground")
    page = PageServer(listening(flags.port), runs=flags.runs)
    address = page.address()
    show({"address": address}, f"playground: {address}\nCtrl-C ends it.", as_json=flags.json)
    sys.stdout.flush()
    if flags.browser:
        webbrowser.open(address)
    torch = importlib.import_module("torch")  # behind the address: the browser opens meanwhile
    torch.set_num_threads(1)  # pictures of 100 x 100 places are too small to share
    sys.setswitchinterval(0.0005)  # seconds that a frame waits for its turn while the network learns
    page.run()
    return 0
