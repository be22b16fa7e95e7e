"""What can be seen to be wrong with a request before its turn comes."""

from pathlib import Path

from ai_video_generator.errors import InputError
from ai_video_generator.jobs.job import WAITING, JobRequest, JobState
from ai_video_generator.jobs.queue import JobQueue
from ai_video_generator.media.files import check_output
from ai_video_generator.media.image_file import picture_info


def check_request(request: JobRequest, queue: JobQueue, *, overwrite: bool) -> None:
    """Refuse a job that would fail at once when its turn comes.

    Args:
        request: What is asked for.
        queue: The jobs that there are.
        overwrite: Whether its file may replace another.

    Raises:
        InputError: When a picture cannot be read, the sound is no file, the video cannot go where
            it is to go, or another job that waits or runs makes the same file.
    """
    for picture in request.pictures:
        picture_info(picture)
    if request.sound is not None and not _is_file(request.sound):
        raise InputError(f"there is no file {str(request.sound)!r}")
    inputs = (*request.pictures, *([request.sound] if request.sound else []))
    check_output(request.output, overwrite=overwrite, inputs=inputs)
    for job in queue.jobs([*WAITING, JobState.RUNNING]):
        if job.request.output == request.output:
            raise InputError(
                f"job {job.id} makes {request.output.name!r} already",
                hint=f"give another name, or first: aivg jobs cancel {job.id}",
            )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False
