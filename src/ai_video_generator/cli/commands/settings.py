"""``aivg settings``: each setting's value, and where it came from."""

from typing import Annotated

from cyclopts import Parameter

from ai_video_generator.cli import console


def settings(
    *,
    path: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Show each setting, where its value came from, and what it means.

    A setting is taken from the command line, else from an environment variable (AIVG_SIZE), else
    from the settings file, else it has its default.

    Args:
        path: Print only where the settings file is looked for.
        json: Print one JSON document.
    """
    from ai_video_generator.config.settings import load_settings, settings_path

    if path:
        console.answer(settings_path())
        return
    loaded = load_settings()
    if json:
        values = loaded.values.model_dump(mode="json")
        console.answer_json(
            {
                "file": loaded.file,
                "settings": {
                    name: {"value": values[name], "source": source}
                    for name, source in loaded.sources.items()
                },
            }
        )
        return
    from rich.table import Table
    from rich.text import Text

    from ai_video_generator.config.option_field import value_text
    from ai_video_generator.config.options import Settings

    table = Table("setting", "value", "from", "meaning", box=None, pad_edge=False)
    for name, field in Settings.model_fields.items():
        value = value_text(getattr(loaded.values, name))
        table.add_row(name, Text(value), Text(loaded.sources[name]), field.description)
    console.answer(table)
    console.note(f"settings file: {loaded.file}")


COMMAND = settings
