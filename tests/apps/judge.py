"""What has to hold of every application's story. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apps.app import App
from apps.seen import Phase, Story

# The pooler's own connection, the application's healthcheck, and one that is about to be closed.
_OWN = 3
# The size of a pool, which PgBouncer fills where clients come anew all the time, and which it keeps.
_POOL = 20
# A notification that does not arrive is replaced by a poll, if at all, which takes longer than this.
_LATE = 2.0
# As long as the application itself takes after its database was replaced, and this much longer.
_LONGER = 15.0


def faults(app: App, story: Story) -> list[str]:
    """What does not hold, a sentence each."""
    return [
        *_of_phases(story),
        *_of_connections(app, story),
        *_of_events(story),
        *_of_reaction(story),
        *_of_routes(app, story),
        *_of_findings(app, story),
        *(f"{name} is not as it was before enable" for name in story.bytes_differ),
        *([f"{story.rows_lost} rows are lost after disable"] if story.rows_lost else []),
    ]


def _of_phases(story: Story) -> Iterator[str]:
    for name, phase in (("directly", story.direct), ("pooled", story.pooled), ("after disable", story.after)):
        if phase is not None:
            yield from _of_phase(name, phase)


def _of_connections(app: App, story: Story) -> Iterator[str]:
    if story.direct and story.pooled:
        most = max(story.direct.held, _POOL if app.connects_anew else 0)
        if story.pooled.held > most + _OWN:
            yield f"pooled: Postgres held {story.pooled.held} connections, directly {story.direct.held}"


def _of_phase(name: str, phase: Phase) -> Iterator[str]:
    if phase.errors:
        yield f"{name}: {phase.errors} errors: {'; '.join(phase.reasons)}"
    elif not phase.done:
        yield f"{name}: no work was done"
    elif phase.rows != phase.done:
        yield f"{name}: {phase.done} pieces of work are {phase.rows} rows"


def _of_events(story: Story) -> Iterator[str]:
    direct = story.direct_event
    for name, event in (("database", story.database_event), ("pooler", story.pooler_event)):
        if event and not event.healed:
            yield f"{name} recreated: it does not heal: {'; '.join(event.reasons)}"
        elif event and direct and event.seconds > direct.seconds + _LONGER:
            yield f"{name} recreated: healed after {event.seconds} s, directly {direct.seconds} s"


def _of_reaction(story: Story) -> Iterator[str]:
    direct, pooled = story.direct_reaction, story.pooled_reaction
    if direct is not None and pooled is not None and pooled > direct + _LATE:
        yield f"it reacts after {pooled} s, directly after {direct} s"


def _of_routes(app: App, story: Story) -> Iterator[str]:
    for service, way in app.routes.items():
        if story.routes.get(service) != way:
            yield f"{service} is {story.routes.get(service, 'in no route')}, and has to be {way}"


def _of_findings(app: App, story: Story) -> Iterator[str]:
    for pattern in app.finds:
        if not any(re.search(pattern, line) for line in story.findings):
            yield f"check does not say {pattern!r}"
    for line in story.findings:
        if not any(re.search(pattern, line) for pattern in app.finds):
            yield f"check says what is not known of this application: {line}"
