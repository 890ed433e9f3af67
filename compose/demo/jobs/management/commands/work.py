import time

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections, connection, transaction

from jobs.models import Job


class Command(BaseCommand):
    help = "Writes a job and does it, again and again; what goes wrong is tried again in the next round."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=0.5, help="seconds between two rounds")
        parser.add_argument("--rounds", type=int, help="stop after so many")

    def handle(self, *, every: float, rounds: int | None, **_: object) -> None:
        done = 0
        while rounds is None or done < rounds:
            try:
                self.work()
                done += 1
            except DatabaseError as error:
                self.stderr.write(f"trying again: {str(error).splitlines()[0]}")
                connection.close()
            time.sleep(every)
            if not connection.in_atomic_block:
                close_old_connections()

    def work(self) -> None:
        with transaction.atomic():
            job = Job.objects.create(name="tick")
        Job.objects.filter(pk=job.pk).update(done=True)
