"""Waits for events: LISTEN "orders" is what it does."""

# connection.execute("LISTEN nothing")
def listen(connection):
    connection.execute("LISTEN orders")


def once(cursor):
    cursor.execute("SELECT pg_advisory_lock(1)")
    cursor.execute("CREATE TEMP TABLE a (b int) ON COMMIT DROP")
    cursor.execute("SET LOCAL search_path = a")
