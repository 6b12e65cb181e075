from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import timezone

from accounts import services
from communes.models import Unit


class Command(BaseCommand):
    help = (
        "Make the API client NAME and print its token, alone on the last line. The token is shown only once, holds for a year and is stored "
        "hashed; running this again for the same name replaces it. Use: Authorization: Token <token>"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="what the client is called, such as 'Cổng tỉnh'")
        parser.add_argument("--unit", required=True, metavar="CODE", help="code of the unit below which it may read, such as 11, 094 or 03124")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            unit = Unit.objects.filter(code=options["unit"]).latest("valid_from")
            token = services.issue_token(name=options["name"], unit=unit)
        except Unit.DoesNotExist as error:
            hint = "codes keep their leading zeros, such as 094" if Unit.objects.exists() else "run `manage.py load_reference` first"
            raise CommandError(f"There is no unit with the code {options['unit']!r}: {hint}.") from error
        except (ValueError, ValidationError) as error:
            why = " ".join(error.messages) if isinstance(error, ValidationError) else error
            raise CommandError(f"{options['name']!r} cannot be a client's name: {why}") from error
        except services.NotAClient as error:
            raise CommandError(f"{error} is a person or a locked client: choose another name, or unlock it in the administration.") from error
        if token.replaced:
            self.stderr.write("The old token of this client no longer works.", self.style.WARNING)
        until = timezone.localdate(token.expires_at)
        self.stderr.write(f"{token.client.username} reads {unit.full_name} until {until}. The token is shown only now:", self.style.WARNING)
        self.stdout.write(token.clear)
