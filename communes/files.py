"""Files that people send: their digest, kept under a random name, handed out so that no browser takes them for a page of the portal."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from communes.content import Kind

SHOWN = {Kind.JPG: "image/jpeg", Kind.PNG: "image/png"}
"""Kinds that a browser may show by itself; whatever may hold a script is only saved."""


def digest_of(upload: "File[bytes]") -> str:
    """The SHA-256 of a file, which is left at its beginning."""
    digest = sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


@contextmanager
def kept(folder: str, kind: str, upload: "File[bytes]") -> Iterator[str]:
    """Keep a file under a random name, whatever it was called; when the block fails, it is gone again."""
    name = default_storage.save(f"{folder}/{uuid4().hex}.{kind}", upload)
    try:
        yield name
    except BaseException:
        default_storage.delete(name)
        raise


def hand_out(file: FieldFile, name: str, kind: str = "") -> FileResponse:
    """The answer with a file for who may have it: pictures to be shown, all else to be saved, nothing to be guessed, run or shared. Raises Http404."""
    try:
        content = file.open("rb")
    except FileNotFoundError:
        raise Http404(_("Tệp này không còn trong kho.")) from None
    shown = SHOWN.get(Kind(kind)) if kind else None
    answer = FileResponse(content, as_attachment=not shown, filename=name, content_type=shown or "application/octet-stream")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer
