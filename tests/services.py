"""Throwaway PostgreSQL and Redis for tests and benchmarks, from the system's packages, on free ports of the loopback address.

    python -m tests.services -- COMMAND...   run COMMAND with DATABASE_URL and REDIS_URL set, then stop both; its exit status is ours
    python -m tests.services --install       only make sure that the programs are there

Each server lives in a temporary directory and ends with its context manager; servers of the machine itself are left alone. PostgreSQL
refuses to run as root, so root starts it as the user `postgres`. Standard library only: this runs before anything is set up.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PACKAGES = {
    "postgres": "postgresql",
    "initdb": "postgresql",
    "redis-server": "redis-server",
    "chromium": "chromium",
    "soffice": "libreoffice-writer-nogui libreoffice-calc-nogui fonts-liberation",
    "pdftotext": "poppler-utils",
}
OLDEST_POSTGRES = 15  # the first with ICU as the collation of a whole cluster
START_TIMEOUT = 30.0  # seconds


class ServiceError(Exception):
    """A service cannot be had; the message is one line for a person."""


@dataclass
class Service:
    """A server process that a test may stop, kill and start again: port and data stay."""

    url: str
    command: list[str]
    directory: Path
    is_ready: Callable[[], bool]
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises ServiceError with the end of its log when it ends at once or stays silent for START_TIMEOUT seconds.
        """
        log = self.directory / "log"
        with log.open("ab") as output:
            # A session of its own: Ctrl-C reaches the tests first, the server is stopped after them.
            self.process = subprocess.Popen(
                self.command,
                cwd=self.directory,
                stdout=output,
                stderr=output,
                start_new_session=True,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
            )
        deadline = time.monotonic() + START_TIMEOUT
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServiceError(f"{self.command[0]} did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def stop(self, with_signal: signal.Signals | None = None) -> None:
        """Stop the server and wait for its end; `with_signal=signal.SIGKILL` is the power cut."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(with_signal or self.stop_signal)
            try:
                self.process.wait(timeout=START_TIMEOUT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None


@contextmanager
def postgres() -> Iterator[Service]:
    """Yield a running cluster: UTF-8, ICU collation `vi`, database `portal`, no password. Commits reach memory only, not the disk."""
    initdb, server = program("initdb"), program("postgres")
    with _directory("portal-postgres-", user := _postgres_user()) as directory:
        data, port = directory / "data", free_port()
        subprocess.run(
            [
                *(initdb, "--pgdata", str(data), "--username=portal", "--auth=trust", "--no-sync"),
                *("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=vi"),
            ],
            check=True,
            cwd=directory,
            stdout=subprocess.DEVNULL,
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": directory,
            "max_connections": 200,
            "shared_buffers": "256MB",
            "fsync": "off",
            "full_page_writes": "off",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

        def is_ready() -> bool:
            psql = [program("psql"), f"--host={directory}", f"--port={port}", "--username=portal", "--dbname=postgres", "--command"]
            return subprocess.run([*psql, "SELECT 1"], check=False, capture_output=True, cwd=directory).returncode == 0

        service = Service(
            url=f"postgres://portal@127.0.0.1:{port}/portal",
            command=[server, "-D", str(data), *options],
            directory=directory,
            is_ready=is_ready,
            user=user,
            stop_signal=signal.SIGINT,  # "fast": open transactions are rolled back, nobody is waited for
        )
        with _running(service):
            createdb = [program("createdb"), f"--host={directory}", f"--port={port}", "--username=portal", "portal"]
            subprocess.run(createdb, check=True, cwd=directory)
            yield service


@contextmanager
def redis() -> Iterator[Service]:
    """Yield a running Redis that keeps its queue over a restart (append-only file), as in production."""
    server, port = program("redis-server"), free_port()

    def is_ready() -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    with _directory("portal-redis-") as directory:
        options = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(directory), "--save", "", "--maxmemory-policy", "noeviction"]
        service = Service(
            url=f"redis://127.0.0.1:{port}/0",
            command=[server, *options, "--appendonly", "yes", "--appendfsync", "everysec"],
            directory=directory,
            is_ready=is_ready,
        )
        with _running(service):
            yield service


def program(name: str) -> str:
    """Path of a server's program: of the newest Debian PostgreSQL if it is one of its own, else from PATH. Raises ServiceError."""
    versions = [path for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}") if path.parts[4].isdecimal()]
    newest = max(versions, key=lambda path: int(path.parts[4]), default=None)
    if newest and int(newest.parts[4]) >= OLDEST_POSTGRES:
        return str(newest)
    if not newest and (found := shutil.which(name)):
        return found
    raise ServiceError(f"{name} is missing (PostgreSQL: {OLDEST_POSTGRES} or newer): apt-get install {' '.join(sorted(set(PACKAGES.values())))}")


def install() -> None:
    """Install the packages whose programs are missing, if we are root on a Debian system. Raises ServiceError otherwise."""
    missing = set()
    for name, package in PACKAGES.items():
        try:
            program(name)
        except ServiceError:
            missing.update(package.split())
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise ServiceError(f"The tests need programs that are not installed: apt-get install {' '.join(sorted(missing))}")
    # RUNLEVEL=1: the packages' own servers are installed, not started.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for words in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *sorted(missing)]):
        if subprocess.run(["apt-get", *words], check=False, env=environment).returncode != 0:
            raise ServiceError(f"apt-get {words[0]} failed; the tests need: {' '.join(sorted(missing))}")


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def main(arguments: list[str]) -> int:
    """Do what the command line asks; the answer is the exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped on the way out
    try:
        install()
        if arguments == ["--install"]:
            return 0
        if len(arguments) < 2 or arguments[0] != "--":
            raise ServiceError("Usage: python -m tests.services -- COMMAND...")
        with postgres() as database, redis() as broker:
            return _run(arguments[1:], {**os.environ, "DATABASE_URL": database.url, "REDIS_URL": broker.url})
    except ServiceError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 2


def _run(command: list[str], environment: dict[str, str]) -> int:
    """Run the command to its end, or end it when we are ended."""
    with subprocess.Popen(command, env=environment) as process:
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            raise


@contextmanager
def _running(service: Service) -> Iterator[None]:
    service.start()
    try:
        yield
    finally:
        service.stop()


@contextmanager
def _directory(prefix: str, user: str | None = None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=prefix) as name:
        if user:
            shutil.chown(name, user)
        yield Path(name)


def _postgres_user() -> str | None:
    return "postgres" if os.geteuid() == 0 else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
