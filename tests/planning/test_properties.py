"""What holds for every request on every machine, found out by trying to break it."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from corpus.machines import MACHINES, equipped, machine
from corpus.requests import CLOUD, MODELS, legal_requests, model, request
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from ai_video_generator.config.choices import Quality, Tier
from ai_video_generator.config.containers import container_named
from ai_video_generator.config.hardware_config import (
    FLOORS,
    RAM_SHARE,
    REDUCED_SHARE,
    RUNGS,
    TIME_MARGIN,
    Target,
    time_budget,
)
from ai_video_generator.config.model_config import MemoryProfile, ModelSpec
from ai_video_generator.errors import Recovery, RequestImpossibleError
from ai_video_generator.hardware.facts import (
    Accelerator,
    HardwareFacts,
    Precision,
)
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.planning.chunking import fitting_pass
from ai_video_generator.planning.fallback import Failure, explained, next_plan, unblocked
from ai_video_generator.planning.placement import usable_bytes
from ai_video_generator.planning.plan import Ladder, Offload, Plan
from ai_video_generator.planning.planner import candidates
from ai_video_generator.planning.ratings import LEAST_COUNT, Rating, Ratings
from ai_video_generator.planning.request import Request
from ai_video_generator.planning.tie_breaking import TIE_POINTS

_unhurried = settings(deadline=None, suppress_health_check=list(HealthCheck))
# How long an example takes says more about what else the machine does than about planning.

_CAMERA = model(
    memory=MemoryProfile(
        fixed_bytes=190 * 2**20, bytes_per_pixel=15, bytes_per_worker_pixel=3, source="this test"
    )
)
_SPECS = (_CAMERA, *MODELS[1:], CLOUD)
_SPEC_OF = {spec.name: spec for spec in _SPECS}
_NAMES = tuple(_SPEC_OF)
_STORED = [machine(name) for name in MACHINES]


def _busy(facts: HardwareFacts, ram: float, device: float) -> HardwareFacts:
    """A machine on which other programs leave only a share of the memory free."""
    return replace(
        facts,
        ram_free_bytes=int(facts.ram_free_bytes * ram),
        accelerators=tuple(
            replace(one, free_bytes=int(one.free_bytes * device)) for one in facts.accelerators
        ),
    )


_shares = st.just(1.0) | st.floats(0.01, 1)
_machines = st.builds(_busy, st.sampled_from([*_STORED, *map(equipped, _STORED)]), _shares, _shares)
_equipped_machines = st.builds(
    _busy, st.sampled_from([equipped(facts) for facts in _STORED]), _shares, _shares
)
_requests = st.builds(
    lambda asked, name, quality: replace(asked, model=name, quality=quality),
    legal_requests(),
    st.none() | st.sampled_from(_NAMES),
    st.sampled_from(Quality),
)


@st.composite
def _jobs(draw: st.DrawFn) -> tuple[Request, HardwareFacts]:
    """A request and a machine; a GPU that is asked for is one that the machine has."""
    facts = draw(_machines)
    devices = [one.device for one in facts.accelerators]
    gpu = draw(st.none() | st.sampled_from(devices)) if devices else None
    return replace(draw(_requests), gpu=gpu), facts


def _ladder(
    asked: Request, facts: HardwareFacts, specs: Sequence[ModelSpec] = _SPECS
) -> Ladder | None:
    """All plans; None where none is possible."""
    try:
        return candidates(asked, facts, specs)
    except RequestImpossibleError:
        return None


def _found(asked: Request, facts: HardwareFacts) -> Ladder:
    ladder = _ladder(asked, facts)
    assume(ladder is not None)
    assert ladder is not None
    return ladder


def _accelerator(plan: Plan, facts: HardwareFacts) -> Accelerator | None:
    """The device of a plan; None for the processor."""
    if plan.device == "cpu":
        return None
    return next(one for one in facts.accelerators if one.device == plan.device)


# Memory


@_unhurried
@given(job=_jobs())
def test_no_plan_takes_more_memory_than_may_be_used(job: tuple[Request, HardwareFacts]) -> None:
    asked, facts = job
    for plan in _found(asked, facts).plans:
        accelerator = _accelerator(plan, facts)
        assert plan.estimate.ram_bytes <= RAM_SHARE * facts.ram_free_bytes
        if accelerator is None:
            assert plan.estimate.device_bytes == 0
            continue
        usable = usable_bytes(accelerator, asked.reserve_vram_bytes)
        assert 0 < plan.estimate.device_bytes <= usable
        if accelerator.shares_ram:
            assert plan.estimate.ram_bytes > plan.estimate.device_bytes


# Every plan can be done


@_unhurried
@given(job=_jobs())
def test_every_plan_can_be_rendered(job: tuple[Request, HardwareFacts]) -> None:
    asked, facts = job
    for plan in _found(asked, facts).plans:
        spec = _SPEC_OF[plan.model]
        multiple = spec.size_multiple_px
        assert plan.output_size.width_px % 2 == plan.output_size.height_px % 2 == 0
        assert plan.render_size.width_px % multiple == plan.render_size.height_px % multiple == 0
        assert (plan.frames_per_pass is None) is (spec.frames_per_pass is None)
        if plan.frames_per_pass is not None:
            assert fitting_pass(plan.frames_per_pass, spec.frame_step) == plan.frames_per_pass
        assert 1 <= plan.decode_frames <= (plan.frames_per_pass or 1)
        assert 1 <= plan.batch_size <= spec.max_batch_size
        assert plan.worker_count >= 1
        assert plan.encoder.codec in container_named(asked.container).codecs
        assert plan.encoder.name in facts.video_encoders


@_unhurried
@given(job=_jobs())
def test_every_plan_covers_the_sound_with_frames(job: tuple[Request, HardwareFacts]) -> None:
    asked, facts = job
    for plan in _found(asked, facts).plans:
        rendered = plan.render_timeline
        assert plan.timeline == Timeline.covering(asked.sound_duration_s, plan.timeline.frame_rate)
        assert rendered.duration_s >= plan.timeline.duration_s


@_unhurried
@given(job=_jobs())
def test_every_plan_runs_on_a_device_in_a_format_that_it_has(
    job: tuple[Request, HardwareFacts],
) -> None:
    asked, facts = job
    for plan in _found(asked, facts).plans:
        spec = _SPEC_OF[plan.model]
        accelerator = _accelerator(plan, facts)
        if accelerator is None:
            assert not spec.needs_accelerator
            assert plan.precision is Precision.FP32
            continue
        assert spec.needs_accelerator
        assert plan.precision in accelerator.precisions
        assert plan.precision is Precision.FP32 or plan.precision in spec.precisions
        assert facts.torch is not None
        assert plan.device in facts.torch.devices


@_unhurried
@given(job=_jobs())
def test_every_plan_is_what_was_asked_for(job: tuple[Request, HardwareFacts]) -> None:
    asked, facts = job
    for plan in _found(asked, facts).plans:
        accelerator = _accelerator(plan, facts)
        assert asked.size in (None, plan.output_size)
        assert asked.codec in (None, plan.encoder.codec)
        assert asked.gpu in (None, plan.device) or accelerator is None
        assert not (asked.software_encoding and plan.encoder.name not in _software())
        assert not asked.cpu or accelerator is None
        if asked.lowvram and accelerator is not None:
            assert plan.offload is Offload.BY_LAYER or accelerator.shares_ram
        if plan.model == "cloud":
            assert asked.model == "cloud"


def _software() -> set[str]:
    return {name for name in equipped(machine("laptop_igpu")).video_encoders if "lib" in name} | {
        "prores_ks",
        "gif",
    }


@_unhurried
@given(job=_jobs())
def test_an_estimate_lies_in_its_range(job: tuple[Request, HardwareFacts]) -> None:
    for plan in _found(*job).plans:
        estimate = plan.estimate
        assert 0 < estimate.seconds_low <= estimate.seconds <= estimate.seconds_high
        assert estimate.disk_bytes > 0
        assert estimate.work_bytes >= 0
        assert (estimate.cost_usd > 0) is (plan.model == "cloud")
        assert all(estimate.sources)


# Size and rate of the video


@_unhurried
@given(asked=_requests, facts=st.sampled_from([equipped(facts) for facts in _STORED]))
def test_only_a_size_beyond_all_memory_or_a_model_is_refused(
    asked: Request, facts: HardwareFacts
) -> None:
    if _ladder(asked, facts) is None:
        assert asked.size is not None or asked.model is not None


@_unhurried
@given(asked=legal_requests(automatic=True), facts=_equipped_machines)
def test_an_automatic_target_is_in_time_or_the_least(asked: Request, facts: HardwareFacts) -> None:
    made = _found(replace(asked, cpu=True), facts).best
    target = Target(size=made.output_size, frame_rate=made.timeline.frame_rate)

    in_time = made.estimate.seconds * (1 + TIME_MARGIN) <= _budget_s(asked, made.tier)
    floor = FLOORS[made.tier] if asked.time_limit_s is None else RUNGS[0]
    assert in_time or target.pixels_per_second <= floor.pixels_per_second


def _budget_s(asked: Request, tier: Tier) -> float:
    if asked.time_limit_s is not None:
        return asked.time_limit_s
    budget = time_budget(asked.quality, tier)
    return float("inf") if budget is None else budget * float(asked.sound_duration_s)


# The ladder


@_unhurried
@given(job=_jobs())
def test_the_same_question_has_the_same_ladder(job: tuple[Request, HardwareFacts]) -> None:
    first, second = (_ladder(*job) for _ in range(2))

    assert (first is None) is (second is None)
    if first is not None and second is not None:
        assert first.plans == second.plans
        assert first.rejections == second.rejections
        assert first.software_encoder == second.software_encoder


@_unhurried
@given(job=_jobs())
def test_plans_come_in_the_order_of_their_quality(job: tuple[Request, HardwareFacts]) -> None:
    asked, facts = job
    ladder = _found(asked, facts)
    ranks = [
        (plan.model == asked.model, rung.quality)
        for plan, rung in zip(ladder.plans, ladder.rungs, strict=True)
    ]

    assert ranks == sorted(ranks, reverse=True)
    assert all(
        0 <= rung.quality <= _SPEC_OF[plan.model].quality
        for plan, rung in zip(ladder.plans, ladder.rungs, strict=True)
    )
    assert asked.model in (None, ladder.best.model)


@_unhurried
@given(job=_jobs())
def test_no_plan_comes_twice(job: tuple[Request, HardwareFacts]) -> None:
    ladder = _found(*job)
    bare = [replace(plan, reasons=()) for plan in ladder.plans]

    assert not [plan for place, plan in enumerate(bare) if plan in bare[:place]]


@_unhurried
@given(job=_jobs())
def test_the_last_plans_are_the_cameras(job: tuple[Request, HardwareFacts]) -> None:
    plans = _found(*job).plans
    least = plans[-1]

    assert least.model == "camera"
    assert least.render_size.pixel_count < least.output_size.pixel_count
    cameras = [
        plan.render_size.pixel_count * plan.timeline.frame_count
        for plan in plans
        if plan.model == "camera"
    ]
    assert cameras == sorted(cameras, reverse=True)


@_unhurried
@given(job=_jobs())
def test_a_request_is_planned_or_refused_with_what_can_be_done(
    job: tuple[Request, HardwareFacts],
) -> None:
    ladder = refusal = None
    try:
        ladder = candidates(*job, _SPECS)
    except RequestImpossibleError as error:
        refusal = error
    if ladder is None:
        assert refusal is not None
        assert str(refusal)
        assert refusal.hint
        return
    for plan in ladder.plans:
        topics = [reason.topic for reason in plan.reasons]
        assert len(topics) == len(set(topics))
        assert all(reason.choice and reason.because for reason in plan.reasons)
    for rejection in ladder.rejections:
        if rejection.because.startswith(("needs PyTorch", "needs a GPU", "PyTorch", "may only")):
            continue
        assert any(sign.isdigit() for sign in rejection.because)


# More of anything never gives less


def _goodness(ladder: Ladder) -> tuple[float, str, Fraction, int]:
    best = ladder.best
    pixels = best.output_size.pixel_count * best.timeline.frame_rate
    return (ladder.rungs[0].quality, best.model, pixels, best.render_size.pixel_count)


def _assert_no_worse(less: Ladder | None, more: Ladder | None) -> None:
    """Better frames count first; of the same model's, a larger video, then larger frames."""
    if less is None:
        return
    assert more is not None
    quality, name, *size = _goodness(less)
    better_quality, better_name, *better_size = _goodness(more)
    assert better_quality >= quality
    if (better_quality, better_name) == (quality, name):
        assert better_size >= size


