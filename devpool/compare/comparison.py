"""A comparison as values: each way that the command ran, what came of it, and what differs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from devpool.catalog.log_messages import Translated, translate_all
from devpool.checks.leaks import HARMS, WAYS, Kind
from devpool.compare.differences import Differences, differences
from devpool.compare.figures import Figures, median
from devpool.compare.junit_report import Case, Report

DIRECT = "direct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """State that a look found on a shared server connection while the command ran.

    Attributes:
        kind: what kind of state.
        what: it, in words.
        statement: what to look for in the source.
        pattern: the same as an extended regular expression of grep's.
        pool: `user@database`.
        since, seen: between which two moments it came there, in seconds since the epoch.
        place: where the app's source has it, `file:line`; "" where that was not found.
    """

    kind: Kind
    what: str
    statement: str
    pattern: str
    pool: str
    since: float
    seen: float
    place: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What is the same for the same state on another connection."""
        return self.kind, self.what, self.pool

    @property
    def cause(self) -> str:
        """What it does in a transaction pool."""
        return HARMS[self.kind]

    def fix(self, service: str) -> str:
        """What to do about it."""
        return f"{WAYS[self.kind]}; or devpool enable --session {service}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A line of a log.

    Attributes:
        at: when it was written, in seconds since the epoch.
        service: what wrote it.
        line: what it says.
    """

    at: float
    service: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the command.

    Attributes:
        exit_code: of the command.
        began, ended: when, in seconds since the epoch.
        output: the file that holds what it wrote.
        figures: its numbers.
        report: its tests; None where no report was found.
        left: what it left on server connections.
        logged: what pooler and Postgres logged meanwhile.
    """

    exit_code: int
    began: float
    ended: float
    output: str
    figures: Figures
    report: Report | None = None
    left: tuple[Left, ...] = ()
    logged: tuple[Logged, ...] = ()

    def window(self, test: Case) -> tuple[float, float]:
        """Between which two moments a test ran. A report tells how long each took, not when: after all that came before
        it, and before all that came after it.
        """
        if self.report is None:
            return self.began, self.ended
        said = self.report.began
        first = said if self.began <= said <= self.ended else self.began
        rest = self.report.seconds - test.began - test.seconds
        begin, end = first + test.began, self.ended - rest
        return (begin, end) if begin <= end else (self.began, self.ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One way to the database, with its runs: `direct`, or through a pooler with these settings."""

    name: str
    runs: tuple[Run, ...]
    pooler: str = ""

    @property
    def reports(self) -> list[Report]:
        """The reports of its tests."""
        return [run.report for run in self.runs if run.report]

    @property
    def figures(self) -> Figures:
        """The middle of its runs."""
        return median([run.figures for run in self.runs])

    @property
    def exit_codes(self) -> str:
        """The exit codes of its runs, each once."""
        return ", ".join(dict.fromkeys(str(run.exit_code) for run in self.runs))

    @property
    def told(self) -> list[Translated]:
        """What pooler and Postgres logged that only happens to clients that share connections, each once."""
        return [t for t in translate_all(one.line for run in self.runs for one in run.logged) if t.sharing]

    @property
    def left(self) -> list[Left]:
        """What its runs left on server connections, each once."""
        kept: dict[tuple[str, str, str], Left] = {}
        for one in (one for run in self.runs for one in run.left):
            kept.setdefault(one.key, one)
        return list(kept.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Why a test may have failed.

    Attributes:
        where: where that was seen.
        line: the words seen there.
        cause: what they mean.
        fix: what to do about it.
        source: where that is documented; "" for none.
        sure: whether the failure itself tells of it; otherwise it only came at the same time.
    """

    where: str
    line: str
    cause: str
    fix: str
    source: str = ""
    sure: bool = True

    @classmethod
    def of(cls, where: str, translated: Translated) -> Explained:
        """A translated message."""
        return cls(
            where=where, line=translated.line, cause=translated.cause, fix=translated.fix, source=translated.source
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was compared.

    Attributes:
        service: whose container it was.
        command: the words of the command.
        fresh: whether each run had a database of its own.
        columns: the direct one first.
        notes: what the user should know of how it was done.
    """

    service: str
    command: tuple[str, ...]
    fresh: bool
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def direct(self) -> Column:
        """The direct way."""
        return self.columns[0]

    @property
    def pooled(self) -> Sequence[Column]:
        """The ways through a pooler."""
        return self.columns[1:]

    def differences(self, column: Column) -> Differences:
        """The tests that come out otherwise than directly."""
        return differences(self.direct.reports, column.reports)

    def logged(self, column: Column) -> list[Translated]:
        """What was logged on a pooled way alone."""
        directly = {told.code for told in self.direct.told}
        return [told for told in column.told if told.code not in directly]

    def differs(self, column: Column) -> list[str]:
        """In what a pooled way differs from the direct one, in words; nothing where it does not."""
        differences = self.differences(column)
        tests = _tests(differences)
        exits = _steady(self.direct.runs), _steady(column.runs)
        return [
            *tests,
            *([f"exit code {exits[1]} instead of {exits[0]}"] if not tests and _codes_differ(exits) else []),
            *([f"{_many(len(column.left), 'thing')} left on server connections"] if column.left else []),
            *([f"{_many(len(self.logged(column)), 'message')} logged only there"] if self.logged(column) else []),
        ]

    @property
    def different(self) -> bool:
        """Whether some pooled way differs from the direct one."""
        return any(self.differs(column) for column in self.pooled)

    @property
    def untold(self) -> str:
        """Why nothing can be told, although nothing differs; "" where it can."""
        runs, reports = self.direct.runs, self.direct.reports
        if self.different:
            return ""
        if reports and not any(report.count("passed") for report in reports):
            return "no test passes directly"
        if not reports and all(run.exit_code for run in runs):
            return "the command fails directly, too"
        pooled = [run.figures for column in self.pooled for run in column.runs]
        if all(figures.queries == 0 and figures.transactions == 0 for figures in pooled):
            return "the command asked nothing through the pooler: it does not use the app's database"
        return ""


def _tests(differences: Differences) -> list[str]:
    return [
        f"{_many(len(tests), 'test')} {words}"
        for tests, words in (
            (differences.only_pooled, "failed only through the pooler"),
            (differences.only_direct, "failed only directly"),
            (differences.missing, "ran only one way"),
        )
        if tests
    ]


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _steady(runs: Iterable[Run]) -> int | None:
    """The exit code of all runs; None where they differ among themselves."""
    codes = {run.exit_code for run in runs}
    return codes.pop() if len(codes) == 1 else None


def _codes_differ(exits: tuple[int | None, int | None]) -> bool:
    return None not in exits and exits[0] != exits[1]
