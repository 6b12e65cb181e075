"""A calendar of duties as a file that calendar programs subscribe to (iCalendar, RFC 5545): plain events in, octets out. Pure: no query, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event
from icalendar.prop import vDuration

REFRESH = timedelta(hours=6)
"""How often programs are asked to look again."""
ALARM = timedelta(days=-3)
"""When an event reminds, counted from the beginning of its day."""


@dataclass(frozen=True)
class Due:
    """A whole day in the calendar. `key` stays the same as long as it is the same thing; `version` counts its changes."""

    key: str
    day: date
    summary: str
    description: str
    address: str
    version: int = 0


def write(name: str, events: Iterable[Due], *, stamp: datetime) -> bytes:
    """Write the calendar of this name. `stamp` (aware) is the time that all events bear: the same content at the same stamp gives the same octets."""
    calendar = Calendar()
    calendar.add("prodid", "-//Chinh quyen co so Dien Bien//Nhiem vu//VI")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for due in events:
        calendar.add_component(_event(due, stamp))
    return bytes(calendar.to_ical(sorted=False))


def _event(due: Due, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", f"{due.key}@nhiem-vu.dienbien")
    event.add("dtstamp", stamp)
    event.add("dtstart", due.day)
    event.add("dtend", due.day + timedelta(days=1))
    event.add("sequence", due.version)
    event.add("summary", _plain(due.summary))
    event.add("description", _plain(due.description))
    event.add("url", due.address)
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _plain(due.summary))
    alarm.add("trigger", ALARM)
    event.add_component(alarm)
    return event


def _plain(text: str) -> str:
    """Text without control characters, which the format has no way to write; lines stay."""
    return "".join(character for character in text.replace("\r\n", "\n").replace("\r", "\n") if character == "\n" or character.isprintable())
