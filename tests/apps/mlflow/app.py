"""MLflow's tracking server, on SQLAlchemy and Alembic: clients that record runs with metrics and read them back."""

from __future__ import annotations

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import expect

_API = "/api/2.0/mlflow"


def _client(project: AppProject) -> Work:
    web = project.web("mlflow", 5000)

    def work(name: str) -> None:
        run = web.ask("POST", f"{_API}/runs/create", {"experiment_id": "0", "run_name": name, "start_time": 1})
        run_id = run["run"]["info"]["run_id"]
        metric = {"run_id": run_id, "key": "loss", "value": 0.5, "timestamp": 1, "step": 1}
        web.ask("POST", f"{_API}/runs/log-metric", metric)
        found = web.ask("GET", f"{_API}/runs/get?run_id={run_id}")["run"]
        expect((found["info"]["run_name"], found["data"]["metrics"][0]["value"]), (name, 0.5), "a run and its metric")

    return work


APP = App(
    title="MLflow",
    driver="Python, SQLAlchemy, Alembic, psycopg 2",
    source="https://mlflow.org/docs/latest/self-hosting/architecture/backend-store",
    images={"stand-in.localhost/mlflow/mlflow:v3": "image"},
    version=("mlflow", "python3", "-c", "from importlib.metadata import version; print(version('mlflow'))"),
    routes={"mlflow": "pooled"},
    user="mlflow",
    database="mlflow",
    rows="SELECT count(*) FROM runs",
    client=_client,
    clients=6,  # its few workers answer no more at once
    migrate=("mlflow", "--", "mlflow", "db", "upgrade", "postgresql+psycopg2://mlflow:secret@db:5432/mlflow"),
)
