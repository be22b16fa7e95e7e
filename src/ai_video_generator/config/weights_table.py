"""Weights that models are made of: which files of which commit, how large, under which licence.

Commits, sizes and digests are those that public projects wrote down who had fetched these files;
below each part stands where. What nobody wrote down is left open: a revision ``main`` becomes the
commit that the hub names at the first installation, an empty digest is the one that the hub keeps
for the commit. Only 16-bit safetensors where there are any, and never a pickle.
"""

from ai_video_generator.config.model_config import WeightFile, WeightPart

NOT_PINNED = "main"
"""Revision of a part whose commit the release does not know."""

_STABILITY = "LicenseRef-Stability-AI-Community"
_OPENRAIL = "LicenseRef-CreativeML-OpenRAIL-M"
_HUB = "https://huggingface.co"


def _video_diffusion(repository: str, revision: str, unet_sha256: str) -> WeightPart:
    """Stable Video Diffusion: the two differ in the UNet and in eight bytes of their settings."""
    return WeightPart(
        name="base",
        repository=repository,
        revision=revision,
        files=(
            WeightFile(path="model_index.json", size_bytes=496),
            WeightFile(path="feature_extractor/preprocessor_config.json", size_bytes=518),
            WeightFile(path="image_encoder/config.json", size_bytes=685),
            WeightFile(
                path="image_encoder/model.fp16.safetensors",
                size_bytes=1_264_217_240,
                sha256="ae616c24393dd1854372b0639e5541666f7521cbe219669255e865cb7f89466a",
            ),
            WeightFile(path="scheduler/scheduler_config.json", size_bytes=533),
            WeightFile(path="unet/config.json", size_bytes=984),
            WeightFile(
                path="unet/diffusion_pytorch_model.fp16.safetensors",
                size_bytes=3_049_435_868,
                sha256=unet_sha256,
            ),
            WeightFile(path="vae/config.json", size_bytes=607),
            WeightFile(
                path="vae/diffusion_pytorch_model.fp16.safetensors",
                size_bytes=195_531_910,
                sha256="af602cd0eb4ad6086ec94fbf1438dfb1be5ec9ac03fd0215640854e90d6463a3",
            ),
        ),
        licence=_STABILITY,
        licence_url=f"{_HUB}/{repository}/blob/{revision}/LICENSE.md",
    )


STABLE_VIDEO_DIFFUSION = _video_diffusion(
    "stabilityai/stable-video-diffusion-img2vid",
    "9cf024d5bfa8f56622af86c884f26a52f6676f2e",
    "cb552818963e736506c6693ffc279d59df423d63aced38902ea4373ab1fd2932",
)
"""Stable Video Diffusion, 14 frames."""
# Commit: ten projects load this snapshot; a catalogue of theirs gives 4 509 188 849 bytes for the
# nine files. Digests: an installer of GenLit for one object, which compares them.

STABLE_VIDEO_DIFFUSION_XT = _video_diffusion(
    "stabilityai/stable-video-diffusion-img2vid-xt",
    "9e43909513c6714f1bc78bcb44d96e733cd242aa",
    "9fbc02e90f37d422f5e3a4aeaee95f6629dc8c45ca211b951626e930daf2bddf",
)
"""Stable Video Diffusion XT, 25 frames."""
# Commit, sizes and digests: Motion-Proj's docs/ARTIFACT_RETENTION.md, a ledger of the hub's own
# object names; installers of GenLit and of lab2shot compare the same. The nine sizes add up to the
# 4 509 188 841 bytes of a third project's catalogue.

VIDEO_DIFFUSION_LCM = WeightPart(
    name="fast_unet",
    repository="wangfuyun/AnimateLCM-SVD-xt",
    revision=NOT_PINNED,
    files=(WeightFile(path="AnimateLCM-SVD-xt-1.1.safetensors", size_bytes=3_049_000_000),),
    licence=_STABILITY,
    licence_url=f"{_HUB}/wangfuyun/AnimateLCM-SVD-xt",
)
"""AnimateLCM-SVD-xt: the UNet of XT, distilled to a few steps; the rest is XT's own."""
# File: AnimateLCM's own README (animatelcm_svd) and app.py load it into XT's UNet. No commit, size
# or digest was found; it has XT's UNet's shapes, so about its size. A derivative of XT, so under
# XT's licence.

