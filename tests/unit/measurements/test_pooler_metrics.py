"""SHOW tables as metrics: names and labels of pgbouncer_exporter, columns by name, values escaped."""

from __future__ import annotations

import csv
import io

from devpool.measurements.pooler_metrics import SHOWN, Family, Sample, exposition, families, merged, number


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.strip())))


TABLES: dict[str, list[dict[str, str]]] = {key: [] for key in SHOWN} | {
    "VERSION": table("version\nPgBouncer 1.26.1"),
    "LISTS": table("list,items\nused_clients,66\ndns_names,1\npeers,0"),
    "CONFIG": table("key,value,default,changeable\nmax_client_conn,1000,100,yes\nauth_file,/x,,yes"),
    "DATABASES": table(
        "name,host,port,database,force_user,pool_size,reserve_pool_size,pool_mode,paused\nn,db,5432,n,,13,4,,0"
    ),
    "STATS": table("database,total_xact_count,total_xact_time,total_new_thing\nn,5903,131856099,1"),
    "POOLS": table("database,user,cl_active,sv_idle,maxwait,new\nn,u,65,1,0,7"),
    "CLIENTS": table("type,user,database,state,application_name\nC,u,n,active,a\nC,u,n,active,a\nC,u,n,waiting,a"),
}


def test_a_pooler_that_does_not_answer_is_down_and_nothing_else_is_known() -> None:
    assert [line for line in exposition(families(None)).splitlines() if line[0] != "#"] == ["pgbouncer_up 0"]


def test_each_table_gives_its_metrics_by_the_names_of_its_columns() -> None:
    assert [line for line in exposition(families(TABLES)).splitlines() if line[0] != "#"] == [
        "pgbouncer_up 1",
        'pgbouncer_version_info{version="PgBouncer 1.26.1"} 1',
        "pgbouncer_used_clients 66",
        "pgbouncer_cached_dns_names 1",
        "pgbouncer_config_max_client_connections 1000",
        *(
            f'pgbouncer_databases_{end}{{database="n",force_user="",host="db",name="n",pool_mode="",port="5432"}} {n}'
            for end, n in (("pool_size", 13), ("reserve_pool", 4), ("paused", 0))
        ),
        'pgbouncer_stats_sql_transactions_pooled_total{database="n"} 5903',
        'pgbouncer_stats_server_in_transaction_seconds_total{database="n"} 131.856099',
        'pgbouncer_pools_client_active_connections{database="n",user="u"} 65',
        'pgbouncer_pools_server_idle_connections{database="n",user="u"} 1',
        'pgbouncer_pools_client_maxwait_seconds{database="n",user="u"} 0',
        'pgbouncer_client_connections{application_name="a",database="n",state="active",user="u"} 2',
        'pgbouncer_client_connections{application_name="a",database="n",state="waiting",user="u"} 1',
    ]


def test_every_metric_has_its_help_and_its_type_before_it() -> None:
    lines = exposition(families(TABLES)).splitlines()
    names = [line.split("{")[0].split(" ")[0] for line in lines if line[0] != "#"]
    assert [line.split()[2] for line in lines if line.startswith("# TYPE")] == list(dict.fromkeys(names))
    assert [line.split()[2] for line in lines if line.startswith("# HELP")] == list(dict.fromkeys(names))
    kinds = {line.split()[2]: line.split()[3] for line in lines if line.startswith("# TYPE")}
    assert {name for name, kind in kinds.items() if kind == "counter"} == {n for n in names if n.endswith("_total")}


def test_an_older_name_of_a_column_gives_the_same_metric() -> None:
    old = TABLES | {"DATABASES": table("name,reserve_pool\nn,9")}
    found = {f.name: f.samples[0].value for f in families(old) if f.samples}
    assert found["pgbouncer_databases_reserve_pool"] == 9


def test_what_is_null_is_no_number() -> None:
    found = families(TABLES | {"DATABASES": table("name,pool_size\nn,")})
    assert 'pgbouncer_databases_pool_size{database="",force_user="",host="",name="n",pool_mode="",port=""} NaN' in (
        exposition(found)
    )


def test_a_label_with_quotes_backslashes_and_line_breaks_is_escaped() -> None:
    sample = Sample(value=1, labels={"a": 'x"y\\z\nw'})
    text = exposition([Family(name="m", kind="gauge", help="one\\two\nthree", samples=(sample,))])
    assert text == '# HELP m one\\\\two\\nthree\n# TYPE m gauge\nm{a="x\\"y\\\\z\\nw"} 1\n'


def test_no_digit_of_a_number_is_lost() -> None:
    values = (0.0, 1e14, 1e300, 0.1 + 0.2, -15.0, 1e-7)
    assert [float(number(v)) for v in values] == list(values)
    assert [number(v) for v in (float("inf"), float("-inf"), float("nan"))] == ["+Inf", "-Inf", "NaN"]


def test_several_poolers_are_told_apart_by_a_label_and_each_metric_is_described_once() -> None:
    text = exposition(merged([("a", families(TABLES)), ("b", families(None))]))
    assert 'pgbouncer_up{pooler="a"} 1\npgbouncer_up{pooler="b"} 0\n' in text
    assert text.count("# TYPE pgbouncer_up ") == 1
    assert 'pgbouncer_pools_client_active_connections{database="n",pooler="a",user="u"} 65' in text
