from django.db import migrations, models


class Migration(migrations.Migration):
    """Only an index, so that the site works before and after it."""

    dependencies = [("notes", "0001_initial")]
    operations = [
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["written_at"], name="note_written_at"),
        ),
    ]
