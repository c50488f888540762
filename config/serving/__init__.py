"""How connections are served: parked until a request is whole, and until its answer is taken.

gunicorn starts, watches and ends the processes. In each of them one thread reads requests and sends
answers for all connections at once (waitress does that), and hands whole requests to the threads
that serve. So a client that is idle, or slow, keeps a socket and a little memory, and no thread.
"""
