from django.db import models


class Job(models.Model):
    name = models.CharField(max_length=100)
    done = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name
