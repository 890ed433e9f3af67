SELECT pg_catalog.json_build_object(
    'pid', pg_catalog.pg_backend_pid(),
    'advisory', (SELECT json_agg(json_build_object('classid', classid::bigint, 'objid', objid::bigint, 'two', objsubid = 2, 'shared', mode = 'ShareLock'))
        FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_catalog.pg_backend_pid()),
    'listen', (SELECT json_agg(channel) FROM pg_catalog.pg_listening_channels() AS channel),
    'prepared', (SELECT json_agg(json_build_object('name', name, 'statement', left(statement, 200)))
        FROM pg_catalog.pg_prepared_statements WHERE from_sql),
    'cursor', (SELECT json_agg(json_build_object('name', name, 'statement', left(statement, 200)))
        FROM pg_catalog.pg_cursors WHERE is_holdable),
    'temporary', (SELECT json_agg(relname) FROM pg_catalog.pg_class
        WHERE relnamespace = pg_catalog.pg_my_temp_schema() AND relkind IN ('r', 'p', 'v', 'S')),
    'setting', (SELECT json_agg(json_build_object('name', name, 'value', setting))
        FROM pg_catalog.pg_settings WHERE source = 'session' AND setting IS DISTINCT FROM reset_val),
    'role', pg_catalog.current_setting('role'),
    -- Settings of an app's own (`app.tenant`) are in no list; those that policies and functions ask for are named there.
    'own', (SELECT json_agg(DISTINCT found.name) FROM (
            SELECT (pg_catalog.regexp_matches(source, 'current_setting\s*\(\s*''([a-z_][\w]*\.[\w.]+)''', 'gi'))[1] AS name
            FROM (SELECT qual AS source FROM pg_catalog.pg_policies UNION ALL SELECT with_check FROM pg_catalog.pg_policies
                UNION ALL SELECT p.prosrc FROM pg_catalog.pg_proc p
                WHERE p.pronamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')) AS sources
        ) AS found
        WHERE pg_catalog.current_setting(found.name, true) <> '' AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_db_role_setting, unnest(setconfig) AS given WHERE given LIKE found.name || '=%'))
)
