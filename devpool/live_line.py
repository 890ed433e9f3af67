"""What is said of something that takes longer than a second: on a terminal what it is and the seconds so far, in a line
that goes again; elsewhere what it is, once.
"""

from __future__ import annotations

import sys
import time
from threading import Event, Lock, Thread
from typing import TextIO

_FIRST = 1.0  # seconds before there is anything to say
_CLEAR = "\r\x1b[K"


class LiveLine:
    """The line; nothing is drawn in the first second.

    Args:
        text: what is done.
        width: the columns of the terminal; 0 where there is none.
        stream: where it is drawn; stderr with None.
    """

    def __init__(self, text: str, width: int, stream: TextIO | None = None) -> None:
        self._text, self._width, self._stream = text, width, stream or sys.stderr
        self._over, self._lock, self._drawn = Event(), Lock(), False
        self._thread = Thread(target=self._draw, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Remove the line."""
        self._over.set()
        self._thread.join()
        self.clear()

    def clear(self) -> None:
        """Make room for another line; this one is drawn again a second later."""
        with self._lock:
            if self._drawn and self._width:
                self._stream.write(_CLEAR)
                self._stream.flush()
            self._drawn = False

    def again(self) -> LiveLine:
        """The same line after another one; its seconds begin anew."""
        return LiveLine(self._text, self._width, self._stream)

    def _draw(self) -> None:
        begun = time.monotonic()
        while not self._over.wait(_FIRST):
            seconds = f"  {time.monotonic() - begun:.0f} s"
            with self._lock:
                self._stream.write(self._shown(seconds))
                self._stream.flush()
                self._drawn = True
            if not self._width:
                return

    def _shown(self, seconds: str) -> str:
        if not self._width:
            return f"{self._text}\n"
        return f"{_CLEAR}{self._text[: max(self._width - len(seconds) - 1, 0)]}{seconds}"
