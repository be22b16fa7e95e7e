"""The log: a rotating file that keeps the details, and stderr for what the person wants to see."""

import json
import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from ai_video_generator.cli import console
from ai_video_generator.config.options import LogFormat

_MAX_BYTES, _BACKUP_COUNT = 1_000_000, 3
# 4 MB in all: weeks of jobs, and small enough to attach to a report.

_PACKAGE = logging.getLogger("ai_video_generator")


class _JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write time (ISO 8601), level, logger, message and, after a failure, the traceback."""
        entry = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry)


class _StderrHandler(logging.Handler):
    """Writes to stderr as it is now, which a progress bar may have replaced."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; what has a traceback is for the file, as the error itself is told."""
        if not record.exc_info:
            console.tell(f"{record.levelname.lower()}: {record.getMessage()}")


def log_to_stderr(level: int) -> None:
    """Show records of this level and above on stderr."""
    handler = _StderrHandler(level)
    _PACKAGE.addHandler(handler)
    _PACKAGE.setLevel(min(level, logging.INFO))
    logging.raiseExceptions = False  # a full disk under the log must not stop a job


def log_to_file(folder: Path | None, log_format: LogFormat, level: int) -> Path:
    """Write records of this level and above to ``aivg.log``, and return its path.

    Args:
        folder: Where it goes; None takes the system's log folder.
        log_format: Lines of text or of JSON.
        level: Lowest level that is kept.

    Raises:
        OSError: When the folder or the file cannot be written.
    """
    if folder is None:
        import platformdirs

        folder = Path(platformdirs.user_log_dir("aivg", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "aivg.log"
    handler = RotatingFileHandler(
        path, maxBytes=_MAX_BYTES, backupCount=_BACKUP_COUNT, encoding="utf-8", errors="replace"
    )
    handler.setLevel(level)
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(_JsonFormatter() if log_format is LogFormat.JSON else plain)
    _PACKAGE.addHandler(handler)
    _PACKAGE.setLevel(min(level, _PACKAGE.level or level))
    return path


def log_path() -> Path | None:
    """The log file of this run; None when none is kept."""
    for handler in _PACKAGE.handlers:
        if isinstance(handler, RotatingFileHandler):
            return Path(handler.baseFilename)
    return None
