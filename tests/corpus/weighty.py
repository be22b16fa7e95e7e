"""A backend that needs weights, beside the camera: it notes which folder it was given."""

import importlib
import os
import pickle
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from corpus.hub import part, tensors

from ai_video_generator.config.model_config import ModelSpec, WeightPart
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.media.frames import FrameStream
from ai_video_generator.models.base_model import NO_SUPPLIES, BaseModel, Scene, Supplies
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.planning.plan import Plan
from ai_video_generator.progress_tracker import ProgressTracker
from ai_video_generator.registry import Registry

FILES = {"unet/model.safetensors": tensors(20_000), "unet/config.json": b"{}"}
PART = part(FILES, pinned=False)


def write_weighty_backend(
    folder: Path, weights: tuple[WeightPart, ...] = (PART,), **changes: Any
) -> Registry[type[BaseModel]]:
    """Write the backend ``weighty`` and the camera into a package; ``folder`` is on the path."""
    package = folder / f"weighty_backends_{zlib.crc32(bytes(folder.absolute())):08x}"
    package.mkdir()
    (package / "__init__.py").touch()
    camera = "from ai_video_generator.models.ken_burns import BACKEND\n"
    (package / "ken_burns.py").write_text(camera)
    (package / "weighty.py").write_text(
        "import pickle\n\nfrom corpus.weighty import weighty\n\n"
        f"WEIGHTS, CHANGES = pickle.loads({pickle.dumps((weights, changes))!r})\n"
        "BACKEND = weighty(WEIGHTS, **CHANGES)\n"
    )
    importlib.invalidate_caches()
    return Registry(package=package.name, attribute="BACKEND")


def weighty(weights: tuple[WeightPart, ...], **changes: Any) -> type[BaseModel]:
    """A camera of great quality that wants weights."""

    class Weighty(BaseModel):
        spec: ClassVar[ModelSpec] = replace(
            KenBurns.spec,
            **{"name": "weighty", "title": "Weighty", "quality": 90, "weights": weights, **changes},
        )
        given: ClassVar[list[Supplies]] = []

        def __init__(self) -> None:
            self._camera = KenBurns()

        def load(self, plan: Plan, supplies: Supplies = NO_SUPPLIES) -> None:
            self.given.append(supplies)
            self._camera.load(plan)

        def generate(self, scene: Scene) -> FrameStream:
            return self._camera.generate(scene)

    return Weighty


def install_from_folder(folder: Path, store: WeightStore | None = None) -> WeightStore:
    """Install the weights as from a USB disk."""
    for path, content in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    store = store or WeightStore()
    store.install([PART], ProgressTracker(), folder)
    return store


def write_plugin(folder: Path) -> dict[str, str]:
    """Install ``weighty`` as somebody else's package would; the variables that make it found."""
    about = folder / "weighty_plugin-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: weighty-plugin\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[ai_video_generator.models]\nweighty = weighty_plugin:BACKEND\n"
    )
    (folder / "weighty_plugin.py").write_text(
        "from corpus.weighty import PART, weighty\n\nBACKEND = weighty((PART,))\n"
    )
    tests = Path(__file__).parents[1]
    return {"PYTHONPATH": os.pathsep.join(map(str, (folder, tests)))}
