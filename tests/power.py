"""A disk without power: what may be left of a folder if only what was synced is sure (Pillai et al. 2014, ALICE).

Files and folders are inodes. What a file holds, and which names a folder has, is sure once that inode was synced; until
then each change may have reached the disk or not, and the content of a file may be missing, zeros or torn.
"""

import itertools
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

TORN = 512
"""bytes that a disk writes at once"""
LEFT = {
    "nothing": lambda new: b"",
    "zeros": lambda new: bytes(len(new)),
    "torn": lambda new: new[: min(TORN, len(new) // 2)],
    "everything": lambda new: new,
}
"""of the content that a file got since it was synced"""


@dataclass
class Node:
    """A file or a folder."""

    sure: bytes = b""
    new: bytes = b""
    """what was written behind it since then"""
    names: dict[str, "Node"] | None = None
    """of a folder, those that are sure"""
    changes: list[tuple[str, "Node | None"]] = field(default_factory=list)
    """names that came, or went, since it was synced"""

    def now(self) -> dict[str, "Node"]:
        """The names as a program sees them."""
        names = dict(self.names or {})
        for name, node in self.changes:
            names[name] = node  # type: ignore[assignment]
        return {name: node for name, node in names.items() if node is not None}


class Disk:
    """Records the operations of `etude.training.disk` below a folder."""

    def __init__(self, root: Path) -> None:
        self.root, self.top = root, self.read(root)
        self.moments: list[Node] = []
        """what was there after each operation"""

    def read(self, path: Path) -> Node:
        """Everything that is there is sure."""
        if path.is_dir():
            return Node(names={each.name: self.read(each) for each in path.iterdir()})
        return Node(sure=path.read_bytes())

    def node(self, path: Path) -> Node:
        """Of a path, by the names that a program sees."""
        node = self.top
        for name in path.relative_to(self.root).parts:
            node = node.now()[name]
        return node

    def note(self, operation: str, path: Path, other: object = None) -> None:
        """What an operation does to the disk."""
        parent = self.node(path.parent) if path != self.root else self.top
        match operation:
            case "make_folder":
                parent.changes.append((path.name, Node(names={})))
            case "write":
                assert isinstance(other, bytes)
                parent.changes.append((path.name, Node(new=other)))
            case "append":
                assert isinstance(other, bytes)
                if path.name not in parent.now():
                    parent.changes.append((path.name, Node()))
                self.node(path).new += other
            case "sync":
                node = self.node(path)
                node.sure, node.new = node.sure + node.new, b""
                if node.names is not None:
                    node.names, node.changes = node.now(), []
            case "rename":
                assert isinstance(other, Path)
                node = self.node(path)
                self.node(other.parent).changes.append((other.name, node))
                parent.changes.append((path.name, None))
            case _:
                parent.changes.append((path.name, None))
        self.moments.append(deepcopy(self.top))

    def losses(self) -> Iterator[tuple[int, Node]]:
        """Every disk that a power loss could leave, with the number of the operation after which it came."""
        return ((number, left) for number, moment in enumerate(self.moments, start=1) for left in lost(moment))


def lost(top: Node) -> Iterator[Node]:
    """All, none, or all but one of the names that are not sure, with every content of the files that are not."""
    folders = [node for node in nodes(top) if node.changes]
    kept = [[(), *itertools.combinations(range(len(node.changes)), len(node.changes) - 1)] for node in folders]
    whole = [tuple(range(len(node.changes))) for node in folders]
    choices = [whole, *([*whole[:k], one, *whole[k + 1 :]] for k, some in enumerate(kept) for one in some)]
    contents = LEFT if any(node.new for node in nodes(top)) else ("everything",)
    for choice, content in itertools.product(choices, contents):
        copy = deepcopy(top)
        for node, some in zip([each for each in nodes(copy) if each.changes], choice, strict=True):
            node.changes = [node.changes[k] for k in some]
        for node in nodes(copy):
            node.new = LEFT[content](node.new)
        yield copy


def nodes(top: Node) -> list[Node]:
    """A folder and everything in it that has, or had, a name."""
    inside = [*(top.names or {}).values(), *(node for _, node in top.changes if node is not None)]
    unique = list({id(each): each for each in inside}.values())
    return [top, *(deeper for each in unique for deeper in nodes(each))]


def restore(node: Node, path: Path) -> None:
    """Write it down as real files."""
    if node.names is None:
        path.write_bytes(node.sure + node.new)
        return
    path.mkdir()
    for name, each in node.now().items():
        restore(each, path / name)