def _with_gpus(facts: HardwareFacts, *accelerators: Accelerator) -> HardwareFacts:
    return equipped(replace(facts, accelerators=accelerators))


@_unhurried
@given(
    asked=_requests,
    facts=_equipped_machines,
    total=st.integers(0, 100 * 10**9),
    shared=st.booleans(),
)
def test_more_device_memory_is_no_worse(
    asked: Request, facts: HardwareFacts, total: int, shared: bool
) -> None:
    richer = _with_gpus(
        facts,
        *(
            replace(one, total_bytes=one.total_bytes + total, free_bytes=one.free_bytes + total)
            for one in facts.accelerators
        ),
    )
    if shared:
        richer = replace(richer, ram_free_bytes=richer.ram_free_bytes + total)

    _assert_no_worse(_ladder(asked, facts), _ladder(asked, richer))


@_unhurried
@given(asked=_requests, facts=_equipped_machines, share=st.floats(0, 1))
def test_more_free_device_memory_is_no_worse(
    asked: Request, facts: HardwareFacts, share: float
) -> None:
    poorer = _with_gpus(
        facts,
        *(replace(one, free_bytes=int(one.free_bytes * share)) for one in facts.accelerators),
    )

    _assert_no_worse(_ladder(asked, poorer), _ladder(asked, facts))


