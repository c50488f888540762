"""The composition root: settings, URLs, Celery, and the wiring of events to tasks."""
