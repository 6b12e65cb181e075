"""Who acts for whom moves into the room of accounts: the table gets the name it has there, with its rows, constraints and index; accounts.0004 takes it over."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('scoring', '0009_share'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable('delegation', 'accounts_delegation')],
            state_operations=[migrations.DeleteModel('Delegation')],
        ),
    ]
