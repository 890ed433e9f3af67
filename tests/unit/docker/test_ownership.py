"""Containers are a project's own by where they were started from, not by the project's name."""

from __future__ import annotations

import pytest

from devpool.docker.ownership import DIRECTORY, FILES, Ownership, Place, free_name, refusal, started_from, ways_on

HERE = Place(directory="/src/app", files=("/src/app/compose.yaml", "/src/app/compose.override.yaml"))
# What lies where: two paths with one identity are one file, as through a link or a mount.
DISK = {
    "/src/app": "1",
    "/src/app/compose.yaml": "2",
    "/src/app/compose.override.yaml": "3",
    "/src/app/compose.prod.yaml": "4",
    "/src/app/compose.dev.yaml": "5",
    "/copy/app": "6",
    "/copy/app/compose.yaml": "7",
    "/mount": "1",
    "/mount/compose.yaml": "2",
}


@pytest.fixture
def ownership() -> Ownership:
    return Ownership(HERE, lambda path: DISK.get(path, ""))


def place(directory: str, *files: str) -> Place:
    return Place(directory=directory, files=tuple(f"{directory}/{file}" for file in files))


@pytest.mark.parametrize(
    "other",
    [
        HERE,
        place("/src/app", "compose.yaml"),
        place("/src/app", "compose.dev.yaml", "compose.yaml"),  # further files over ours
        place("/src/app/", "compose.yaml"),
        place("/mount", "compose.yaml"),  # a link to the folder, or a mount of it
        place("/src/app"),
        place("/src/app", "docker-compose.yml"),  # renamed since: it is not there any more
        None,
    ],
)
def test_what_was_started_from_here_is_the_projects_own(ownership: Ownership, other: Place | None) -> None:
    assert ownership.is_own(other)
    assert ownership.others([("db", other)], ["db"]) == []


@pytest.mark.parametrize(
    "other",
    [
        place("/copy/app", "compose.yaml"),  # the same names in another folder
        place("/gone/app", "compose.yaml"),  # another machine's, or moved: it cannot be told
        Place(directory="/copy/app", files=HERE.files),
        Place(directory="/src/app/deploy", files=HERE.files),
    ],
)
def test_another_folder_is_another_project_whatever_its_services(ownership: Ownership, other: Place) -> None:
    assert not ownership.is_own(other)
    (found,) = ownership.others([("db", other), ("theirs", other)], ["db"])
    assert (found.place, found.services, found.elsewhere) == (other, ("db", "theirs"), True)


def test_other_files_of_the_folder_are_another_project_where_the_services_are_ours(ownership: Ownership) -> None:
    prod = place("/src/app", "compose.prod.yaml")
    assert not ownership.is_own(prod)
    (found,) = ownership.others([("db", prod), ("grafana", prod)], ["db", "web"])
    assert (found.services, found.elsewhere) == (("db",), False)
    assert ownership.others([("grafana", prod)], ["db", "web"]) == []


def test_a_compose_file_that_is_replaced_meanwhile_is_still_its_own() -> None:
    disk = dict(DISK)
    ownership = Ownership(HERE, lambda path: disk.get(path, ""))
    disk["/src/app/compose.yaml"] = "8"  # written anew, as devpool writes
    assert ownership.is_own(place("/src/app", "compose.yaml"))


def test_a_project_directory_that_is_gone_is_compared_by_its_name() -> None:
    gone = Ownership(HERE, lambda _: "")
    assert gone.is_own(HERE)
    assert not gone.is_own(place("/src/other", "compose.yaml"))


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ({}, None),
        ({DIRECTORY: "", FILES: "/src/app/compose.yaml"}, None),
        ({DIRECTORY: "/src/app"}, Place(directory="/src/app")),
        ({DIRECTORY: "/src/app", FILES: "/src/app/a.yaml,-,/src/b.yaml"}, place("/src", "app/a.yaml", "b.yaml").files),
    ],
)
def test_compose_says_where_a_container_was_started_from(labels: dict[str, str], found: object) -> None:
    place = started_from(labels)
    assert (place.files if place and isinstance(found, tuple) else place) == found


@pytest.mark.parametrize(
    ("project", "directory", "name"),
    [
        ("app", "/second/app", "second-app"),
        ("victim", "/home/me/My Clone", "me-my-clone"),
        ("me-app", "/me/app", "me-app-2"),
        ("app", "/", "app-2"),
        ("app", "/_x/.b", "x--b"),
        ("app", "/über/große", "ber-gro-e"),
    ],
)
def test_the_name_to_type_is_one_that_compose_takes_and_is_not_the_same(
    project: str, directory: str, name: str
) -> None:
    assert free_name(project, directory) == name


def test_the_refusal_names_the_other_folder_and_what_to_type(ownership: Ownership) -> None:
    others = ownership.others([("db", place("/copy/app", "compose.yaml"))], ["db"])
    error = refusal("app", HERE, others)
    assert (error.code, error.where) == ("another-project", "/src/app")
    assert "`app` (db) were started from another folder, /copy/app" in error.message
    assert error.hint.startswith("-p src-app for a separate project")
    assert "--same-project" in error.hint


def test_of_other_files_the_hint_names_them(ownership: Ownership) -> None:
    others = ownership.others([("db", place("/src/app", "compose.prod.yaml"))], ["db"])
    assert "other files, compose.prod.yaml" in refusal("app", HERE, others).message
    assert ways_on("app", HERE, others).startswith("-f /src/app/compose.prod.yaml for those files; -p src-app")
