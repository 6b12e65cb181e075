"""Points as people type them: every door reads them alike and says the same of what is none, and nothing is saved of it.

The doors: the form without scripts, one criterion by HTMX, the district's grid, the Excel form. The API only reads.
"""

import html
from decimal import Decimal
from unicodedata import normalize

import pytest

from communes.parsing import Wrong
from scoring import sheets
from scoring.rules import Stage, State
from tests.factories import bring_to, client_of

pytestmark = pytest.mark.django_db

PAGE = "/assessments/2018-Y/03124/"
GRID = "/appraisals/2018-Y/094/"

GOOD = {"12,5": "12.5", "12.5": "12.5", " 12,50 ": "12.5", "12,25": "12.25", "１２,５": "12.5", "12\u200b,5": "12.5", "0": "0"}
TYPE = "Gõ một số từ 0 đến 20, nhiều nhất hai chữ số sau dấu phẩy, ví dụ 0,5."
BAD = {
    "mười": f"Không phải là số điểm. {TYPE}",
    normalize("NFD", "mười"): f"Không phải là số điểm. {TYPE}",
    "12;5": f"Không phải là số điểm. {TYPE}",
    "1.234,5": f"Không phải là số điểm. {TYPE}",
    "1e1": f"Không phải là số điểm. {TYPE}",
    "NaN": f"Không phải là số điểm. {TYPE}",
    "12,345": f"Có quá hai chữ số sau dấu phẩy. {TYPE}",
    "20,01": f"Nằm ngoài thang điểm, từ 0 đến 20. {TYPE}",
    "-1": f"Nằm ngoài thang điểm, từ 0 đến 20. {TYPE}",
    "m\x07": "Ô có ký tự điều khiển, thường do chép từ phần mềm khác. Xóa ô rồi gõ lại.",
}


SEEN = "0;;0"
"""What a page tells of a criterion that it showed empty."""


def by_page(cast, typed):
    return client_of(cast.entry).post(PAGE, {"CC01-points": typed, "CC01-seen": SEEN})


def by_criterion(cast, typed):
    return client_of(cast.entry).post(f"{PAGE}criteria/CC01/", {"CC01-points": typed, "CC01-seen": SEEN}, headers={"HX-Request": "true"})


def by_grid(cast, typed):
    return client_of(cast.appraiser).post(GRID, {"03124-CC01-points": typed, "03124-CC01-seen": SEEN})


DOORS = {by_page: Stage.SELF, by_criterion: Stage.SELF, by_grid: Stage.APPRAISED}


def stored(form, stage):
    return getattr(form.answers.get(criterion__code="CC01"), f"{stage}_points")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("typed", BAD)
def test_what_is_no_number_is_refused_in_the_same_words_at_every_door(cast, forms, door, typed):
    form, stage = forms["03124"], DOORS[door]
    if stage == Stage.APPRAISED:
        bring_to(form, State.SUBMITTED, 17)

    response = door(cast, typed)

    assert response.status_code == 422
    assert BAD[typed] in html.unescape(response.content.decode())
    assert stored(form, stage) is None


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("typed", GOOD)
def test_comma_and_point_are_the_same_number_at_every_door(cast, forms, door, typed):
    form, stage = forms["03124"], DOORS[door]
    if stage == Stage.APPRAISED:
        bring_to(form, State.SUBMITTED, 17)

    assert door(cast, typed).status_code in (200, 302)
    assert stored(form, stage) == Decimal(GOOD[typed])


@pytest.mark.parametrize("typed", BAD)
def test_a_cell_of_the_excel_form_is_refused_in_these_words_too(typed):
    with pytest.raises(Wrong) as refused:
        sheets.points(typed, Decimal(20))

    assert f"{refused.value.why} {refused.value.mend}" == BAD[typed]


@pytest.mark.parametrize("typed", GOOD)
def test_a_cell_of_the_excel_form_reads_the_same_number(typed):
    assert sheets.points(typed, Decimal(20)) == Decimal(GOOD[typed])


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_api_is_no_door_for_points(cast, forms, method):
    form = forms["03124"]

    response = getattr(client_of(cast.signatory), method)(f"/api/v1/assessments/{form.pk}/", {"CC01-points": "12,5"})

    assert response.status_code in (403, 405)
    assert stored(form, Stage.SELF) is None
