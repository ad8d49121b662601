"""etude playground: a page on which a small network learns while you watch, and change it."""

import secrets
import socket
import sys
import webbrowser
from dataclasses import dataclass

import torch
import uvicorn

from etude.cli.flags import parse, show
from etude.errors import UsageError
from etude.web.app import create_app


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
    json: bool = False
    """print the address as JSON"""


def command(arguments: list[str]) -> int:
    """The verb."""
    flags = parse(Flags, arguments, verb="playground")
    listener = listening(flags.port)
    port, token = listener.getsockname()[1], secrets.token_urlsafe(24)
    address = f"http://127.0.0.1:{port}/?token={token}"
    show({"address": address}, f"playground: {address}\nCtrl-C ends it.", as_json=flags.json)
    sys.stdout.flush()
    torch.set_num_threads(1)  # pictures of 100 x 100 places are too small to share
    sys.setswitchinterval(0.0005)  # seconds that a frame waits for its turn while the network learns
    server = uvicorn.Server(
        uvicorn.Config(create_app(token, port=port), log_level="warning", ws_per_message_deflate=False, lifespan="off")
    )
    if flags.browser:
        webbrowser.open(address)
    server.run(sockets=[listener])
    return 0


def listening(port: int) -> socket.socket:
    """A socket on this machine alone; UsageError E-PORT if somebody else has the port."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(
            "E-PORT", f"--port {port}: {str(error).rstrip('.')}; leave --port away to take a free one."
        ) from None
    return listener