@_unhurried
@given(asked=_requests, facts=_equipped_machines, share=st.floats(0, 1))
def test_more_free_ram_is_no_worse(asked: Request, facts: HardwareFacts, share: float) -> None:
    poorer = replace(facts, ram_free_bytes=int(facts.ram_free_bytes * share))

    _assert_no_worse(_ladder(asked, poorer), _ladder(asked, facts))


@_unhurried
@given(asked=_requests, facts=_equipped_machines, more=st.floats(1, 50))
@example(
    # Sixteen frames in the making take memory that the video needs.
    asked=request(cpu=True, software_encoding=True),
    facts=replace(equipped(machine("laptop_igpu")), cpu_cores=4.0, ram_free_bytes=635_000_000),
    more=2.0,
)
def test_more_cores_are_no_worse(asked: Request, facts: HardwareFacts, more: float) -> None:
    stronger = replace(facts, cpu_cores=facts.cpu_cores * more)

    _assert_no_worse(_ladder(asked, facts), _ladder(asked, stronger))


@_unhurried
@given(asked=_requests, facts=_equipped_machines, more=st.floats(1, 50))
def test_a_faster_gpu_is_no_worse(asked: Request, facts: HardwareFacts, more: float) -> None:
    faster = _with_gpus(
        facts,
        *(
            replace(one, clock_mhz=one.clock_mhz and int(one.clock_mhz * more))
            for one in facts.accelerators
        ),
    )

    _assert_no_worse(_ladder(asked, facts), _ladder(asked, faster))


