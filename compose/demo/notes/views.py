from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from jobs.models import Job

from notes.models import Note


def healthz(_: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def index(_: HttpRequest) -> JsonResponse:
    return JsonResponse({"notes": Note.objects.count(), "jobs_done": Job.objects.filter(done=True).count()})


def burst(_: HttpRequest) -> JsonResponse:
    """A request that keeps its connection busy for 20 ms, as a page with a slow query does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.02)")
    return JsonResponse({"notes": Note.objects.count()})


def connection_facts(_: HttpRequest) -> JsonResponse:
    """Whether this thread's own connection goes through a pooler; PgBouncer tells every client at login (1.26)."""
    connection.ensure_connection()
    said = connection.connection.info.parameter_status
    version = said("pgbouncer.version")
    return JsonResponse({"pooled": version is not None, "pgbouncer": version, "mode": said("pgbouncer.pool_mode")})
