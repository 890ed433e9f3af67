"""What connections prove about a route, container by container."""

from __future__ import annotations

import pytest

from devpool.measurements.routes import WORDS, Connections, Proof, Replica, as_json, proof


def replica(at_pooler: int, at_database: int | None, *, addressed: bool = True) -> Replica:
    return Replica(container="web-1", at_pooler=at_pooler, at_database=at_database, addressed=addressed)


@pytest.mark.parametrize(
    ("held", "pooled", "direct"),
    [
        (replica(3, 0), "proved", "not proved"),
        (replica(0, 2), "not proved", "direct"),
        (replica(3, 2), "not proved", "not proved"),
        (replica(0, 0), "idle", "idle"),
        (replica(3, None), "pooler only", "not proved"),
        (replica(0, None), "idle", "idle"),
        (replica(0, 0, addressed=False), "unseen", "unseen"),
        (replica(0, 2, addressed=False), "unseen", "unseen"),
    ],
)
def test_only_connections_at_the_right_place_and_none_at_the_wrong_one_prove_a_route(
    held: Replica, pooled: Proof, direct: Proof
) -> None:
    assert (proof(held, pooled=True), proof(held, pooled=False)) == (pooled, direct)


def test_what_cannot_be_seen_of_one_container_is_unknown_of_the_service() -> None:
    seen = Connections.of("web", "db", [replica(1, 2), replica(3, 4)])
    assert (seen.at_pooler, seen.at_database) == (4, 6)
    assert Connections.of("web", "db", [replica(1, 2), replica(3, None)]).at_database is None


def test_json_has_the_proof_of_each_container() -> None:
    found = as_json(Connections.of("web", "db", iter([replica(1, 0), replica(0, 0)])), pooled=True)
    assert (found["service"], found["at_pooler"], found["at_database"]) == ("web", 1, 0)
    assert found["containers"] == [
        {"container": "web-1", "at_pooler": 1, "at_database": 0, "proof": "proved"},
        {"container": "web-1", "at_pooler": 0, "at_database": 0, "proof": "idle"},
    ]


def test_no_two_proofs_read_the_same() -> None:
    assert len(set(WORDS.values())) == len(WORDS)
