FROM python:3.13
COPY packages /app/packages
