"""``aivg rate``: what somebody thinks of a video that was made here."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import CycloptsError, Parameter

from ai_video_generator.cli import console

if TYPE_CHECKING:
    from ai_video_generator.jobs.database import Database

_Switch = Annotated[bool, Parameter(negative="")]


def rate(
    job: str | None = None,
    stars: int | None = None,
    /,
    *,
    note: str | None = None,
    remove: _Switch = False,
    summary: _Switch = False,
    json: _Switch = False,
) -> None:
    """Rate a video with 1 to 5 stars; without stars, show its rating.

    Ratings say which model's videos are liked on this machine.

    Args:
        job: Number of the job, or the video that it has made.
        stars: From 1 to 5; a rating that is there is replaced.
        note: Why, in a few words.
        remove: Take the rating away.
        summary: Show the mean of each model.
        json: Print one JSON document.
    """
    from ai_video_generator.cli.job_database import job_named, opened_jobs
    from ai_video_generator.jobs import ratings

    if summary == (job is not None):
        raise CycloptsError(msg="name a job, or give --summary.")
    if remove and (stars is not None or note is not None):
        raise CycloptsError(msg="give stars, or --remove.")
    with opened_jobs() as database:
        if job is None:
            _summarise(database, json=json)
            return
        number = job_named(database, job).id
        if remove:
            was = ratings.remove_rating(database, number)
            console.note(f"job {number} {'is no longer' if was else 'was not'} rated")
            return
        if stars is not None or note is not None:
            before = ratings.rating_of(database, number)
            if stars is None and before is None:
                raise CycloptsError(msg="a note goes with stars, 1 to 5.")
            ratings.rate(
                database,
                number,
                stars if stars is not None else before.stars if before else 0,
                note if note is not None else before.note if before else "",
            )
        _show(database, number, json=json)


def _show(database: "Database", number: int, *, json: bool) -> None:
    from ai_video_generator.cli.history_tables import stars_text
    from ai_video_generator.jobs.ratings import rating_of

    rating = rating_of(database, number)
    if json:
        console.answer_json({"job": number, "rating": rating})
    elif rating is None:
        console.answer(f"job {number} is not rated")
    else:
        said = f": {rating.note}" if rating.note else ""
        console.answer(f"job {number} {stars_text(rating.stars)}{said}")


def _summarise(database: "Database", *, json: bool) -> None:
    from ai_video_generator.cli.history_tables import ratings_table
    from ai_video_generator.jobs.ratings import ratings_by_model

    found = ratings_by_model(database)
    if json:
        console.answer_json(found)
    elif not found:
        console.answer("Nothing is rated yet. A first one: aivg rate JOB 5")
    else:
        console.answer(ratings_table(found))


COMMAND = rate
