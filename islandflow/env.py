"""The typed environment: the only reader of `os.environ`. No Django here.

What each variable means stands in `env_register`; thresholds belong to tuning, not here.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, PrivateAttr, SecretStr
from pydantic_settings import BaseSettings, DotEnvSettingsSource

from islandflow.env_register import addresses, signing_key
from islandflow.env_register.kinds import PROJECT, Failpoint
from islandflow.env_register.reading import ENVIRONMENT, Reading, Readings, Texts, read_all
from islandflow.env_register.variable import Tuning, Used

DOTENV = PROJECT / ".env"
TuningValue = int | float | str


class BadEnvironmentError(ValueError):
    """The environment cannot be used; `problems` says everything that is wrong, one by one."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"The environment has {len(problems)} problem(s):\n{lines}")


class Environment(BaseModel):
    """Every variable that is in use, under its lower-case name; None means not set."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    islandflow_home: Path
    islandflow_host: str
    islandflow_port: int
    islandflow_public_url: str | None
    islandflow_allowed_hosts: tuple[str, ...]
    islandflow_admin_password: SecretStr | None
    islandflow_secret_key: SecretStr | None
    islandflow_debug: bool
    islandflow_shared_data: Path
    islandflow_chromium: Path | None
    islandflow_synthetic_rate: int | None
    islandflow_firehose_rate: int
    islandflow_synthetic_hours: Literal["always", "session"]
    islandflow_synthetic_seed: int
    islandflow_synthetic_news_rate: float
    islandflow_failpoint: Failpoint | None
    database_url: SecretStr | None
    redis_url: SecretStr | None
    log_level: Literal["debug", "info", "warning", "error"]
    options_ingest_adapter: Literal["synthetic", "alpaca", "ibkr", "databento", "massive"]
    equities_ingest_adapter: Literal["synthetic", "alpaca"]
    synthetic_market_mode: Literal["realistic", "active", "firehose"]
    synthetic_options_mode: Literal["realistic", "active", "firehose"] | None
    synthetic_equities_mode: Literal["realistic", "active", "firehose"] | None
    synthetic_control_enabled: bool
    refdata_event_calendar_path: Path | None
    refdata_event_calendar_provider: Literal["alpha_vantage"] | None
    refdata_event_calendar_refresh_ms: int
    refdata_option_eod_path: Path | None
    alpha_vantage_api_key: SecretStr | None
    alpha_vantage_url: str
    alpha_vantage_earnings_horizon: Literal["3month", "6month", "12month"]
    alpha_vantage_earnings_symbol: str | None
    news_ingest_adapter: Literal["synthetic", "alpaca"]
    alpaca_news_backfill_limit: int

    _readings: Readings = PrivateAttr()

    def secret_key(self) -> str:
        """Return the signing key; the first start of an installation writes one to its home."""
        if self.islandflow_secret_key is not None:
            return self.islandflow_secret_key.get_secret_value()
        try:
            return signing_key.make(self.islandflow_home)
        except OSError as failure:
            problem = (
                f"ISLANDFLOW_HOME is {self.islandflow_home}; expected a folder that can be "
                f"written ({failure.strerror}); correct its rights or set ISLANDFLOW_SECRET_KEY"
            )
            raise BadEnvironmentError((problem,)) from failure

    def allowed_hosts(self) -> list[str]:
        """Return the host names a request may carry: configured, public, listened on."""
        return addresses.allowed_hosts(
            self.islandflow_allowed_hosts, self.islandflow_public_url, self.islandflow_host
        )

    def trusted_origins(self) -> list[str]:
        """Return the origins that may post forms beside the server's own."""
        return [addresses.origin(self.islandflow_public_url)] if self.islandflow_public_url else []

    def socket_origins(self) -> list[str]:
        """Return the origins of our sockets, for the content security policy."""
        return addresses.socket_origins(self.islandflow_public_url, self.islandflow_port)

    def is_https(self) -> bool:
        """Tell whether browsers reach the pages over TLS."""
        return (self.islandflow_public_url or "").startswith("https://")

    def database_parts(self) -> dict[str, str]:
        """Return NAME, USER, PASSWORD, HOST and PORT for Django."""
        return addresses.database_parts(_plain(self.database_url))

    def database_options(self) -> dict[str, str]:
        """Return what the query of DATABASE_URL gives the driver, such as sslmode."""
        return addresses.database_options(_plain(self.database_url))

    def redis(self) -> str:
        """Return the address of Redis; where none is set, the usual one on loopback."""
        return _plain(self.redis_url) or "redis://127.0.0.1:6379/0"

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Every variable that is read, in the order of the register, with its source."""
        return tuple(self._readings.by_name.values())

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is set without effect, under an older name, or perhaps misspelt."""
        return self._readings.warnings

    @property
    def renamed_in_use(self) -> dict[str, str]:
        """Older names that are set, each with today's name."""
        return dict(self._readings.renamed_in_use)

    @property
    def tuning(self) -> dict[str, TuningValue]:
        """Tuning keys that the environment sets; they seed revision 1 of an empty database.

        Lists are texts with commas, as the engine keeps them.
        """
        own: dict[str, TuningValue] = {}
        shared: dict[str, TuningValue] = {}
        for reading in self.readings:
            status, value = reading.variable.status, reading.value
            if not isinstance(status, Tuning) or not reading.is_set:
                continue
            if isinstance(value, tuple):
                value = ",".join(value)  # one value, two notations
            if not isinstance(value, int | float | str):
                raise TypeError(f"{reading.variable.name} is no tuning value: {value!r}")
            # A variable for several keys (CLUSTER_WINDOW_MS) gives way to one for a single key.
            (own if len(status.keys) == 1 else shared).update(dict.fromkeys(status.keys, value))
        return dict(sorted({**shared, **own}.items()))


