"""A client of an application's HTTP API: one connection that is kept, as a browser or a program keeps it."""

from __future__ import annotations

import base64
import http.client
import json
from typing import Any
from urllib.parse import urlencode

_SECONDS = 20


class WrongAnswerError(Exception):
    """The application answered, but not with what was asked for."""


class Web:
    """One client.

    Args:
        port: where the application is published on the loopback address.
        headers: sent with every request.
    """

    def __init__(self, port: int, headers: dict[str, str] | None = None) -> None:
        self.headers = headers or {}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)

    def log_in(self, user: str, password: str) -> None:
        """Basic authentication from now on."""
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.headers["Authorization"] = f"Basic {token}"

    def call(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[http.client.HTTPMessage, bytes]:
        """The headers and the body of an answer.

        Raises:
            WrongAnswerError: its status is not of the 200s or 300s.
            OSError, http.client.HTTPException: there was no answer.
        """
        try:
            self._connection.request(method, path, body or None, self.headers | headers)
            answer = self._connection.getresponse()
            text = answer.read()
        except BaseException:
            self.close()  # the next request begins with a new connection
            raise
        if answer.status >= 400:
            said = text[:200].decode(errors="replace")
            raise WrongAnswerError(f"{method} {path.partition('?')[0]}: {answer.status} {said}")
        return answer.headers, text

    def ask(self, method: str, path: str, value: object = None) -> Any:
        """The answer in JSON to a request in JSON; None where it is empty."""
        body = b"" if value is None else json.dumps(value).encode()
        text = self.call(method, path, body, **{"Content-Type": "application/json"})[1]
        return json.loads(text) if text else None

    def post_form(self, path: str, **fields: str) -> bytes:
        """The answer to a form."""
        return self.call(
            "POST", path, urlencode(fields).encode(), **{"Content-Type": "application/x-www-form-urlencoded"}
        )[1]

    def close(self) -> None:
        """End the connection; the next request opens another one."""
        self._connection.close()


def expect(found: object, wanted: object, what: str) -> None:
    """Raise `WrongAnswerError` where an answer is not the wanted one."""
    if found != wanted:
        raise WrongAnswerError(f"{what}: {found!r}, not {wanted!r}")