STABLE_DIFFUSION_15 = WeightPart(
    name="base",
    repository="stable-diffusion-v1-5/stable-diffusion-v1-5",
    revision="451f4fe16113bff5a5d2269ed5ad43b0592e9a14",
    files=(
        WeightFile(path="model_index.json", size_bytes=541),
        WeightFile(path="feature_extractor/preprocessor_config.json", size_bytes=342),
        WeightFile(path="scheduler/scheduler_config.json", size_bytes=308),
        WeightFile(path="text_encoder/config.json", size_bytes=617),
        WeightFile(
            path="text_encoder/model.fp16.safetensors",
            size_bytes=246_144_864,
            sha256="77795e2023adcf39bc29a884661950380bd093cf0750a966d473d1718dc9ef4e",
        ),
        WeightFile(path="tokenizer/merges.txt", size_bytes=524_619),
        WeightFile(path="tokenizer/special_tokens_map.json", size_bytes=472),
        WeightFile(path="tokenizer/tokenizer_config.json", size_bytes=806),
        WeightFile(path="tokenizer/vocab.json", size_bytes=1_059_962),
        WeightFile(path="unet/config.json", size_bytes=743),
        WeightFile(
            path="unet/diffusion_pytorch_model.fp16.safetensors",
            size_bytes=1_719_125_304,
            sha256="c83908253f9a64d08c25fc90874c9c8aef9a329ce1ca5fb909d73b0c83d1ea21",
        ),
        WeightFile(path="vae/config.json", size_bytes=547),
        WeightFile(
            path="vae/diffusion_pytorch_model.fp16.safetensors",
            size_bytes=167_335_342,
            sha256="4fbcf0ebe55a0984f5a5e00d8c4521d52359af7229bb4d81890039d2aa16dd7c",
        ),
    ),
    licence=_OPENRAIL,
    licence_url=f"{_HUB}/spaces/CompVis/stable-diffusion-license",
)
"""Stable Diffusion 1.5, the picture model that AnimateDiff moves."""
# Commit, sizes and digests: the catalogue of a desktop program (qlh's diffusion assets); two more
# projects name the same sizes. The fine-tunes that AnimateDiff's examples use (epiCRealism,
# Realistic Vision) look better but are conversions by third persons, without a 16-bit variant at a
# commit that somebody wrote down; who wants one adds it: `aivg models add`.

MOTION_ADAPTER = WeightPart(
    name="motion_adapter",
    repository="guoyww/animatediff-motion-adapter-v1-5-3",
    revision="2e8139b1d1269fd8a21deb96ad19455e187692eb",
    files=(
        WeightFile(path="config.json", size_bytes=500),
        WeightFile(path="diffusion_pytorch_model.fp16.safetensors", size_bytes=837_000_000),
    ),
    licence="Apache-2.0",
    licence_url="https://github.com/guoyww/AnimateDiff/blob/main/LICENSE.txt",
)
"""AnimateDiff's motion, version 3."""
# Commit: muse's image_animation runtime, and a sprite project that loads variant="fp16" at it.
# Size: half of the 1.56 GiB that AnimateDiff's README gives for 32 bits. No digest was found.

MOTION_ADAPTER_LCM = WeightPart(
    name="fast_motion_adapter",
    repository="wangfuyun/AnimateLCM",
    revision="3d4d00fc113225e1040f4d3bec504b6ec750c10c",
    files=(
        WeightFile(path="config.json", size_bytes=500),
        WeightFile(path="diffusion_pytorch_model.safetensors", size_bytes=1_813_000_000),
        WeightFile(path="AnimateLCM_sd15_t2v_lora.safetensors", size_bytes=135_000_000),
    ),
    licence="MIT",
    licence_url="https://github.com/G-U-N/AnimateLCM/blob/master/LICENSE",
)
"""AnimateLCM's motion and the LoRA that goes with it: few steps instead of many."""
# Commit: MoDiff's Diffusers video nodes. Adapter: `MotionAdapter.from_pretrained` of the model's
# card without a variant, so of this name; as large as the 32-bit pickle of 1 813 021 123 bytes
# beside it. The LoRA's size is reckoned. No digest was found.

