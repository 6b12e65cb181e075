"""Web server in a container. Workers x threads is the number of PostgreSQL connections that one container can hold: keep it bounded."""

import os

bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = True  # a broken setting stops the start, not every worker
control_socket_disable = True

timeout = 60  # above STATEMENT_TIMEOUT_MS, so that the database gives up first and the page can say so
graceful_timeout = 30
keepalive = 75  # above the proxy's own, so that it never writes into a connection that closes
max_requests = 2000
max_requests_jitter = 200
worker_tmp_dir = "/dev/shm"  # noqa: S108 (heartbeats in memory: a slow disk is no reason to kill a worker)

forwarded_allow_ips = "*"  # only the proxy reaches this port
accesslog = None  # the proxy keeps it
errorlog = "-"
