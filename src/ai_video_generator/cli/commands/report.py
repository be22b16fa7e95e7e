"""``aivg report``: one file for a bug report, with nothing private in it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ai_video_generator.cli import console

if TYPE_CHECKING:
    from ai_video_generator.jobs.report import ReportPart


def report(
    job: str,
    /,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    part: str | None = None,
    yes: Annotated[bool, Parameter(name=["--yes", "-y"], negative="")] = False,
) -> None:
    """Put what explains a job into a zip file for a bug report; nothing is sent.

    Names of files and folders, your name and your computer's, prompts and keys are taken out. What
    is in it is shown before it is written.

    Args:
        job: Number of the job, or the video that it has made.
        output: The file; otherwise aivg-report-JOB.zip in this folder.
        part: Only print this part, such as log.txt, to look into it; write no file.
        yes: Do not ask before it is written.
    """
    from ai_video_generator.errors import InputError
    from ai_video_generator.jobs.report import write_report
    from ai_video_generator.media.files import check_output

    number, parts = _parts(job)
    if part is not None:
        found = next((one for one in parts if one.name == part), None)
        if found is None:
            names = ", ".join(one.name for one in parts)
            raise InputError(f"the report has no part {part!r}", hint=f"its parts are {names}")
        sys.stdout.write(found.content.decode())
        return
    path = output or Path(f"aivg-report-{number}.zip")
    check_output(path, overwrite=False)
    _show(number, parts)
    _confirm(path, yes=yes)
    write_report(path, parts)
    console.note("look into it before you give it away: nobody else has checked it")
    console.answer(path)


def _parts(job: str) -> "tuple[int, list[ReportPart]]":
    from ai_video_generator.cli.job_database import job_named, opened_jobs
    from ai_video_generator.cli.log_files import log_path
    from ai_video_generator.config.settings import load_settings
    from ai_video_generator.core.encoders_here import with_encoders
    from ai_video_generator.hardware.hardware_detector import HardwareDetector
    from ai_video_generator.jobs.private_words import this_owner
    from ai_video_generator.jobs.report import report_parts

    settings, log = load_settings(), log_path()
    with opened_jobs() as database:
        number = job_named(database, job).id
        facts = with_encoders(HardwareDetector().detect())
        chosen = [settings.values.cache_folder, settings.values.log_folder, log and log.parent]
        folders = (*filter(None, chosen), Path.cwd(), Path(sys.prefix))
        parts = report_parts(
            database,
            number,
            owner=this_owner(),
            facts=facts,
            settings=settings,
            log=log,
            folders=folders,
        )
    return number, parts


def _show(number: int, parts: "list[ReportPart]") -> None:
    for one in parts:
        console.tell(f"  {one.name:<14} {len(one.content):>9,} bytes  {one.holds}")
    largest = max(parts, key=lambda one: len(one.content))
    console.tell(f"look into each: aivg report {number} --part {largest.name}")


def _confirm(path: Path, *, yes: bool) -> None:
    from ai_video_generator.cli.asking import check_confirmed

    check_confirmed(f"write {path}?", yes=yes, flag="--yes")


COMMAND = report
