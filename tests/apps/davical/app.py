"""DAViCal, a server of calendars in PHP: clients that put events into calendars and get them back."""

from __future__ import annotations

from uuid import uuid4

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import expect

_EVENT = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tests//EN
BEGIN:VEVENT
UID:{name}@calendar.example
DTSTAMP:20260101T000000Z
DTSTART:20260101T100000Z
DTEND:20260101T110000Z
SUMMARY:{name}
END:VEVENT
END:VCALENDAR
"""


def _client(project: AppProject) -> Work:
    web, calendar = project.web("web", 80), f"/caldav.php/admin/{uuid4().hex}/"
    web.log_in("admin", "secret")
    web.call("MKCALENDAR", calendar)

    def work(name: str) -> None:
        event = _EVENT.format(name=name).replace("\n", "\r\n").encode()
        web.call("PUT", f"{calendar}{name}.ics", event, **{"Content-Type": "text/calendar"})
        found = web.call("GET", f"{calendar}{name}.ics")[1].decode()
        expect(f"SUMMARY:{name}" in found, True, f"the event {name}")

    return work


APP = App(
    title="DAViCal",
    driver="PHP, PDO",
    source="https://www.davical.org/installation.php",
    images={"stand-in.localhost/davical:latest": "image"},
    version=("web", "dpkg-query", "-W", "-f", "${Version}", "davical"),
    routes={"web": "pooled by name", "setup": "direct"},
    user="postgres",
    database="davical",
    rows="SELECT count(*) FROM calendar_item",
    client=_client,
    connects_anew=True,
    clients=8,  # each of its requests takes a process of Apache, and half a second of work
)
