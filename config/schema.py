"""What the API says of itself: why it refuses, its schema, and the page that shows the schema."""

from typing import Any

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler


def explain(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer a refusal as {"detail": sentence}; where parameters are wrong, the sentence names each with what it may be."""
    response = exception_handler(error, context)
    if response is not None and isinstance(error, ValidationError) and isinstance(error.detail, dict):
        response.data = {"detail": " ".join(f"{name}: {' '.join(map(str, messages))}" for name, messages in error.detail.items())}
    if response is not None and isinstance(error, Throttled):
        response.data = {"detail": gettext("Hỏi quá nhiều lần trong một phút. Hỏi lại sau %d giây.") % int(response.headers.get("Retry-After", 60))}
    return response


class TokenScheme(OpenApiAuthenticationExtension):
    """The description of `accounts.api.Tokens`."""

    target_class = "accounts.api.Tokens"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": str(_("“Token”, một dấu cách, rồi đến mã truy cập."))}


# The icons of Swagger UI stand as data: addresses in its style sheet; nothing else is let in.
@method_decorator(csp_update({"img-src": ["data:"]}), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    """The schema as a page to read and try. All its scripts and styles are files of the portal."""

    template_name = "api/docs.html"


REFUSALS = {
    "400": _("Tham số thiếu hoặc sai; lời giải thích nêu tên tham số và các giá trị được phép."),
    "401": _("Chưa đăng nhập, hoặc mã truy cập không đúng."),
    "404": _("Không có, hoặc ở ngoài phạm vi của người gọi."),
    "429": _("Hỏi quá nhiều trong một phút; hỏi lại sau số giây ghi ở Retry-After."),
}
OF_EVERY_ANSWER = {"X-Illustrative-Data": _("“true” khi số liệu là minh họa.")}
OF_LISTS = {
    "X-Total-Count": _("Số dòng của cả danh sách."),
    "Link": _("Phần trước (rel=prev) và phần sau (rel=next) khi hỏi từng phần."),
}
OF_FIGURES = {"ETag": _("Gửi lại trong If-None-Match: số liệu chưa đổi thì được trả lời 304.")}


def describe(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Put into the schema what all addresses have in common: the refusals and the headers of an answer."""
    result["components"]["schemas"]["Refusal"] = {"type": "object", "properties": {"detail": {"type": "string"}}, "required": ["detail"]}
    refusal = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    for methods in result["paths"].values():
        for operation in methods.values():
            operation.pop("description", None)  # docstrings speak to whoever reads the code
            responses = operation["responses"]
            headers = OF_EVERY_ANSWER
            if any(parameter["name"] == "limit" for parameter in operation.get("parameters", [])):
                headers = headers | OF_LISTS
            if "304" in responses:
                headers = headers | OF_FIGURES
            responses["200"]["headers"] = {name: {"schema": {"type": "string"}, "description": str(words)} for name, words in headers.items()}
            responses.update({status: {"description": str(words), "content": refusal} for status, words in REFUSALS.items()})
    return result
