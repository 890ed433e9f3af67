"""Tomcat with a data source of its own, on JDBC: clients that write notes through a page and count them."""

from __future__ import annotations

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import expect


def _client(project: AppProject) -> Work:
    web = project.web("tomcat", 8080)

    def work(name: str) -> None:
        expect(web.post_form("/notes.jsp", name=name).decode().strip(), "1", "the notes of a name, once written")
        found = web.call("GET", f"/notes.jsp?name={name}")[1].decode().strip()
        expect(found, "1", "the notes of a name")

    return work


APP = App(
    title="Tomcat",
    driver="Java, JDBC (pgjdbc) with Tomcat's DBCP",
    source="https://tomcat.apache.org/tomcat-10.1-doc/jndi-datasource-examples-howto.html",
    images={"stand-in.localhost/tomcat:10": "image"},
    version=("tomcat", "dpkg-query", "-W", "-f", "${Version}", "tomcat10"),
    routes={"tomcat": "pooled by name"},
    user="notes",
    database="notes",
    rows="SELECT count(*) FROM note",
    client=_client,
)
