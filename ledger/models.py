"""Rows that an act leaves in its own transaction: what happened, what work was asked for, what somebody must be told.

Subjects are a kind and a key (plain text), people are AUTH_USER_MODEL: the ledger knows nothing of the rooms above it.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.rules import JobState

UNIT = "communes.Unit"
"""Whose an entry is. Named, not imported: as with people, the ledger keeps the key and knows nothing more."""


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, kind: str, key: str) -> "EntryQuerySet":
        """Entries of one subject, oldest first."""
        return self.filter(subject_kind=kind, subject_key=key).order_by("pk")


class Entry(models.Model):
    """One line of the audit: who, when, did what, to which subject, from which state to which, why.

    Never changed, never deleted: triggers of the database refuse both (migration 0003). `number` counts the entries of a subject from 1, so that a gap
    shows. `unit` says whose entry it is, for those who may read it; None: of the whole province. The hash does not cover these two: the trigger does.
    """

    at = models.DateTimeField(_("lúc"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người thực hiện"))
    act = models.CharField(_("hành động"), max_length=32)
    subject_kind = models.CharField(_("loại đối tượng"), max_length=32)
    subject_key = models.CharField(_("đối tượng"), max_length=64)
    topic = models.CharField(_("kỳ"), max_length=32, blank=True, help_text=_("Nhóm để tính lại, ví dụ mã kỳ 2018-Y"))
    before = models.CharField(_("từ"), max_length=64, blank=True)
    after = models.CharField(_("đến"), max_length=64, blank=True)
    reason = models.TextField(_("lý do"), blank=True)
    data = models.JSONField(_("chi tiết"), default=dict, blank=True)
    hash = models.CharField(_("mã băm"), max_length=64)
    number = models.PositiveIntegerField(_("số thứ tự"))
    unit = models.ForeignKey(UNIT, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("đơn vị"))

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("dòng nhật ký")
        verbose_name_plural = _("nhật ký")
        indexes = [
            models.Index(fields=["subject_kind", "subject_key", "id"], name="entry_of_subject"),
            models.Index(fields=["topic"], name="entry_of_topic"),
            models.Index(fields=["at", "id"], name="entry_by_time"),
            models.Index(fields=["unit", "at", "id"], name="entry_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act} {self.subject_kind} {self.subject_key}"

    def content(self) -> dict[str, object]:
        """The part of the entry that its hash covers."""
        return {
            "at": self.at.isoformat(),
            "actor": self.actor_id,
            "act": self.act,
            "kind": self.subject_kind,
            "key": self.subject_key,
            "topic": self.topic,
            "before": self.before,
            "after": self.after,
            "reason": self.reason,
            "data": self.data,
        }


class Job(models.Model):
    """Work asked for. The row is the truth; the Celery message only carries its id and may be lost, doubled or late."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.CharField(_("việc"), max_length=64, help_text=_("Tên tác vụ Celery"))
    key = models.CharField(_("khóa"), max_length=64, help_text=_("Cùng việc cùng khóa thì không chạy hai lần một lúc"))
    state = models.CharField(_("trạng thái"), max_length=8, choices=[(s.value, s.value) for s in JobState], default=JobState.QUEUED.value)
    attempts = models.PositiveSmallIntegerField(_("số lần chạy"), default=0)
    done = models.PositiveIntegerField(_("đã xong"), default=0)
    total = models.PositiveIntegerField(_("tổng số"), default=0)
    message = models.TextField(_("thông báo"), blank=True)
    error = models.CharField(_("lỗi cuối"), max_length=80, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người yêu cầu")
    )
    created_at = models.DateTimeField(_("yêu cầu lúc"))
    sent_at = models.DateTimeField(_("gửi đi lúc"), null=True, blank=True)
    started_at = models.DateTimeField(_("bắt đầu chạy lúc"), null=True, blank=True)
    finished_at = models.DateTimeField(_("xong lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("việc chạy nền")
        verbose_name_plural = _("việc chạy nền")
        indexes = [models.Index(fields=["state", "sent_at"], name="job_in_state")]
        constraints = [
            models.UniqueConstraint(fields=["task", "key"], condition=Q(state__in=["queued", "running"]), name="job_once_at_a_time"),
            models.CheckConstraint(condition=Q(state__in=[s.value for s in JobState]), name="job_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.key} ({self.state})"

    @property
    def finished(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED)


class Notice(models.Model):
    """A message owed to a person: written once for each key, shown in the portal, sent by mail with retries, each once.

    The claim (`tried_at`, `tries`) is committed before a mail goes out; a process that dies between sending and `mailed_at` leaves a claim, and the mail
    is tried again much later, under the same Message-ID.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name=_("người nhận"))
    key = models.CharField(_("khóa"), max_length=80, help_text=_("Cùng người cùng khóa thì chỉ báo một lần"))
    subject = models.CharField(_("tiêu đề"), max_length=200)
    body = models.TextField(_("nội dung"))
    link = models.CharField(_("địa chỉ trang"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("lúc"))
    read_at = models.DateTimeField(_("đã đọc lúc"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("số lần gửi thư"), default=0)
    tried_at = models.DateTimeField(_("thử gửi lúc"), null=True, blank=True)
    mailed_at = models.DateTimeField(_("đã gửi thư lúc"), null=True, blank=True)
    error = models.CharField(_("lỗi gửi thư"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("thông báo")
        verbose_name_plural = _("thông báo")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["mailed_at", "tried_at"], condition=Q(mailed_at=None), name="notice_to_mail"),
            models.Index(fields=["person", "-created_at"], name="notice_of_person"),
        ]
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="notice_once")]

    def __str__(self) -> str:
        return self.subject
