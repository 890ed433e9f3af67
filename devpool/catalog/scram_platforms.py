"""Platforms whose drivers refuse fewer SCRAM iterations than the usual 4096. Pure.

RFC 7677 asks for at least 4096. libpq and most other drivers take what the server says; ongres/scram before 3.0, which
Java's drivers use (https://github.com/ongres/scram), and Bun (https://bun.sh/docs/api/sql) do not.
"""

from __future__ import annotations

import re

from devpool.text.patterns import regex

JAVA_IMAGES = regex(
    r"(^|[/._-])(java|jdk|jre|openjdk|temurin|corretto|zulu|graalvm|spring|keycloak|quarkus|tomcat|jetty|wildfly|jboss"
    r"|liberty|maven|gradle|sonarqube|metabase|camunda|confluence|jira|jenkins|nifi|thingsboard|openfire)\d*([/:._-]|$)",
    re.I,
)
JAVA_COMMANDS = regex(r"\bjava\b|\.jar\b|\.war\b|\b(mvnw?|gradlew?|sbt)\b|\bspring|\bkc\.sh\b", re.I)
JAVA_VARIABLES = regex(r"JAVA_(OPTS|TOOL_OPTIONS|HOME)|JDK_JAVA_OPTIONS|(SPRING|QUARKUS|KC|CATALINA)_\w+")
JAVA_URLS = regex(r"(j|r2)dbc:|vertx-reactive:", re.I)
BUN_IMAGES = regex(r"(^|/)bun([:@]|$)", re.I)
BUN_COMMANDS = regex(r"(^|[\s/])bunx?(\s|$)")
