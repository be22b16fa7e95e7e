"""A person's own weights are told by their bytes, and never touched."""

import json
from pathlib import Path

import pytest
from corpus.hub import shaped, tensors

from ai_video_generator.core.added_weights import AddedEntry, Kind, kind_of
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.errors import InputError, WeightsCorruptError, WeightsMissingError

_K = "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
_FIRST = "model.diffusion_model.input_blocks.0.0.weight"
_KOHYA = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight"
_PEFT = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.lora_A.weight"


def checkpoint(width: int = 768, channels: int = 4) -> bytes:
    return shaped({_K: (320, width), _FIRST: (320, channels, 3, 3)})


@pytest.fixture
def store(tmp_path: Path) -> WeightStore:
    return WeightStore(tmp_path / "notes", tmp_path / "hub")


def written(folder: Path, content: bytes, name: str = "own.safetensors") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def pipeline(folder: Path, width: int = 768) -> Path:
    (folder / "unet").mkdir(parents=True)
    (folder / "model_index.json").write_text("{}")
    (folder / "unet/config.json").write_text(json.dumps({"cross_attention_dim": width}))
    (folder / "unet/model.safetensors").write_bytes(tensors())
    return folder


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (checkpoint(), Kind.CHECKPOINT),
        (shaped({_KOHYA: (8, 768)}), Kind.LORA),
        (shaped({_PEFT: (8, 768)}), Kind.LORA),
        (shaped({"unet.up.attn1.processor.to_q_lora.down.weight": (4, 320)}), None),
        (shaped({"unet.up_blocks.1.to_q.lora.up.weight": (320, 4)}), Kind.LORA),
    ],
)
def test_what_a_file_is_is_read_from_its_header(
    tmp_path: Path, content: bytes, kind: Kind | None
) -> None:
    path = written(tmp_path, content)

    if kind is None:
        with pytest.raises(InputError, match="neither a checkpoint nor a LoRA"):
            kind_of(path)
    else:
        assert kind_of(path) is kind


def test_a_folder_of_diffusers_is_a_pipeline(tmp_path: Path) -> None:
    assert kind_of(pipeline(tmp_path / "mine")) is Kind.PIPELINE


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (checkpoint(width=2048), "is for SDXL"),
        (checkpoint(width=1024), "is for Stable Diffusion 2"),
        (checkpoint(width=4096), "text of width 4096"),
        (checkpoint(channels=9), "takes 9 channels"),
        (shaped({_KOHYA: (8, 2048)}), "is for SDXL"),
        (shaped({_PEFT: (8, 1024)}), "is for Stable Diffusion 2"),
        (tensors(), "neither a checkpoint nor a LoRA of Stable Diffusion 1.5; it holds t"),
        (shaped({"model.diffusion_model.joint_blocks.0.w": (4, 4)}), "no Stable Diffusion"),
    ],
)
def test_others_are_refused_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason.replace(".", r"\.")):
        kind_of(written(tmp_path, content))


@pytest.mark.parametrize("name", ["old.ckpt", "old.pt", "old.bin", "photo.png"])
def test_pickles_are_refused_unread(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="only safetensors cannot run code"):
        kind_of(written(tmp_path, b"cos\nsystem\n", name))


def test_a_file_that_is_cut_is_told(tmp_path: Path) -> None:
    with pytest.raises(WeightsCorruptError, match="its header tells of"):
        kind_of(written(tmp_path, tensors(1000)[:-10]))


@pytest.mark.parametrize("header", [b"[]", b'{"t": 1}', b'{"t": {"data_offsets": []}}', b"\xff"])
def test_a_header_that_is_none_is_told(tmp_path: Path, header: bytes) -> None:
    with pytest.raises(WeightsCorruptError, match="no safetensors file"):
        kind_of(written(tmp_path, len(header).to_bytes(8, "little") + header))


@pytest.mark.parametrize(
    "spoil",
    ["model_index.json", "unet/config.json", "unet/model.safetensors"],
)
def test_a_folder_that_lacks_something_is_refused(tmp_path: Path, spoil: str) -> None:
    folder = pipeline(tmp_path / "mine")
    (folder / spoil).unlink()

    with pytest.raises(InputError):
        kind_of(folder)


def test_a_folder_of_another_family_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="SDXL"):
        kind_of(pipeline(tmp_path / "mine", width=2048))


def test_weights_are_found_again_where_they_lie(store: WeightStore, tmp_path: Path) -> None:
    path = written(tmp_path, checkpoint(), "epic real (v5).safetensors")
    grain = written(tmp_path, shaped({_KOHYA: (8, 768)}), "grain.safetensors")

    assert store.add(path) == "epic_real_v5_"
    assert store.add(grain, "film") == "film"

    assert [entry.name for entry in store.added()] == ["epic_real_v5_", "film"]
    assert store.added(Kind.LORA) == [AddedEntry(name="film", kind=Kind.LORA, path=grain)]
    assert store.added_path("epic_real_v5_") == path


def test_a_name_stands_for_one_file(store: WeightStore, tmp_path: Path) -> None:
    path = written(tmp_path, checkpoint())
    store.add(path, "mine")
    store.add(path, "mine")
    other = written(tmp_path, checkpoint(), "other.safetensors")

    with pytest.raises(InputError, match="already the name of"):
        store.add(other, "mine")


@pytest.mark.parametrize("name", ["", "a/b", "a b"])
def test_a_name_is_plain(store: WeightStore, tmp_path: Path, name: str) -> None:
    path = written(tmp_path, checkpoint())
    if name:
        with pytest.raises(InputError, match="cannot be called"):
            store.add(path, name)
    else:
        assert store.add(path, name) == "own"


def test_a_file_that_moved_away_is_told(store: WeightStore, tmp_path: Path) -> None:
    path = written(tmp_path, checkpoint())
    store.add(path)
    path.unlink()

    with pytest.raises(WeightsMissingError, match="no longer at") as caught:
        store.added_path("own")
    assert caught.value.hint.endswith("aivg models remove own")


def test_a_file_that_became_another_is_told(store: WeightStore, tmp_path: Path) -> None:
    path = written(tmp_path, checkpoint())
    store.add(path)
    path.write_bytes(shaped({_KOHYA: (8, 768)}))

    with pytest.raises(WeightsCorruptError, match="another file"):
        store.added_path("own")


def test_forgetting_keeps_the_file(store: WeightStore, tmp_path: Path) -> None:
    path = written(tmp_path, checkpoint())
    store.add(path)

    store.forget("own")

    assert store.added() == []
    assert path.is_file()
    with pytest.raises(InputError, match="no weights were added as 'own'"):
        store.added_path("own")
