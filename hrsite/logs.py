"""Logs that name nobody: addresses and link tokens are taken out, whoever wrote the line."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# As it is written, with all that may stand before its @ (RFC 5322 3.2.3), whether or not its other
# half is there; and as it stands in a URL's query, where most of that is spelled otherwise.
ADDRESS = re.compile(
    r"[^\s<>\"@,;:()\[\]\\]{1,64}@[^\s<>\"'@,;:()&=?/]{0,253}"
    r"|[^\s<>\"'@,;:()&=?/]{1,64}%40[^\s<>\"'@,;:()&=?/]{0,253}"
)
# Link tokens are 22 letters, set-up codes and cookies longer: any run that long may be a secret.
# One without a capital or a digit is a word or a function's name (a token: once in 80 million).
TOKEN = re.compile(r"(?<![A-Za-z0-9_-])(?=[a-z_-]*[A-Z0-9])[A-Za-z0-9_-]{22,}(?![A-Za-z0-9_-])")
# What structlog hands from one of its own steps to the next.
PRIVATE = {"_record", "_from_structlog"}
LINE_BREAKS = str.maketrans({"\r": "\\r", "\n": "\\n"})


def redact(text: str) -> str:
    """The same text with every address and token replaced, and on one line (CWE-117)."""
    return _scrubbed(text).translate(LINE_BREAKS)


def _scrubbed(text: str) -> str:
    return TOKEN.sub("[token]", ADDRESS.sub("[address]", text))


def _redact_event(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {key: value if key in PRIVATE else _redacted(value) for key, value in event.items()}


def _redacted(value: Any) -> Any:
    """Numbers and moments as they are; anything else as text, for its repr may hold an address."""
    if isinstance(value, (int, float, type(None))):
        return value
    return _scrubbed(str(value))  # The renderer writes its repr, on one line.


def set_up(stream: Any = None) -> None:
    """Send our own lines and the libraries' through one formatter, to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
            ],
        )
    )
    root = logging.getLogger()
    for old in [old for old in root.handlers if getattr(old, "of_hrsite", False)]:
        root.removeHandler(old)
    handler.of_hrsite = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for chatty in ("huey", "alembic", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # It tells of each odd message that a stranger wrote, at the length of its whole stack.
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)
