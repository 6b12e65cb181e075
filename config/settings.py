"""Settings of the portal, all from the environment (or from `.env` beside manage.py), loud when wrong.

SECRET_KEY      required.
DEBUG           default off. On: demo data allowed, second factor optional, style guide served.
ALLOWED_HOSTS   comma-separated; required when DEBUG is off.
DATABASE_URL    default: SQLite file db.sqlite3 beside manage.py. Production: postgres://user:password@host/name.
STATEMENT_TIMEOUT_MS default 30000: PostgreSQL cancels what runs longer.
REDIS_URL       default none: jobs run in the process that asks for them. Set: Celery worker and beat do the work.
MEDIA_ROOT      default: media/ beside manage.py.
DEMO_PASSWORD   password of the illustrative users; has a default only when DEBUG is on.
EMAIL_URL       default: mails are printed. Production: smtp+tls://user:password@host:587.
DEFAULT_FROM_EMAIL who mails come from.
SITE_URL        where links in mails and calendars lead; default: the first of ALLOWED_HOSTS.
LOG_LEVEL       default INFO.
BEHIND_TLS_PROXY default on when DEBUG is off: https only, secure cookies; X-Forwarded-Proto and the last address of X-Forwarded-For trusted.
MFA_REQUIRED    default on when DEBUG is off: whoever appraises, approves or administers needs a second factor.
EVIDENCE_FILE_MB default 10: the largest file of evidence.
EVIDENCE_FILES  default 10: how many files a criterion shows at most.
EVIDENCE_FORM_MB default 100: all files of one form together.
API_RATE        default 600/min: API requests of one person or client (counted in Redis; without it, in each process).
"""

import re
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.logs import hide_secrets

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def _switch(name: str, *, default: bool) -> bool:
    """Read 0 or 1; django-environ takes every word it does not know for "off"."""
    word = env.str(name, default=str(int(default))).strip().lower()
    if word not in {"0", "1", "false", "true", "no", "yes", "off", "on"}:
        raise ImproperlyConfigured(f"{name} is {word!r}: write 0 or 1.")
    return word in {"1", "true", "yes", "on"}


DEBUG = _switch("DEBUG", default=False)
try:
    SECRET_KEY = env.str("SECRET_KEY")
except ImproperlyConfigured as error:
    raise ImproperlyConfigured("SECRET_KEY is not set: run `make run` once (it writes .env), or set it in the environment.") from error
if not DEBUG and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is too short for production: at least 50 characters.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
if not DEBUG and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is empty: name the hosts of the portal, separated by commas.")
BEHIND_TLS_PROXY = _switch("BEHIND_TLS_PROXY", default=not DEBUG)
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS if "*" not in host] if BEHIND_TLS_PROXY else []

INSTALLED_APPS = [
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "import_export",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "ledger",
    "communes",
    "accounts",
    "plan2018",
    "scoring",
    "reports",
    "config",
]

MIDDLEWARE = [
    "config.views.probes",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.api.frame",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.portal",
            ],
        },
    },
]

# Database: the only truth. Times are stored in UTC and shown in Asia/Ho_Chi_Minh.
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # A writer takes the lock when its transaction begins, so two writers queue instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL names no database that the portal knows: sqlite:///path or postgres://user:password@host/name.")
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        # A statement that hangs ends by itself; the server notices a killed process, and frees its locks, also in the middle of a statement.
        "options": f"-c statement_timeout={env.int('STATEMENT_TIMEOUT_MS', default=30_000)} -c client_connection_check_interval=2s",
        "connect_timeout": 5,
    }

# Jobs: see ledger/services.py. The broker carries ids only; losing it costs a delay, never a job.
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://")):
    raise ImproperlyConfigured("REDIS_URL does not begin with redis:// or rediss://.")
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_TASK_TIME_LIMIT = 240
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.1}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,  # longer than the time limit, so no task runs twice at once
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 2,
    "socket_connect_timeout": 0.5,
    "max_retries": 1,
}
CELERY_TIMEZONE = "Asia/Ho_Chi_Minh"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "ledger.sweep", "schedule": 30.0, "options": {"expires": 25}},
    "fill-stale": {"task": "reports.fill_stale", "schedule": 15.0, "options": {"expires": 14}},
    "mail": {"task": "ledger.mail", "schedule": 60.0, "options": {"expires": 55}},
    "remind": {"task": "plan2018.remind", "schedule": crontab(hour=6, minute=30)},
    "remind-deadlines": {"task": "scoring.remind", "schedule": crontab(hour=6, minute=40)},
    "seal": {"task": "ledger.seal", "schedule": crontab(hour=0, minute=20)},
}

