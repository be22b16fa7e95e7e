"""Tasks of a cloud in the making: a few at a time, each written down before it is waited for."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ai_video_generator.errors import AIVideoError, CloudError
from ai_video_generator.models._cloud_book import Book, Entry
from ai_video_generator.models._cloud_download import AddressExpired, fetch
from ai_video_generator.models._cloud_order import (
    Order,
    Service,
    TaskGoneError,
    TaskState,
    UnansweredError,
)
from ai_video_generator.models._cloud_pace import Pace
from ai_video_generator.models.base_model import Purse

_log = logging.getLogger(__name__)

_ADDRESSES = 3
# How many addresses of one result are tried: each is fresh when it is asked for.
_AHEAD = 2
# Results that wait to be used are at most as many as requests in the making: where the first show
# that the model will not do, money for the rest is not spent yet.


@dataclass(slots=True, kw_only=True)
class _Ticket:
    """A task that was asked for; ``promised_usd`` is what was set aside for it in this run."""

    order: Order
    entry: Entry
    promised_usd: float
    began_s: float
    state: TaskState


Told = Callable[[float], None]
"""Takes the share of a task that is done; may raise to stop."""


class Desk:
    """Sends requests, waits, and hands out their videos.

    Args:
        service: The cloud.
        book: Where requests are written down.
        purse: The money.
        pace: Clock and manners.
        limit: Requests in the making at the same time, at least 1.
    """

    def __init__(
        self, service: Service, book: Book, purse: Purse, pace: Pace, *, limit: int
    ) -> None:
        self._service, self._book, self._purse = service, book, purse
        self._pace, self._limit = pace, limit
        self._open: dict[str, _Ticket] = {}
        self._coming: Iterator[Order] = iter(())

    def expect(self, orders: Iterator[Order]) -> None:
        """Be told what will be wanted; each is made when there is room for it."""
        self._coming = orders

    def clip(self, order: Order, check: Callable[[Path], None], tell: Told) -> Path:
        """The video of a request: kept from before, or asked for and waited for.

        Args:
            order: What is wanted.
            check: Raises `CloudError` when a video is not what it should be.
            tell: Told of progress.

        Raises:
            CloudError: When the cloud refuses or fails, or time or money runs out.
            CredentialsMissingError: When the key is not accepted.
        """
        digest = order.digest
        path = self._book.clip(digest)
        if path.exists():
            self._book.touch(digest)
            return path
        ticket = self._begun(order, tell)
        while not ticket.state.is_over:
            self._fill(tell)
            self._look_round(tell)
            ticket = self._open[digest]
            if not ticket.state.is_over:
                self._wait(ticket, tell)
        self._fill(tell)
        self._fetched(ticket, path, check, tell)
        del self._open[digest]
        return path

    def _begun(self, order: Order, tell: Told) -> _Ticket:
        """A task of this request: the one in the making, one of an earlier run, or a new one."""
        digest, promised_usd = order.digest, 0.0
        if digest in self._open:
            return self._open[digest]
        entry = self._book.entry(digest)
        if entry is not None and entry.task:
            _log.info("a task of an earlier run is found again")
        else:
            if entry is not None:
                _log.warning(
                    "a request of an earlier run was never answered; it is sent again, and the "
                    "earlier one may have been charged"
                )
            entry, promised_usd = self._sent(order, tell), order.usd
        ticket = _Ticket(
            order=order,
            entry=entry,
            promised_usd=promised_usd,
            began_s=self._pace.clock(),
            state=TaskState(is_over=False),
        )
        self._open[digest] = ticket
        return ticket

    def _sent(self, order: Order, tell: Told) -> Entry:
        """Send a request; it is written down before and after."""
        self._purse.promise(order.usd)
        entry = self._book.write(order.digest, Entry(usd=order.usd))
        try:
            task = self._pace.patiently(lambda: self._service.create(order), lambda: tell(0.0))
        except UnansweredError:
            # It stays written down: the next run tells that money may be lost.
            raise
        except AIVideoError:
            self._book.forget(order.digest)
            self._purse.settle(order.usd, 0.0)
            raise
        return self._book.write(order.digest, replace(entry, task=task))

    def _fill(self, tell: Told) -> None:
        """Begin what will be wanted, as long as there is room."""
        while len(self._open) < _AHEAD * self._limit:
            if sum(not one.state.is_over for one in self._open.values()) >= self._limit:
                return
            order = next(self._coming, None)
            if order is None:
                return
            if order.digest not in self._open and not self._book.clip(order.digest).exists():
                self._begun(order, tell)

    def _look_round(self, tell: Told) -> None:
        """Ask how far each task is."""
        for digest, ticket in list(self._open.items()):
            if not ticket.state.is_over:
                self._look(digest, ticket, tell)

    def _look(self, digest: str, ticket: _Ticket, tell: Told) -> None:
        task = ticket.entry.task
        try:
            state = self._pace.patiently(lambda: self._service.look(task), lambda: tell(0.0))
        except TaskGoneError:
            _log.warning("a task of an earlier run is gone; it is asked for anew")
            self._book.forget(digest)
            ticket.entry = self._sent(ticket.order, tell)
            ticket.promised_usd += ticket.order.usd
            return
        ticket.state = state
        if not state.is_over:
            return
        self._settle(digest, ticket)
        if state.failure is not None:
            self._book.forget(digest)
            del self._open[digest]
            raise state.failure

    def _settle(self, digest: str, ticket: _Ticket) -> None:
        """Count what a task has cost, once in all runs."""
        entry, state = ticket.entry, ticket.state
        if entry.charged_usd is not None:
            return
        charged = state.charged_usd
        if charged is None:
            charged = 0.0 if state.failure else entry.usd
        self._purse.settle(ticket.promised_usd, charged)
        ticket.entry = self._book.charged(digest, entry, charged)

    def _wait(self, ticket: _Ticket, tell: Told) -> None:
        """Leave the tasks alone for a while.

        Raises:
            CloudError: When the one that is waited for takes too long.
        """
        waited_s = self._pace.clock() - ticket.began_s
        if waited_s > self._pace.patience_s:
            raise CloudError(
                f"{ticket.order.service} did not finish a request within {waited_s / 60:.0f} min",
                hint="run the same command later: the task is written down and found again",
            )
        self._pace.wait(self._pace.poll_s, lambda: tell(ticket.state.progress))

    def _fetched(
        self, ticket: _Ticket, path: Path, check: Callable[[Path], None], tell: Told
    ) -> None:
        """Fetch a result, with a fresh address where one has expired or the video is damaged."""
        digest, task = ticket.order.digest, ticket.entry.task
        part, urls = self._book.part(digest), ticket.state.urls
        failed = CloudError("the cloud tells no address of its result")
        for number in range(_ADDRESSES):
            if number:
                state = self._pace.patiently(lambda: self._service.look(task), lambda: tell(1.0))
                urls = state.urls
            if not urls:
                continue
            get = partial(fetch, urls[0], part, lambda: tell(1.0))
            try:
                self._pace.patiently(get, lambda: tell(1.0))
            except AddressExpired as error:
                failed = CloudError(
                    f"the address of a result has expired ({error})",
                    hint="run the same command again: the task is written down and found again",
                )
                continue
            try:
                check(part)
            except CloudError as error:
                # A result that stays wrong is forgotten in the end: it would never be better.
                failed = error
                part.unlink(missing_ok=True)
                if number == _ADDRESSES - 1:
                    self._book.forget(digest)
            else:
                part.replace(path)
                return
        raise failed
