"""What the tasks that beat starts could not do."""

from django.db import models

from common.models import text


class TaskFailure(models.Model):
    """A row that a periodic task fails on, or a run of one that was cut short.

    It is kept while it lasts: the run that goes well forgets it. `subject` is the row's model and
    key, or what part of the task it is; empty where it is the run itself.
    """

    task = models.CharField(max_length=100)
    subject = models.CharField(max_length=100, blank=True, default="")
    since = models.DateTimeField()
    failed_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    error = text(long=True)
    traceback = text(long=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["task", "subject"], name="one_failure_of_a_row"),
        )

    def __str__(self) -> str:
        return f"{self.task} {self.subject}".strip()
