"""One settings file for every environment: what differs is a variable (`.env.example`).

Without `DATABASE_URL` the service is on one machine and looks after itself: embedded PostgreSQL, a
secret key of its own, plain HTTP for localhost. With it, the defaults are those of production.
"""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from common.database_url import connection_settings
from common.env import HIGHEST_PORT, env_bool, env_float, env_int, env_list, env_secret, env_str
from common.ports import web_port
from config import access_plane, cuid_settings
from config.checked_values import (
    check_file,
    check_origins,
    check_strength,
    check_url,
    made_folder,
    rate,
)
from config.identity_providers import declared
from config.invitation_settings import invitation_settings
from config.logs import logging_from
from config.registration_settings import registration_settings, second_factor_required
from config.role_settings import role_settings
from config.version import read_version
from standalone.embedded_postgres import Cluster, embedded
from standalone.local_secret import local_secret

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env_str("VAR_DIR", "var"))
VAR_DIR = VAR_DIR if VAR_DIR.is_absolute() else BASE_DIR / VAR_DIR
made_folder("VAR_DIR", VAR_DIR)
VERSION = read_version(BASE_DIR / "CHANGELOG.md")

DEBUG = env_bool("DEBUG", default=False)
DATABASE_URL = env_secret("DATABASE_URL")
ON_ONE_MACHINE = not DATABASE_URL

