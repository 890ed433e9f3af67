from django.core.management import call_command
from django.test import TestCase

from jobs.models import Job


class WorkTests(TestCase):
    def test_the_worker_leaves_no_job_undone(self) -> None:
        call_command("work", every=0, rounds=3)
        self.assertEqual(list(Job.objects.values_list("done", flat=True)), [True, True, True])
