"""What never reaches a log: the secret in the address of a private calendar. Everything else that is secret is in bodies, cookies or headers."""

import logging
import re

_SECRET = re.compile(r"(/calendar/)[\w-]+(\.ics)")


def hide_secrets(record: logging.LogRecord) -> bool:
    """Replace secrets in a log line before it is written; the line itself stays."""
    record.msg, record.args = _SECRET.sub(r"\1...\2", record.getMessage()), ()
    if record.exc_info and not record.exc_text:
        record.exc_text = _SECRET.sub(r"\1...\2", logging.Formatter().formatException(record.exc_info))
    return True
