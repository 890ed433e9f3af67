from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


class Command(BaseCommand):
    help = "Gives an empty database its first tables, and leaves any other as it is: later migrations are run by hand."

    def handle(self, **_: object) -> None:
        if not MigrationRecorder(connection).has_table():
            call_command("migrate", "notes", "0001")
            call_command("migrate", "jobs")