@_unhurried
@given(asked=_requests, facts=_equipped_machines, free=st.integers(0, 10**13))
def test_more_disk_is_no_worse(asked: Request, facts: HardwareFacts, free: int) -> None:
    roomier = replace(
        facts,
        disks=tuple(replace(disk, free_bytes=disk.free_bytes + free) for disk in facts.disks),
    )

    _assert_no_worse(_ladder(asked, facts), _ladder(asked, roomier))


@_unhurried
@given(
    asked=_requests,
    facts=_equipped_machines,
    limit_s=st.floats(0.01, 100_000),
    more=st.floats(1, 1000),
)
def test_a_longer_time_limit_is_no_worse(
    asked: Request, facts: HardwareFacts, limit_s: float, more: float
) -> None:
    shorter, longer = (replace(asked, time_limit_s=limit) for limit in (limit_s, limit_s * more))

    _assert_no_worse(_ladder(shorter, facts), _ladder(longer, facts))


_BOARDS = tuple(dict.fromkeys(one for facts in _STORED for one in facts.accelerators))


@_unhurried
@given(
    asked=_requests,
    facts=_equipped_machines,
    board=st.sampled_from(_BOARDS),
    leads=st.booleans(),
)
def test_one_more_gpu_is_no_worse(
    asked: Request, facts: HardwareFacts, board: Accelerator, leads: bool
) -> None:
    added = replace(board, index=99)
    boards = (added, *facts.accelerators) if leads else (*facts.accelerators, added)

    _assert_no_worse(_ladder(asked, facts), _ladder(asked, _with_gpus(facts, *boards)))


