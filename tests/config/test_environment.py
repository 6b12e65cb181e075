"""The settings speak: every variable is explained where people look for it, and wrong values stop the start with a sentence."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (ROOT / "config/settings.py").read_text()


def test_every_variable_is_explained_in_the_example_and_in_the_settings():
    read = set(re.findall(r"""(?:env\.\w+|_switch)\(\s*["']([A-Z_]+)["']""", SETTINGS))
    explained_in_example = set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    explained_in_settings = set(re.findall(r"^([A-Z_]+) ", SETTINGS.split('"""')[1], re.MULTILINE))

    assert explained_in_example == read
    assert explained_in_settings == read


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short for production"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is empty"),
        ({"DEBUG": "perhaps"}, "DEBUG is 'perhaps': write 0 or 1."),
        ({"DATABASE_URL": "mysql://host/name"}, "DATABASE_URL names no database that the portal knows"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL does not begin with redis://"),
        ({"API_RATE": "many"}, "API_RATE is 'many'"),
        ({"EVIDENCE_FILE_MB": "200"}, "a form takes at least one file"),
    ],
)
def test_a_wrong_value_stops_the_start_with_a_sentence(changes, message):
    process = subprocess.run(
        [sys.executable, "-c", "import config.settings"], cwd=ROOT, env={**os.environ, **changes}, capture_output=True, text=True, check=False
    )

    assert process.returncode != 0
    assert message in process.stderr
