"""From a request to its video: the one place where kinds of jobs differ."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ai_video_generator.core.made_before import result_there
from ai_video_generator.core.result import Result
from ai_video_generator.core.video_generator import VideoGenerator
from ai_video_generator.errors import InputError
from ai_video_generator.jobs.job import JobRequest, Kind


def carried_out(
    generator: VideoGenerator,
    request: JobRequest,
    options: Mapping[str, Any] = {},
) -> Result:
    """Do what was asked for; a video that is there already and is the same is not made again.

    Args:
        generator: Makes it.
        request: What was asked for.
        options: More options, over those of the request.

    Raises:
        AIVideoError: Of the class that says what failed.
    """
    given = {**request.options, **options}
    if request.kind is Kind.REPRODUCE:
        if request.video is None:
            raise InputError("no video was named to reproduce")
        return generator.reproduce(
            request.video, request.output, request.pictures or None, request.sound, **given
        )
    if request.sound is None:
        raise InputError("no sound was named")
    if request.kind is Kind.DRAFT:
        return generator.generate_draft(request.pictures, request.sound, request.output, **given)
    started_s = time.monotonic()
    settings = generator.settings_for(given)
    there = result_there(request.pictures, request.sound, request.output, settings)
    if there is not None:
        return replace(there, seconds=time.monotonic() - started_s)
    return generator.generate(request.pictures, request.sound, request.output, **given)
