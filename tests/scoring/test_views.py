"""The pages of an assessment: who sees what, what is saved, what is refused and in which words. By HTTP, as a browser without script sends it."""

from decimal import Decimal

import pytest
from django.urls import reverse

from ledger.models import Entry
from scoring.rules import Stage, State
from tests.factories import bring_to, client_of
from tests.helpers import fields

PAGE = "/assessments/2018-Y/03124/"
GRID = "/appraisals/2018-Y/094/"
READERS = ["entry", "signatory", "appraiser", "officer", "admin", "leader"]


def address(act):
    return reverse("act", args=["2018-Y", "03124", act])


def send(client, url=PAGE, page=PAGE, **typed):
    """Open the page, type over it (CC01_points="8,5"), press the button that leads to `url`."""
    sheet = fields(client.get(page)) | {name.replace("_", "-"): text for name, text in typed.items()}
    return client.post(url, sheet)


def points(form, stage=Stage.SELF):
    return [getattr(answer, f"{stage}_points") for answer in form.answers.order_by("criterion__position")]


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("who", READERS)
def test_everybody_in_the_area_sees_the_form_in_every_state(cast, forms, state, who):
    bring_to(forms["03124"], state, 17)

    response = client_of(getattr(cast, who)).get(PAGE)

    assert response.status_code == 200
    assert "chưa đối chiếu với phụ lục Quyết định 34/2011" in text(response)


@pytest.mark.parametrize("who", ["neighbour", "stranger"])
def test_a_form_outside_the_area_does_not_exist(cast, forms, who):
    assert client_of(getattr(cast, who)).get(PAGE).status_code == 404


@pytest.mark.parametrize(
    "url",
    ["/assessments/2018-Y/99999/", "/assessments/2019-Y/03124/", "/assessments/2018-Y/%00/", "/appraisals/2018-Y/03124/", "/appraisals/2018-Y/11/"],
)
def test_an_unknown_unit_or_period_does_not_exist(cast, forms, url):
    assert client_of(cast.officer).get(url).status_code == 404


def test_nobody_signed_in_is_asked_to(forms):
    assert client_of(None).get(PAGE).status_code == 302


def test_what_is_typed_anywhere_is_saved_by_any_button(cast, forms):
    response = send(client_of(cast.entry), CC01_points="8,5", CC01_words="Đủ hồ sơ", CC03_points=" 20 ")

    assert response.status_code == 302
    assert points(forms["03124"]) == [Decimal("8.5"), None, Decimal(20)]
    assert forms["03124"].answers.get(criterion__code="CC01").self_note == "Đủ hồ sơ"
    written = Entry.objects.about("assessment", "2018-Y/03124")
    assert [(entry.data["criterion"], entry.data["to"], entry.actor) for entry in written] == [
        ("CC01", "8.50", cast.entry),
        ("CC03", "20.00", cast.entry),
    ]


def test_a_signatory_takes_a_form_from_empty_to_the_district(cast, forms):
    client = client_of(cast.signatory)

    response = send(client, address("submit"), CC01_points="17", CC02_points="16,5", CC03_points="18,25")

    assert response.status_code == 302
    forms["03124"].refresh_from_db()
    assert (forms["03124"].state, points(forms["03124"])) == (State.SUBMITTED, [Decimal(17), Decimal("16.5"), Decimal("18.25")])
    assert "Đã gửi phiếu lên huyện." in text(client.get(PAGE))