@_unhurried
@given(job=_jobs(), name=st.sampled_from(_NAMES))
def test_one_more_model_is_no_worse(job: tuple[Request, HardwareFacts], name: str) -> None:
    asked, facts = job
    assume(asked.model != name)
    fewer = [spec for spec in _SPECS if spec.name != name]

    _assert_no_worse(_ladder(asked, facts, fewer), _ladder(asked, facts))


# What people thought

_TWIN = replace(MODELS[1], name="svd_twin", quality=57)
_RATED_SPECS = (
    *(replace(spec, takes_prompt=spec.name in {"animate_lcm", "svd_twin"}) for spec in _SPECS),
    _TWIN,
    model("plain_twin", quality=18),
)
_rated_jobs = st.builds(
    lambda job, has_prompt: (replace(job[0], has_prompt=has_prompt), job[1]),
    _jobs(),
    st.booleans(),
)


def _ratings(counts: st.SearchStrategy[int]) -> st.SearchStrategy[Ratings]:
    rating = st.builds(Rating, mean=st.floats(1, 5), count=counts)
    return st.dictionaries(st.sampled_from([spec.name for spec in _RATED_SPECS]), rating)


def _unexplained(plan: Plan) -> Plan:
    return replace(
        plan, reasons=tuple(reason for reason in plan.reasons if reason.topic != "ratings")
    )


@settings(_unhurried, max_examples=50)
@given(job=_rated_jobs, ratings=_ratings(st.integers(0, 100)))
def test_ratings_bring_no_plan_before_one_of_better_standing(
    job: tuple[Request, HardwareFacts], ratings: Ratings
) -> None:
    asked, facts = job
    takes_prompt = {spec.name: spec.takes_prompt for spec in _RATED_SPECS}
    try:
        plain = candidates(asked, facts, _RATED_SPECS)
    except RequestImpossibleError:
        assume(False)
    rated = candidates(asked, facts, _RATED_SPECS, ratings=ratings)

    places = [plain.plans.index(_unexplained(plan)) for plan in rated.plans]
    assert sorted(places) == list(range(len(plain.plans)))
    for now, place in enumerate(places):
        overtaken = [other for other in places[now + 1 :] if other < place]
        has_reason = any(reason.topic == "ratings" for reason in rated.plans[now].reasons)
        assert has_reason is bool(overtaken)
        for other in overtaken:
            better, worse = plain.rungs[other], plain.rungs[place]
            models = plain.plans[other].model, plain.plans[place].model
            assert better.quality - worse.quality <= TIE_POINTS
            assert asked.model not in models
            assert not asked.has_prompt or takes_prompt[models[0]] == takes_prompt[models[1]]