# --- Database -------------------------------------------------------------------------------------
EMBEDDED_POSTGRES_DIR = Path(env_str("EMBEDDED_POSTGRES_DIR", str(VAR_DIR / "postgres"))).resolve()
EMBEDDED_CLUSTER = None if DATABASE_URL else Cluster(EMBEDDED_POSTGRES_DIR, database="efp")
DATABASES = {
    "default": {
        **(embedded(EMBEDDED_CLUSTER) if EMBEDDED_CLUSTER else connection_settings(DATABASE_URL)),
        # A connection costs three times a small request, so it is kept; one that died is noticed.
        "CONN_MAX_AGE": env_int("DATABASE_CONN_MAX_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}
if DATABASE_URL:  # one that is away, or whose machine is, shall cost seconds and not a thread
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": "5",
        "keepalives_idle": "30",
        "tcp_user_timeout": "30000",
        **connection_settings(DATABASE_URL)["OPTIONS"],  # type: ignore[dict-item]
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Who may talk to us, and how ------------------------------------------------------------------
SECRET_KEY = env_secret("SECRET_KEY")
SECRET_KEY_FROM_ENVIRONMENT = bool(SECRET_KEY)
if not SECRET_KEY:
    if not (ON_ONE_MACHINE or DEBUG):
        raise ImproperlyConfigured("SECRET_KEY is required when DATABASE_URL is set.")
    SECRET_KEY = local_secret(VAR_DIR / "secret_key")
check_strength("SECRET_KEY", SECRET_KEY, least=50)
ENCRYPTION_KEYS = [key for key in env_secret("ENCRYPTION_KEYS").replace(",", " ").split() if key]
KEYS_FROM_ENVIRONMENT = bool(ENCRYPTION_KEYS)
if not ENCRYPTION_KEYS:
    if not (ON_ONE_MACHINE or DEBUG):
        raise ImproperlyConfigured("ENCRYPTION_KEYS is required when DATABASE_URL is set.")
    ENCRYPTION_KEYS = local_secret(VAR_DIR / "encryption_key").split()
for key in ENCRYPTION_KEYS:
    check_strength("Each of the ENCRYPTION_KEYS", key, least=32)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
SITE_NAME = env_str("SITE_NAME", "EFP Allocations")
SITE_EMAIL = env_str("SITE_EMAIL")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
CORS_ALLOWED_ORIGINS = env_list("CORS_ALLOWED_ORIGINS")
# Which attributes of people providers may choose to be shown: the names of `expose_*`.
EXPOSABLE_ATTRIBUTES = frozenset(
    env_list(
        "EXPOSABLE_ATTRIBUTES",
        "active_isds,affiliations,eduperson_assurance,email,full_name,identity_source,job_title,"
        "organization,organization_address,organization_country,organization_registry_code,"
        "organization_type,organization_vat_code,personal_title,phone_number,primary_gid,"
        "registration_method,uid_number,username",
    )
)
ENFORCE_USER_CONSENT_FOR_OFFERINGS = env_bool("ENFORCE_USER_CONSENT_FOR_OFFERINGS", default=False)
check_origins("CSRF_TRUSTED_ORIGINS", [one.replace("//*.", "//") for one in CSRF_TRUSTED_ORIGINS])
check_origins("CORS_ALLOWED_ORIGINS", CORS_ALLOWED_ORIGINS)
# Pages of those origins may call the API with a token; they never get a session's cookie along.
CORS_URLS_REGEX = r"^/(api|api-auth)/"
CORS_EXPOSE_HEADERS = ["Link", "X-Result-Count", "ETag", "Retry-After", "X-Request-ID"]
CORS_ALLOW_HEADERS = [
    *("accept", "authorization", "content-type", "x-csrftoken", "x-request-id"),
    *("idempotency-key", "if-match", "if-none-match", "last-event-id", "cache-control"),
]

HTTPS_ONLY = env_bool("HTTPS_ONLY", default=not (ON_ONE_MACHINE or DEBUG))
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
SESSION_ENGINE = "config.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
# Only behind a proxy that overwrites these headers itself: otherwise anybody could forge them.
BEHIND_PROXY = env_bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
USE_X_FORWARDED_HOST = BEHIND_PROXY
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "config.django_errors.forged"
# What a page of ours may load and where its forms lead: to this service alone, and no inline code.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# Links in mails: never made of a request's Host header, which whoever sends it chooses.
_HOST = next((host.lstrip(".") for host in ALLOWED_HOSTS if "*" not in host), "localhost")
_PORT = f":{web_port()}" if _HOST in {"localhost", "127.0.0.1"} else ""
SITE_URL = env_str("SITE_URL").rstrip("/") or (
    f"{'https' if HTTPS_ONLY else 'http'}://{_HOST}{_PORT}"
)
check_url("SITE_URL", SITE_URL, ("https", "http"))

AUTH_USER_MODEL = "identity.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- Logging in by an institution -----------------------------------------------------------------
OIDC_PROVIDERS = declared()
CUID_DOMAINS, CUID_REGISTRY = cuid_settings.read(OIDC_PROVIDERS)
OIDC_CA_FILE = env_str("OIDC_CA_FILE")
check_file("OIDC_CA_FILE", OIDC_CA_FILE)
REQUIRED_ASSURANCE, REQUIRED_ACR = env_list("REQUIRED_ASSURANCE"), env_list("REQUIRED_ACR")
OIDC_MAX_STATES = 20  # attempts that a browser may have under way, for mozilla-django-oidc
LOGIN_URL = "login"
SECOND_FACTOR_REQUIRED = second_factor_required("OFF" if ON_ONE_MACHINE or DEBUG else "STAFF")

# --- The application ------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.StaffAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "corsheaders",
    "csp",
    "django_filters",
    "drf_spectacular",
    "config",
    "standalone",
    "identity",
    "marketplace",
    "allocations",
    "accounting",
    "notifications",
]
MIDDLEWARE = [
    "config.logs.RequestIdMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.health.ProbeMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "config.django_errors.AddressMiddleware",
    "config.throttling.refusing.RateLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.health.DatabaseAwayMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
CACHE_URL = env_secret("CACHE_URL")
check_url("CACHE_URL", CACHE_URL, ("redis", "rediss", "unix"))
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
        if CACHE_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
LANGUAGE_CODE, TIME_ZONE = "en", "UTC"
USE_TZ = True
USE_I18N = False
FORMAT_MODULE_PATH = "config.formats"
MAIL_SERVER = env_str("EMAIL_HOST")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if MAIL_SERVER
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = MAIL_SERVER or "localhost"
EMAIL_PORT = env_int("EMAIL_PORT", default=25, least=1, most=HIGHEST_PORT)
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", default=False)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_secret("EMAIL_HOST_PASSWORD")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SITE_EMAIL or "noreply@localhost"

# --- Static files: served by the web process itself -----------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env_str("STATIC_ROOT", str(VAR_DIR / "static")))
made_folder("STATIC_ROOT", STATIC_ROOT)
WHITENOISE_USE_FINDERS = True  # without `collectstatic`, the files come from the packages
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
MEDIA_ROOT = VAR_DIR / "media"

# --- The API --------------------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024  # of any body; agents send some thousand entries
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "identity.api.authentication.TokenAuthentication",
        "identity.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_SCHEMA_CLASS": "common.api.schema.ApiSchema",
    "VIEW_DESCRIPTION_FUNCTION": "common.api.operation_texts.view_description",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_THROTTLE_CLASSES": ["config.throttling.persons.PersonThrottle"],
    "EXCEPTION_HANDLER": "common.api.exceptions.handle",
    "DEFAULT_RENDERER_CLASSES": [
        "common.api.renderers.OrjsonRenderer",
        "common.api.renderers.ProblemRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "common.api.parsers.JsonParser",
        "common.api.parsers.FormParser",
        "common.api.parsers.MultiPartParser",
    ],
}
# How often: an agent may poll as it likes, whoever tries passwords may not.
RATE_LIMITS = env_bool("RATE_LIMITS", default=True)
RATES = {
    "token": rate("RATE_TOKEN", env_str("RATE_TOKEN", "6000/minute")),
    "person": rate("RATE_PERSON", env_str("RATE_PERSON", "12000/minute")),
    "address": rate("RATE_ADDRESS", env_str("RATE_ADDRESS", "12000/minute")),
    "anonymous": rate("RATE_ANONYMOUS", env_str("RATE_ANONYMOUS", "1200/minute")),
    "login": rate("RATE_LOGIN", env_str("RATE_LOGIN", "30/minute")),
    "institution": rate("RATE_INSTITUTION", env_str("RATE_INSTITUTION", "300/minute")),
    "password": rate("RATE_PASSWORD_CHANGE", env_str("RATE_PASSWORD_CHANGE", "10/minute")),
    "schema": rate("RATE_SCHEMA", env_str("RATE_SCHEMA", "60/minute")),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "EFP Allocations",
    "VERSION": VERSION,
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Enums stay where they are used: shared names for them would change with every new field.
    "POSTPROCESSING_HOOKS": [
        "common.api.documented_errors.complete",
        "common.api.meanings.complete",
        "config.openapi.complete",
    ],
}
API_MEANINGS = "config.openapi.MEANINGS"
PERSONAL_TOKEN_DAYS = env_int("PERSONAL_TOKEN_DAYS", default=366, least=1, most=3660)
INVITATIONS, REGISTRATION = invitation_settings(), registration_settings()
DATA_ACCESS_DAYS = env_int("DATA_ACCESS_DAYS", default=365, least=1, most=3650)
ROLES = role_settings()
IDEMPOTENCY_KEY_MODEL, USED_SLUG_MODEL = "identity.IdempotencyKey", "identity.UsedSlug"
# What the apps above an app add to its reads and messages, and which kinds of events all know.
CONTRIBUTIONS = {
    app: f"config.contributions.{app.upper()}"
    for app in ("common", "identity", "marketplace", "allocations")
}
EVENT_CATALOGUE = "config.event_kinds.CATALOGUE"
# Rendering reads what was fetched and nothing else; where people develop and test, it must.
FORBID_SQL_WHILE_RENDERING = DEBUG
# Statements that are taken from the cache are compiled anew and compared.
CHECK_CACHED_STATEMENTS = DEBUG

# --- Background work: the outbox in the database is the truth, the broker only wakes up -----------
CELERY_BROKER_URL = env_secret("CELERY_BROKER_URL", "filesystem://localhost")
check_url(
    "CELERY_BROKER_URL",
    CELERY_BROKER_URL,
    ("filesystem", "redis", "rediss", "amqp", "amqps", "pyamqp", "sentinel", "memory"),
)
BROKER_DIR = VAR_DIR / "broker"
if CELERY_BROKER_URL.startswith("filesystem:"):
    for folder in ("messages", "control", "processed"):
        made_folder("VAR_DIR", BROKER_DIR / folder)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "store_processed": False,
        "polling_interval": env_float("CELERY_POLLING_INTERVAL", default=0.1, least=0.01),
    }
else:
    # Redis hands a dead worker's task out again after this long; no task may take longer.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 3600,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_CONCURRENCY = env_int("CELERY_WORKER_CONCURRENCY", default=2, least=1)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

# --- What one person may keep --------------------------------------------------------------------
STREAMS_PER_PERSON = env_int("STREAMS_PER_PERSON", default=50, least=1)
HOOKS_PER_PERSON = env_int("HOOKS_PER_PERSON", default=100, least=1)
SUBSCRIPTIONS_PER_PERSON = env_int("SUBSCRIPTIONS_PER_PERSON", default=500, least=1)

# --- The event feed: streams are served by a process of their own ---------------------------------
EVENT_FEED_RETENTION_DAYS = env_int("EVENT_FEED_RETENTION_DAYS", default=30, least=1)
EVENT_STREAM_THREADS = env_int("EVENT_STREAM_THREADS", default=200, least=1)
EVENT_STREAM_URL = env_str("EVENT_STREAM_URL").rstrip("/")
check_url("EVENT_STREAM_URL", EVENT_STREAM_URL, ("https", "http"))

# --- Webhooks: to servers that nobody here knows, so not into our own network -------------
WEBHOOK_ALLOW_PRIVATE = env_bool("WEBHOOK_ALLOW_PRIVATE", default=False)
WEBHOOK_CA_FILE = env_str("WEBHOOK_CA_FILE")
check_file("WEBHOOK_CA_FILE", WEBHOOK_CA_FILE)

# --- Site agents ----------------------------------------------------------------------------------
AGENT_LOG_RETENTION_DAYS = env_int("AGENT_LOG_RETENTION_DAYS", default=30, least=1)

# --- The message bus: without it, agents poll -----------------------------------------------------
RABBITMQ_URL = env_secret("RABBITMQ_URL")
RABBITMQ_MANAGEMENT_URL = env_secret("RABBITMQ_MANAGEMENT_URL")
RABBITMQ_TAG = env_str("RABBITMQ_TAG", "efp")
check_url("RABBITMQ_URL", RABBITMQ_URL, ("amqp", "amqps"))
check_url("RABBITMQ_MANAGEMENT_URL", RABBITMQ_MANAGEMENT_URL, ("http", "https"))
if bool(RABBITMQ_URL) != bool(RABBITMQ_MANAGEMENT_URL):
    raise ImproperlyConfigured("Set both RABBITMQ_URL and RABBITMQ_MANAGEMENT_URL, or neither.")
BUS_RETENTION_DAYS = env_int("BUS_RETENTION_DAYS", default=30, least=1)

# --- The access plane: without a URL nobody is told who may log in where --------------------------
SCIM_API_URL, SCIM_API_KEY, SCIM_URN_NAMESPACE = access_plane.read()

# --- Metrics: for the staff, and for whoever has the token ----------------------------------------
METRICS_TOKEN = env_secret("METRICS_TOKEN")
if METRICS_TOKEN:
    check_strength("METRICS_TOKEN", METRICS_TOKEN, least=32)

# --- Logging: JSON lines on stderr ----------------------------------------------------------------
LOG_LEVEL = env_str("LOG_LEVEL", "INFO", among=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOGGING = logging_from(LOG_LEVEL)
