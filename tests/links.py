"""Every relative link in the Markdown files leads somewhere; part of `make check`."""

import re
import subprocess
import sys
from pathlib import Path


def broken_links() -> list[str]:
    """'FILE: LINK' for each link to a file that is not there."""
    files = subprocess.run(["git", "ls-files", "*.md"], check=True, capture_output=True, text=True).stdout.split()
    found = []
    for name in files:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", Path(name).read_text(encoding="utf-8")):
            if "://" not in target and not (Path(name).parent / target).exists():
                found.append(f"{name}: {target}")
    return found


if __name__ == "__main__":
    broken = broken_links()
    print("\n".join(broken))
    sys.exit(1 if broken else 0)
