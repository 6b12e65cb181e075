"""What the database itself refuses, whatever the code above it does."""

import pytest
from django.db import IntegrityError, connection, transaction

from scoring.models import Answer, Assessment

STAGES = ["self", "appraised", "final"]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("points", ["-0.01", "20.01"])
def test_points_outside_the_scale_are_refused(forms: dict[str, Assessment], stage: str, points: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.update(**{f"{stage}_points": points})


@pytest.mark.postgres
@pytest.mark.parametrize("stage", STAGES)
def test_not_a_number_is_refused(forms: dict[str, Assessment], stage: str) -> None:
    with pytest.raises(IntegrityError, match=f"answer_{stage}_points_in_range"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE scoring_answer SET {stage}_points = 'NaN'")  # noqa: S608 - one of three names


def test_a_result_exists_only_with_an_approval(forms: dict[str, Assessment]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.update(grade="good", total=51)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.update(state="approved")


def test_lateness_is_decided_with_the_first_submission(forms: dict[str, Assessment]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.update(late=True)
