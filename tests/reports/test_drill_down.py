"""Every figure opens: province, district, commune, the cell of the district's workbook; who wrote it and when."""

import re

import pytest

from accounts.models import User
from communes.models import Upload
from plan2018.models import Period
from reports import services
from reports.models import Figure
from tests.factories import client_of

INDICATOR, TARGET = "procedures.on_time", "TG15"


@pytest.fixture
def from_a_workbook(loaded, settings):
    """A figure of an accepted report that came from a cell of a workbook."""
    settings.MFA_REQUIRED = False
    figure = (
        Figure.objects.filter(report__period__code="2018-Y", report__state="accepted", indicator__code=INDICATOR)
        .select_related("unit__parent")
        .first()
    )
    officer = User.objects.get(username=f"huyen-{figure.unit.parent.code}")
    figure.source = Upload.objects.create(
        register="report",
        unit=figure.unit.parent,
        since="2018-12-31",
        name="bao-cao-huyen.xlsx",
        size=1,
        digest="0" * 64,
        uploaded_at=figure.recorded_at,
        uploaded_by=officer,
    )
    figure.cell, figure.recorded_by = "Số liệu!G12", officer
    figure.save()
    services.fill(Period.objects.select_related("plan").get(code="2018-Y"))
    return figure


def links(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return re.findall(r'href="([^"#]+)', response.content.decode().replace("&amp;", "&"))


def test_a_figure_of_the_province_opens_down_to_the_cell(from_a_workbook):
    commune = from_a_workbook.unit
    client = client_of(User.objects.get(username="sonoivu"))

    province = links(client, f"/targets/2018-Y/{TARGET}/")
    district = next(link for link in province if link.endswith(f"/targets/2018-Y/{TARGET}/?unit={commune.parent.code}"))
    figure = next(link for link in links(client, district) if link == f"/figures/2018-Y/{commune.code}/{INDICATOR}/")
    page = client.get(figure).content.decode()

    for words in ("bao-cao-huyen.xlsx", "Số liệu!G12", f"{from_a_workbook.numerator}/{from_a_workbook.denominator}"):
        assert words in page


def test_a_commune_opens_its_own_figure_and_no_other(from_a_workbook):
    commune = from_a_workbook.unit
    other = Figure.objects.exclude(unit=commune).filter(indicator__code=INDICATOR, report__period__code="2018-Y").select_related("unit").first().unit
    client = client_of(User.objects.get(username=f"xa-{commune.code}"))

    assert client.get(f"/figures/2018-Y/{commune.code}/{INDICATOR}/").status_code == 200
    assert client.get(f"/figures/2018-Y/{other.code}/{INDICATOR}/").status_code == 404
    assert client.get(f"/figures/2018-Y/{commune.code}/nothing/").status_code == 404


def test_a_figure_takes_at_most_eight_queries(from_a_workbook, django_assert_max_num_queries):
    client = client_of(User.objects.get(username="sonoivu"))
    with django_assert_max_num_queries(8):
        client.get(f"/figures/2018-Y/{from_a_workbook.unit.code}/{INDICATOR}/")
