#!/usr/bin/env python3
"""Makes docs/check.svg: a run of lanelint in a terminal, as it was.

    cargo build && python3 docs/picture.py target/debug/lanelint

The program runs in a pseudo-terminal of its own, in a copy of an example; what it writes is read as a
terminal reads it, and every cell keeps its place and its colour.
"""

import fcntl
import html
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = 92
CELL = (8.4, 19)
MARGIN = 18
COLOURS = {
    30: "#6e7681", 31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff",
    36: "#56d4dd", 37: "#e6edf3",
}
PLAIN = "#e6edf3"


def run(program: Path) -> str:
    """What the program writes to a terminal."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "site"
        shutil.copytree(ROOT / "fixtures/shared-helper/src", work / "src")
        shutil.copy(ROOT / "fixtures/shared-helper/bad/lanes.yaml", work / "lanes.yaml")
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        env = {"PATH": os.environ["PATH"], "HOME": folder, "TERM": "xterm-256color"}
        child = subprocess.Popen([program, "check"], cwd=work, env=env, stdin=theirs, stdout=theirs)
        os.close(theirs)
        said = b""
        try:
            while chunk := os.read(ours, 4096):
                said += chunk
        except OSError:
            pass  # Linux says so when the other end is closed.
        child.wait()
        os.close(ours)
    return said.decode().replace("\r\n", "\n").rstrip("\n")


def runs(line: str):
    """The runs of a line that look alike: first column, text, colour, whether bold."""
    colour, bold, column = PLAIN, False, 0
    for text, codes in re.findall(r"([^\x1b]*)(?:\x1b\[([0-9;]*)m)?", line):
        if text:
            yield column, text, colour, bold
            column += len(text)
        for code in [int(code or 0) for code in codes.split(";")] if codes is not None else []:
            if code in (0, 39):
                colour = PLAIN
            if code in (0, 22):
                bold = False
            if code == 1:
                bold = True
            if code in COLOURS:
                colour = COLOURS[code]


def picture(lines: list[str]) -> str:
    width = COLUMNS * CELL[0] + 2 * MARGIN
    height = len(lines) * CELL[1] + 2 * MARGIN
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="A run of lanelint check">',
        "<!-- Made by docs/picture.py from a run in a terminal. -->",
        f'<rect width="100%" height="100%" rx="8" fill="#0d1117"/>',
        '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace" '
        'font-size="14" xml:space="preserve">',
    ]
    for number, line in enumerate(lines):
        y = MARGIN + (number + 0.75) * CELL[1]
        for column, text, colour, bold in runs(line):
            if not text.strip():
                continue
            # Blanks at either end have no place of their own.
            column += len(text) - len(text.lstrip())
            text = text.strip()
            x = MARGIN + column * CELL[0]
            weight = ' font-weight="bold"' if bold else ""
            svg.append(
                f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{weight} '
                f'textLength="{len(text) * CELL[0]:.1f}">{html.escape(text)}</text>'
            )
    svg += ["</g>", "</svg>"]
    return "\n".join(svg) + "\n"


def main() -> None:
    program = Path(sys.argv[1] if len(sys.argv) > 1 else "target/debug/lanelint").resolve()
    lines = ["$ lanelint check", *run(program).split("\n")]
    (ROOT / "docs/check.svg").write_text(picture(lines))


main()
