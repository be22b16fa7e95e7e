"""What the pages promise: a heading for each error, links that lead somewhere, true digests."""

import hashlib
import re
from pathlib import Path

import pytest

from ai_video_generator import errors

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
CLASSES = [
    name
    for name, value in vars(errors).items()
    if isinstance(value, type)
    and issubclass(value, errors.AIVideoError)
    and value is not errors.AIVideoError
]


@pytest.mark.parametrize("name", CLASSES)
def test_every_error_has_a_heading_in_troubleshooting(name: str) -> None:
    text = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    assert f"\n## {name}\n" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    missing = [
        link for link in links if "://" not in link and not (page.parent / link).resolve().exists()
    ]
    assert not missing


def test_the_readme_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text


@pytest.mark.parametrize("name", ["demo.jpg", "demo.mp3", "demo_portrait.jpg"])
def test_the_notice_has_the_digest_of_each_bundled_file(name: str) -> None:
    digest = hashlib.sha256((ROOT / "assets" / name).read_bytes()).hexdigest()
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert name in notice
    assert digest in notice
