from django.db import connection
from django.test import TestCase, TransactionTestCase

from notes.models import Note


class NoteTests(TestCase):
    def test_the_index_page_counts_notes(self) -> None:
        Note.objects.create(text="buy bread")
        self.assertEqual(self.client.get("/").json(), {"notes": 1, "jobs_done": 0})

    def test_a_burst_request_answers(self) -> None:
        self.assertEqual(self.client.get("/burst/").json(), {"notes": 0})

    def test_a_long_result_is_iterated(self) -> None:
        Note.objects.bulk_create(Note(text=str(number)) for number in range(3000))
        self.assertEqual(sum(1 for _ in Note.objects.iterator(chunk_size=100)), 3000)


class CommittedTests(TransactionTestCase):
    def test_what_is_committed_is_seen_by_the_next_connection(self) -> None:
        Note.objects.create(text="kept")
        connection.close()
        self.assertEqual(Note.objects.get().text, "kept")