def load(environ: Mapping[str, str] | None = None) -> Environment:
    """Read and check the environment.

    Missing: an empty text is not set. Without an argument, what the process environment does not
    set may come from the file .env beside manage.py.
    Errors: BadEnvironmentError, which lists every problem at once.
    """
    texts = Texts(_process_sources() if environ is None else {ENVIRONMENT: environ})
    readings = read_all(texts)
    if readings.problems:
        raise BadEnvironmentError(readings.problems)
    _read_secret_key(readings)
    environment = Environment.model_validate(
        {
            name.lower(): _guarded(reading)
            for name, reading in readings.by_name.items()
            if isinstance(reading.variable.status, Used)
        }
    )
    environment._readings = readings  # noqa: SLF001  # the one place that fills it
    return environment


def tuning_values(environ: Mapping[str, str] | None = None) -> dict[str, TuningValue]:
    """Return the tuning keys that this environment sets, sorted by key."""
    return load(environ).tuning


def _process_sources() -> dict[str, Mapping[str, str | None]]:
    if not DOTENV.is_file():
        return {ENVIRONMENT: os.environ}
    try:
        written = DotEnvSettingsSource(
            BaseSettings, env_file=DOTENV, env_file_encoding="utf-8", case_sensitive=True
        ).env_vars
    except (OSError, ValueError) as failure:
        problem = f"{DOTENV} is unreadable ({failure}); expected UTF-8 text; correct or remove it"
        raise BadEnvironmentError((problem,)) from failure
    return {ENVIRONMENT: os.environ, ".env": written}


def _guarded(reading: Reading) -> object:
    if reading.variable.secret and reading.value is not None:
        return SecretStr(str(reading.value))
    return reading.value


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def _read_secret_key(readings: Readings) -> None:
    """Take the signing key from the home folder where the environment does not give it."""
    given, home = readings.by_name["ISLANDFLOW_SECRET_KEY"], readings.by_name["ISLANDFLOW_HOME"]
    path = signing_key.find(Path(str(home.value)))
    if given.is_set or path is None:
        return
    try:
        key = given.variable.kind.read(path.read_text("utf-8").strip())
    except (OSError, ValueError) as failure:
        problem = (
            f"{path} cannot serve as the signing key; expected a readable file with "
            f"{given.variable.kind.expected}; remove it and start bin/up, which makes a new one"
        )
        raise BadEnvironmentError((problem,)) from failure
    readings.by_name["ISLANDFLOW_SECRET_KEY"] = Reading(given.variable, key, f"file {path}")
