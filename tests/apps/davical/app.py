"""DAViCal, a server of calendars in PHP: clients that put events into a calendar and get them back."""

from __future__ import annotations

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import Web, expect

_CALENDAR = "/caldav.php/admin/work/"
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


def _web(project: AppProject) -> Web:
    web = project.web("web", 80)
    web.log_in("admin", "secret")
    return web


def _prepare(project: AppProject) -> None:
    _web(project).call("MKCALENDAR", _CALENDAR)


def _client(project: AppProject) -> Work:
    web = _web(project)

    def work(name: str) -> None:
        event = _EVENT.format(name=name).replace("\n", "\r\n").encode()
        web.call("PUT", f"{_CALENDAR}{name}.ics", event, **{"Content-Type": "text/calendar"})
        found = web.call("GET", f"{_CALENDAR}{name}.ics")[1].decode()
        expect(f"SUMMARY:{name}" in found, True, f"the event {name}")

    return work


APP = App(
    title="DAViCal",
    driver="PHP PDO; Perl DBD::Pg to migrate",
    source="https://www.davical.org/installation.php",
    images={"stand-in.localhost/davical:latest": "image"},
    version=("web", "dpkg-query", "-W", "-f", "${Version}", "davical"),
    routes={"web": "pooled by name", "setup": "direct"},
    user="postgres",
    database="davical",
    rows="SELECT count(*) FROM calendar_item",
    prepare=_prepare,
    client=_client,
)
