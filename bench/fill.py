"""The fill of a period: a national one against the bare sum of the same points, and its growth with the number of communes."""

from django.db import connection

from bench.figure import Figure, in_turn
from plan2018.models import Period
from reports import services
from scoring.models import Assessment


def _period() -> Period:
    return Period.objects.select_related("plan").get(code="2018-Y")


def _fill() -> None:
    services.fill(_period())


def _bare() -> None:
    """The floor: one sum for each commune over the rows that a fill reads."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT assessment.unit_id, SUM(answer.final_points)
            FROM scoring_answer answer JOIN scoring_assessment assessment ON assessment.id = answer.assessment_id
            WHERE assessment.period_id = %s AND assessment.state = 'approved'
            GROUP BY assessment.unit_id
            """,
            [_period().pk],
        )
        cursor.fetchall()


def seconds() -> float:
    """How long one fill takes now."""
    return in_turn(_fill)[0]


def figures(province: float) -> list[Figure]:
    """The national fill against the floor, and against the fill of one province (`province` seconds)."""
    communes = Assessment.objects.filter(period=_period()).count()
    bare, national = in_turn(_bare, _fill)
    how = f"{communes} communes: {national * 1000:.0f} ms, bare sum {bare * 1000:.0f} ms"
    growth = f"{national * 1000:.0f} ms for {communes} communes, {province * 1000:.0f} ms for 130; goal: not faster than the communes"
    return [Figure("national fill / bare sum", national / bare, 4, how), Figure("growth of the fill", national / province, communes / 130, growth)]
