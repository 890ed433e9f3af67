"""What Compose would fetch is told by its name, as Compose tells it."""

from __future__ import annotations

import pytest

from devpool.model.remote_files import disabled, is_remote, may_name_files, remote_file, remote_project


@pytest.mark.parametrize(
    ("name", "remote"),
    [
        ("oci://registry/app:1", True),
        ("https://github.com/a/b.git", True),
        ("github.com/a/b", True),
        ("git@github.com:a/b.git", True),
        ("ssh://git@host/a", True),
        ("host:a/b", True),
        ("ftp://host/a", True),
        ("./github.com/a", False),
        ("compose.yml", False),
        ("/srv/a:b.yml", False),
        ("./a:b.yml", False),
        ("sub/a:b.yml", False),
        ("", False),
    ],
)
def test_a_scheme_or_a_host_before_the_path_is_fetched(name: str, remote: bool) -> None:
    assert is_remote(name) == remote


@pytest.mark.parametrize(
    ("data", "may"),
    [
        (b"services:\n  web:\n    image: app\n", False),
        (b"include: [a.yml]\n", True),
        (b"services: {web: {extends: base}}\n", True),
        (b'"\\x69nclude": [a.yml]\n', True),
        (b'"inc\\\nlude": [a.yml]\n', True),
        (b"!!binary aW5jbHVkZQ==: [a.yml]\n", True),
        ("include: [a.yml]\n".encode("utf-16"), True),
        (b"# \xff\n", True),
    ],
)
def test_a_file_that_names_no_further_one_is_known_without_reading_it_as_yaml(data: bytes, may: bool) -> None:
    assert may_name_files(data) == may


def test_a_refusal_shows_the_name_without_its_account_and_not_without_end() -> None:
    error = remote_file("`include`", "https://ghp_token@github.com/a/b.git", "/p/compose.yml:3")
    assert (error.code, error.where) == ("remote-file", "/p/compose.yml:3")
    assert "ghp_token" not in error.message and "https://***@github.com/a/b.git" in error.message
    assert "--allow-remote" in error.hint
    assert len(remote_project("oci://" + "x" * 1000).message) < 200


def test_compose_s_own_words_are_a_refusal_where_it_was_told_to_fetch_nothing() -> None:
    said = 'git remote resource is disabled by "COMPOSE_EXPERIMENTAL_GIT_REMOTE"'
    found = disabled(said)
    assert found is not None and found.code == "remote-file"
    assert disabled("service web: git remote resource is slow") is None
