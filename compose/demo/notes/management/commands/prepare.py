from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

# Any number, as long as everyone who prepares takes the same.
LOCK = 1


class Command(BaseCommand):
    help = "Gives an empty database its first tables, and leaves any other as it is: later migrations are run by hand."

    def handle(self, **_: object) -> None:
        # Several containers may start at once. The lock goes with the transaction, so it is safe behind a pooler, too.
        with transaction.atomic():
            connection.cursor().execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            if not MigrationRecorder(connection).has_table():
                call_command("migrate", "notes", "0001")
                call_command("migrate", "jobs")
