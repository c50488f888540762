"""The process that serves streams of events (`text/event-stream`), and nothing else."""
