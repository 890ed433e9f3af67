"""A web application that defers jobs, and the task that a worker runs."""

import os
from contextlib import asynccontextmanager

from fastapi import Body, FastAPI
from procrastinate import App, PsycopgConnector

queue = App(connector=PsycopgConnector(conninfo=os.environ["DATABASE_URL"]))


@queue.task(name="mail")
async def mail(to: str) -> None:
    """Nothing is sent."""


@asynccontextmanager
async def opened(_: FastAPI):
    async with queue.open_async():
        yield


web = FastAPI(lifespan=opened)


@web.post("/mails")
async def defer(to: str = Body(), name: str = Body(default="default")) -> dict:
    return {"id": await mail.configure(queue=name).defer_async(to=to)}


@web.get("/mails/{job}")
async def show(job: int) -> dict:
    (found,) = await queue.job_manager.list_jobs_async(id=job)
    return {"status": found.status, **found.task_kwargs}


@web.get("/")
async def ready() -> str:
    return "ready"