@settings(_unhurried, max_examples=30)
@given(job=_rated_jobs, ratings=_ratings(st.integers(0, LEAST_COUNT - 1)))
def test_few_ratings_change_nothing(job: tuple[Request, HardwareFacts], ratings: Ratings) -> None:
    try:
        plain = candidates(*job, _RATED_SPECS)
    except RequestImpossibleError:
        assume(False)
    assert candidates(*job, _RATED_SPECS, ratings=ratings).plans == plain.plans


# When plans fail

_RECOVERIES = st.sampled_from([one for one in Recovery if one is not Recovery.NONE])


def _alike(first: Plan, second: Plan) -> bool:
    return replace(first, reasons=()) == replace(second, reasons=())


def _meets(recovery: Recovery, failed: Plan, plan: Plan) -> bool:
    """Whether a plan is another way in the sense of what may help, said in our own words."""
    bits = [Precision.FP8, Precision.FP16, Precision.BF16, Precision.FP32]
    on_cpu = failed.device == "cpu"
    memory = "ram_bytes" if on_cpu else "device_bytes"
    need, before = (getattr(one.estimate, memory) for one in (plan, failed))
    return {
        Recovery.SMALLER: plan.device != failed.device or need < before,
        Recovery.OTHER_DEVICE: plan.model != failed.model
        if on_cpu
        else plan.device != failed.device,
        Recovery.MORE_PRECISE: plan.model != failed.model
        or bits.index(plan.precision) > bits.index(failed.precision),
        Recovery.OTHER_ENCODER: plan.encoder.name != failed.encoder.name,
        Recovery.REDUCED_QUALITY: plan.estimate.seconds <= REDUCED_SHARE * failed.estimate.seconds,
    }.get(recovery, plan.model != failed.model)


@_unhurried
@given(job=_jobs(), data=st.data())
def test_a_walk_down_the_ladder_ends_and_never_comes_back(
    job: tuple[Request, HardwareFacts], data: st.DataObject
) -> None:
    ladder = _found(*job)
    failures: list[Failure] = []
    plan = next_plan(ladder, failures)
    assert plan == ladder.best

    while plan is not None:
        assert all(not _alike(plan, failure.plan) for failure in failures)
        assert all(_meets(failure.recovery, failure.plan, plan) for failure in failures)
        assert len(failures) <= 2 * len(ladder.plans)
        said = Failure(plan=plan, recovery=data.draw(_RECOVERIES), said="it failed")
        failures.append(said)
        plan = next_plan(ladder, failures)
        plan = plan and explained(plan, said)


@_unhurried
@given(job=_jobs(), data=st.data())
def test_earlier_failures_choose_a_beginning_that_none_of_them_forbids(
    job: tuple[Request, HardwareFacts], data: st.DataObject
) -> None:
    ladder = _found(*job)
    failed = data.draw(st.lists(st.sampled_from(ladder.plans), min_size=1, max_size=3))
    failures = [
        Failure(plan=plan, recovery=data.draw(_RECOVERIES), said="it failed") for plan in failed
    ]

    def allowed(plan: Plan) -> bool:
        return all(_meets(one.recovery, one.plan, plan) for one in failures)

    begun = unblocked(ladder, failures)

    software = ladder.software_encoder
    possible = list(ladder.plans)
    if software and any(one.recovery is Recovery.OTHER_ENCODER for one in failures):
        possible = [replace(plan, encoder=software) for plan in possible]
    best = next((plan for plan in possible if allowed(plan)), ladder.best)
    assert _alike(begun, best)
