from django.db import models


class Note(models.Model):
    text = models.TextField()
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["written_at"], name="note_written_at")]

    def __str__(self) -> str:
        return self.text
