import signal

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from tests import services
from tests.environment import ON_POSTGRES


def test_the_process_answers_whatever_host_is_asked_and_without_the_database(client):
    response = client.get("/healthz", headers={"host": "10.0.0.7"})

    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_read_only(client, path):
    assert client.post(path).status_code == 405


def test_probes_stay_on_plain_http_where_pages_are_sent_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_a_migrated_database_is_ready(client):
    response = client.get("/readyz", headers={"host": "10.0.0.7"})

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "broker": "ok" if ON_POSTGRES else "embedded"}


@pytest.mark.django_db
def test_a_database_with_pending_migrations_is_not_ready(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")

    response = client.get("/readyz")

    assert (response.status_code, response.json()["database"]) == (503, "unmigrated")


def test_a_dead_database_is_not_ready_and_the_process_still_answers(client, monkeypatch):
    def refuse(*_):
        raise DatabaseError

    monkeypatch.setattr(MigrationExecutor, "__init__", refuse)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert (response.json()["status"], response.json()["database"]) == ("down", "down")
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_without_its_broker_the_portal_is_degraded_and_open(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "degraded", "database": "ok", "broker": "down"}


@pytest.mark.live
@pytest.mark.postgres
@pytest.mark.django_db
def test_a_frozen_broker_delays_the_answer_by_a_second_at_most(client, settings):
    with services.redis() as broker:
        settings.REDIS_URL = broker.url
        broker.process.send_signal(signal.SIGSTOP)
        try:
            response = client.get("/readyz")
        finally:
            broker.process.send_signal(signal.SIGCONT)

    assert (response.status_code, response.json()["broker"]) == (200, "down")
