"""The root of the command line: finds the commands, runs one, turns errors into exit codes.

Every file of ``cli/commands`` is a command: its ``COMMAND`` is the function, the first line of
that function's docstring the summary. Only the command that is asked for is imported.
"""

import ast
import importlib.util
import io
import logging
import os
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

import ai_video_generator
from ai_video_generator.cli import afterwards, console
from ai_video_generator.errors import AIVideoError, CancelledError, SettingsError
from ai_video_generator.registry import Registry

_log = logging.getLogger(__name__)

COMMANDS: Registry[Callable[..., int | None]] = Registry(
    package="ai_video_generator.cli.commands", attribute="COMMAND"
)
"""All commands: the files of the folder, and entry points of the group of its name."""

EXAMPLE = "aivg make photo.jpg song.mp3 -o video.mp4"
"""The one line to remember."""

USAGE_EXIT_CODE = 2
# What shells and most programs answer to a command line that cannot be understood.


def app() -> App:
    """Build the command line; imports no command."""
    root = App(
        name="aivg",
        help=f"{_promise()}\n\n{EXAMPLE}",
        help_format="plaintext",
        version=ai_video_generator.__version__,
        suppress_keyboard_interrupt=False,
        group_parameters="Options",
        default_parameter=Parameter(
            show_default=_shown_default,
            json_list=False,  # "[1].jpg" is a file's name
            json_dict=False,
        ),
    )
    for name, path in _import_paths().items():
        root.command(path, name=name.replace("_", "-"), help=_help(path))
    root.meta.default(_launcher(root))
    return root


def _shown_default(value: object) -> str | None:
    """Leave out of the help what goes without saying."""
    return None if value is None or value is False else str(value)


def _import_paths() -> dict[str, str]:
    """Where each command is imported from, as ``module:attribute``."""
    built_in = {name: f"{COMMANDS.package}.{name}:COMMAND" for name in COMMANDS.names()}
    outside = metadata.entry_points(group=COMMANDS.package)
    return built_in | {point.name: point.value for point in outside}


def _help(import_path: str) -> str:
    """Docstring of a command's function without its sections, read without importing its module."""
    module, _, attribute = import_path.partition(":")
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return ""
    functions: dict[str, ast.FunctionDef] = {}
    for node in ast.parse(Path(spec.origin).read_bytes()).body:
        match node:
            case ast.FunctionDef(name=name, decorator_list=decorators):
                functions[name] = node
                # An app with commands of its own is described by what it does without one.
                for decorator in decorators:
                    match decorator:
                        case ast.Attribute(value=ast.Name(id=app), attr="default"):
                            functions[app] = node
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=value)):
                functions |= {name: functions[value]} if value in functions else {}
    if attribute not in functions:
        return ""
    text = (ast.get_docstring(functions[attribute]) or "").partition("\n\nArgs:")[0]
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _launcher(root: App) -> Callable[..., int | None]:
    def launch(
        *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
        verbose: Annotated[bool, Parameter(name=["--verbose", "-v"], negative="")] = False,
        debug: Annotated[bool, Parameter(negative="")] = False,
        quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
    ) -> int | None:
        """Run one command.

        Args:
            tokens: The command and its arguments.
            verbose: Say what is decided and done.
            debug: Say everything, and show tracebacks.
            quiet: Say nothing but the answer and errors.
        """
        if not tokens:
            console.answer(_greeting())
            return None
        console.MANNER.set(console.Manner(quiet=quiet, debug=debug))
        _set_up_logging(verbose=verbose, debug=debug, quiet=quiet)
        _log.info("aivg %s: %s", ai_video_generator.__version__, " ".join(tokens))
        return _without_reports(root, tokens)

    return launch


def _without_reports(root: App, tokens: Sequence[str]) -> int | None:
    """Run an app so that its result and its errors come back to us."""
    code = root(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    return code if isinstance(code, int) else None


def _promise() -> str:
    return (ai_video_generator.__doc__ or "").partition("\n")[0]


def _greeting() -> str:
    lines = [f"  {name:<12}{_help(path).splitlines()[0]}" for name, path in _import_paths().items()]
    return "\n".join(
        [
            EXAMPLE,
            "",
            _promise(),
            "",
            *lines,
            "",
            "aivg COMMAND --help tells the rest.",
        ]
    )


def _set_up_logging(*, verbose: bool, debug: bool, quiet: bool) -> None:
    """Open the log as the settings say; a log that cannot be written is a note, never a failure."""
    from ai_video_generator.cli import log_files
    from ai_video_generator.config.settings import Settings, load_settings

    shown = logging.DEBUG if debug else logging.INFO if verbose else logging.WARNING
    log_files.log_to_stderr(logging.ERROR if quiet else shown)
    ours = ("AIVG_SETTINGS", "AIVG_LOG_FOLDER", "AIVG_LOG_FORMAT")
    variables = {name: value for name, value in os.environ.items() if name in ours}
    try:
        settings = load_settings(environment=variables).values
    except SettingsError:
        settings = Settings()  # the command that needs settings tells what is wrong with them
    try:
        kept = logging.DEBUG if debug else logging.INFO
        log_files.log_to_file(settings.log_folder, settings.log_format, kept)
    except OSError as problem:
        console.note(f"note: no log is kept, because {problem.filename}: {problem.strerror}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line.

    Args:
        arguments: What follows the program's name; None takes the process's own.

    Returns:
        The exit code: 0; 1 unexpected; 2 wrong usage; 3 to 8 by error class; 9 some of a batch
        failed; 130 stopped.
    """
    _prepare_streams()
    try:
        tokens = sys.argv[1:] if arguments is None else arguments
        code = _without_reports(app().meta, tokens)
        sys.stdout.flush()
    except Exception as problem:  # noqa: BLE001  # the last place to turn any failure into a line
        return _exit_code(problem)
    except KeyboardInterrupt:
        return _exit_code(CancelledError())
    finally:
        afterwards.carry_out()
    return code or 0


def _prepare_streams() -> None:
    """Let no name be too strange for a terminal, and no closed stream be a failure."""
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  # kept
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  # kept
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _exit_code(problem: Exception) -> int:
    """Tell a failure, and return its exit code."""
    match problem:
        case CycloptsError():
            console.error(
                AIVideoError(str(problem), hint="aivg COMMAND --help shows what it takes")
            )
            return USAGE_EXIT_CODE
        case CancelledError() | RuntimeError(__cause__=KeyboardInterrupt()):
            # Python 3.11 wraps what interrupts the making of a class, as modules load.
            _log.info("stopped", exc_info=problem)
            console.note("stopped; nothing half-finished was left")
            return CancelledError.exit_code
        case AIVideoError():
            _log.info("failed: %s", problem, exc_info=problem)
            console.error(problem)
            return problem.exit_code
        case BrokenPipeError():
            # The reader of the answer left; what it did not read must not fail again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
    _log.error("unexpected error", exc_info=problem)
    console.error(_unexpected(problem))
    return AIVideoError.exit_code


def _unexpected(problem: Exception) -> AIVideoError:
    """Wrap an error nobody foresaw, so that it is told like the others."""
    from ai_video_generator.cli.log_files import log_path

    path = log_path()
    hint = f"the details are in {path}" if path else "run it again with --debug for the details"
    told = AIVideoError(f"unexpected {type(problem).__name__}: {problem}", hint=hint)
    told.__cause__ = problem
    return told