# Caches. The default one holds what must be shared and must survive a lost Redis, above all the counters of failed sign-ins: a table of the
# database (made by a migration of accounts). The other one holds the API's counters, which may be lost.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # nobody pushes a counter out by trying many names
    },
    "throttle": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "throttle",
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "retry": Retry(NoBackoff(), 0)},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "throttle"},
}

# Accounts: created by the administrator, never by sign-up.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
MFA_REQUIRED = _switch("MFA_REQUIRED", default=not DEBUG)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Chính quyền cơ sở Điện Biên"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are entered by the administrator
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # no sign-up; allauth asks for what its sign-in needs
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False  # several people share the machine of a commune office: the session ends with the browser
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {
    # A commune office, or the whole network of the province, may stand behind one address: per address there is room for everybody's mistakes.
    "login": "300/m/ip",
    "login_failed": "300/15m/ip,5/15m/key",
    "reset_password": "60/h/ip,5/h/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_TLS_PROXY else 0
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="dienbien-495" if DEBUG else "")

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="khong-tra-loi@localhost")
_host = next((host.lstrip(".") for host in ALLOWED_HOSTS if "*" not in host), "localhost")
SITE_URL = env.str("SITE_URL", default=f"https://{_host}" if BEHIND_TLS_PROXY else f"http://{_host}:8000").rstrip("/")
if not re.fullmatch(r"https?://[^/\s]+", SITE_URL):
    raise ImproperlyConfigured(f"SITE_URL is {SITE_URL!r}: write https://host without a path.")

# Language: Vietnamese first; strings are marked for translation with the Vietnamese text as their id.
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
# Off: a template writes ids, versions and years into addresses and fields; numbers for people go through the filters of `portal`.
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "media")))

EVIDENCE_FILE_BYTES = env.int("EVIDENCE_FILE_MB", default=10) * 1024 * 1024
EVIDENCE_FILES = env.int("EVIDENCE_FILES", default=10)
EVIDENCE_FORM_BYTES = env.int("EVIDENCE_FORM_MB", default=100) * 1024 * 1024
if not 0 < EVIDENCE_FILE_BYTES <= EVIDENCE_FORM_BYTES or EVIDENCE_FILES < 1:
    raise ImproperlyConfigured("EVIDENCE_FILE_MB, EVIDENCE_FILES and EVIDENCE_FORM_MB are whole numbers from 1, and a form takes at least one file.")

# Headers: nothing from elsewhere, nothing inline.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000  # the grid of a district of 60 communes x 12 criteria: points, what was seen, reason
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_HTTPONLY = True
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# API: read by clients with a token, or by signed-in people in the browser.
API_RATE = env.str("API_RATE", default="600/min")
if not re.fullmatch(r"[1-9]\d*/(sec|min|hour|day)", API_RATE):
    raise ImproperlyConfigured(f"API_RATE is {API_RATE!r}: write a number of requests a time, like 600/min.")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.Tokens", "rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["config.api.ORJSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "config.api.Slice",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["config.api.ClientThrottle", "config.api.AnonymousThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": API_RATE, "anon": "30/min"},
    "NUM_PROXIES": 1 if BEHIND_TLS_PROXY else 0,
    "EXCEPTION_HANDLER": "config.schema.explain",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
REST_KNOX = {"TOKEN_TTL": None, "AUTH_HEADER_PREFIX": "Token"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Chính quyền cơ sở tỉnh Điện Biên",
    "DESCRIPTION": (
        "Đơn vị, kỳ, tiêu thức, phiếu, xếp hạng, chỉ tiêu và số liệu tổng hợp theo Kế hoạch 495/KH-UBND.\n\n"
        "Danh sách là một mảng JSON, trả về cả; `limit` và `offset` lấy từng phần. Số thập phân là chuỗi, ngày dạng 2018-12-31, mã là chuỗi. "
        'Người gọi chỉ thấy những gì thuộc đơn vị mình; ngoài phạm vi ấy thì như không có (404). Lời từ chối là `{"detail": "…"}`.'
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {"KindEnum": "plan2018.api.KINDS", "CriterionKindEnum": "scoring.api.KINDS", "CapKindEnum": "scoring.api.CONDITIONS"},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "config.schema.describe"],
}

# Logs: one line an event to standard error; no personal data, no passwords, no tokens.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"no_secrets": {"()": "django.utils.log.CallbackFilter", "callback": hide_secrets}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_secrets"]}},
    # Scanners ask for hosts that we are not: answered with 400 and kept in the proxy's log, no event of ours.
    "loggers": {"django.security.DisallowedHost": {"level": "CRITICAL"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
}
