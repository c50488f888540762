"""The service on one machine: its own PostgreSQL, RabbitMQ and broker, and its processes.

Nothing here knows the apps or how they are put together: what it starts, it starts as programs and
commands.
"""
