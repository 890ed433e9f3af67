def one(cursor):
    cursor.execute("SELECT pg_advisory_xact_lock(1)")
    cursor.execute("NOTIFY orders")