SPARSE_CONTROL = WeightPart(
    name="sparse_control",
    repository="guoyww/animatediff-sparsectrl-rgb",
    revision="b8003d681d813c095e459b9141122894daff2d13",
    files=(
        WeightFile(path="config.json", size_bytes=1_000),
        WeightFile(path="diffusion_pytorch_model.fp16.safetensors", size_bytes=993_000_000),
    ),
    licence="Apache-2.0",
    licence_url="https://github.com/guoyww/AnimateDiff/blob/main/LICENSE.txt",
)
"""SparseCtrl: lets a picture be a frame of AnimateDiff's video."""
# Commit: the sprite project of MOTION_ADAPTER, which loads variant="fp16", and a list of licences
# of another. Size: half of the 1.85 GiB that AnimateDiff's README gives. No digest was found.

PICTURE_ADAPTER = WeightPart(
    name="picture_adapter",
    repository="h94/IP-Adapter",
    revision="018e402774aeeddd60609b4ecdb7e298259dc729",
    files=(
        WeightFile(
            path="models/image_encoder/config.json",
            size_bytes=560,
            sha256="625d37b31afbf2f0792a87846b3654ee23f20568409e35b78a1f795b04e1a7a1",
        ),
        WeightFile(
            path="models/image_encoder/model.safetensors",
            size_bytes=2_528_373_448,
            sha256="6ca9667da1ca9e0b0f75e46bb030f7e011f44f86cbfb8d5a36590fcd7507b030",
        ),
        WeightFile(
            path="models/ip-adapter_sd15.safetensors",
            size_bytes=44_642_768,
            sha256="289b45f16d043d0bf542e45831f971dcdaabe18b656f11e86d9dfba7e9ee3369",
        ),
    ),
    licence="Apache-2.0",
    licence_url=f"{_HUB}/h94/IP-Adapter",
)
"""IP-Adapter: lets a picture steer what Stable Diffusion 1.5 draws."""
# Commit, sizes and digests: the desktop program of STABLE_DIFFUSION_15; SwarmUI and six others
# compare the same digests.

PICTURE_DECODER = WeightPart(
    name="vae",
    repository="stabilityai/sd-vae-ft-mse",
    revision="31f26fdeee1355a5c34592e401dd41e45d25a493",
    files=(
        WeightFile(
            path="config.json",
            size_bytes=547,
            sha256="92d3dfb746fca211a2c9e019e285f8597412211728dce3c5bcf4eda0f2d62e7e",
        ),
        WeightFile(
            path="diffusion_pytorch_model.safetensors",
            size_bytes=334_643_276,
            sha256="a1d993488569e928462932c8c38a0760b874d166399b14414135bd9c42df5815",
        ),
    ),
    licence="MIT",
    licence_url=f"{_HUB}/stabilityai/sd-vae-ft-mse",
)
"""A VAE with finer faces, for Stable Diffusion 1.5 and its fine-tunes without one."""
# Commit, sizes and digests: ten projects, among them one that read the pinned pointer files.

PREVIEW_DECODER = WeightPart(
    name="preview_decoder",
    repository="madebyollin/taesd",
    revision="614f76814bbe30edbe2e627ace1c2234c81a2c0e",
    files=(
        WeightFile(path="config.json", size_bytes=600),
        WeightFile(
            path="diffusion_pytorch_model.safetensors",
            size_bytes=9_793_292,
            sha256="db169d69145ec4ff064e49d99c95fa05d3eb04ee453de35824a6d0f325513549",
        ),
    ),
    licence="MIT",
    licence_url="https://github.com/madebyollin/taesd/blob/main/LICENSE",
)
"""TAESD: shows what a Stable Diffusion model is at, in milliseconds."""
# Commit, size and digest: notices of a video project; nine others name the commit.

DEPTH = WeightPart(
    name="depth",
    repository="onnx-community/depth-anything-v2-small",
    revision="4472b7362082ad9968fee890ca0f1e5aca36b93d",
    files=(
        WeightFile(
            path="onnx/model.onnx",
            size_bytes=99_060_839,
            sha256="afb6a5c28f3b6bf1618c6e43f02073ef9dfdc70e937502d51603e57b0a1df10c",
        ),
    ),
    licence="Apache-2.0",
    licence_url=f"{_HUB}/onnx-community/depth-anything-v2-small",
)
"""Depth-Anything-V2-Small: how far everything in a picture is."""
# Commit, size and digest: ten projects, among them noctalia's plugin for wallpapers.

EXTRA_PARTS: dict[str, tuple[WeightPart, ...]] = {
    "depth": (DEPTH,),
    "preview": (PREVIEW_DECODER,),
}
"""What can be installed beside the models, by name."""
