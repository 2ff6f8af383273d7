"""Programs at a terminal, with a person who answers."""

import fcntl
import os
import pty
import struct
import termios
from pathlib import Path


def run(
    words: list,
    environment: dict[str, str],
    cwd: Path,
    answers: list[str],
    ends: tuple[bytes, ...] = (b":",),
    wait=lambda terminal, question: None,
) -> tuple[int, str]:
    """Runs a program whose questions end with one of `ends`, and answers each: status, and all that is shown."""
    words = [str(word) for word in words]
    child, terminal = pty.fork()
    if child == 0:
        # As wide as people have it: a terminal without a size shows no bars.
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        os.chdir(cwd)
        os.execve(words[0], words, environment)
    shown, question, waiting = b"", b"", list(answers)
    while piece := _read(terminal):
        shown, question = shown + piece, question + piece
        if waiting and question.rstrip().endswith(ends):
            wait(terminal, question)
            os.write(terminal, waiting.pop(0).encode() + b"\n")
            question = b""
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        # The other side has ended.
        return b""
