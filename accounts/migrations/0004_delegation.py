"""Who acts for whom moves into this room: scoring's last migration has given the table its new name, so here only the state changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_cache_table'),
        ('communes', '0002_registers'),
        ('scoring', '0010_delegation_moves'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Delegation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('starts_on', models.DateField(verbose_name='từ ngày')),
                        ('ends_on', models.DateField(verbose_name='đến hết ngày')),
                        ('recorded_at', models.DateTimeField(editable=False, verbose_name='ghi lúc')),
                        ('ended_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='thôi lúc')),
                        ('deputy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acting', to=settings.AUTH_USER_MODEL, verbose_name='người làm thay')),
                        ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='communes.document', verbose_name='văn bản ủy quyền')),
                        ('principal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegated', to=settings.AUTH_USER_MODEL, verbose_name='người được làm thay')),
                        ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người ghi')),
                    ],
                    options={
                        'verbose_name': 'ủy quyền làm thay',
                        'verbose_name_plural': 'ủy quyền làm thay',
                        'indexes': [models.Index(fields=['deputy', 'ends_on'], name='delegation_of_deputy')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='delegation_ends_after_start'), models.CheckConstraint(condition=models.Q(('deputy', models.F('principal')), _negated=True), name='delegation_to_another')],
                    },
                ),
            ],
        ),
    ]
