"""From a run to messages that were sent, so that a crash loses none, and repeats at most the one under way.

What a run brings is decided once: the messages and the knowledge that they were made are written together, before any
is sent. Each is taken out when its receiver has it. Whoever dies between the two sends it again, with the same key.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from netaudit.model.news import News
from netaudit.model.run import Run
from netaudit.notify.changes import is_news, series_of, take_in
from netaudit.notify.document import document_of
from netaudit.notify.failures import SendFailure
from netaudit.notify.mail import send_mail
from netaudit.notify.patience import within
from netaudit.notify.secrets import Secret, SecretError
from netaudit.notify.settings import NotifyFile, Route, SecretPlace
from netaudit.notify.state import Message, State, StateFile
from netaudit.notify.webhook import post
from netaudit.writers.news import NewsMessage

__all__ = ["Delivery", "Postman", "deliver", "messages_of", "prepare"]

_PAUSES = (1.0, 5.0, 20.0)  # seconds between tries; what fails after that waits for the next run
_LONGEST = 120.0  # seconds for one message: whoever takes longer must not keep the others from theirs
_REMEMBERED = 1_000  # keys of what was sent
_PATIENCE = 30 * 86_400.0  # seconds after which a message that nobody takes is given up


@dataclass
class Delivery:
    """What became of the messages: sent now, still waiting, and given up after a month, with why."""

    sent: list[Message] = field(default_factory=list)
    waiting: list[Message] = field(default_factory=list)
    given_up: list[Message] = field(default_factory=list)


@dataclass(frozen=True)
class Postman:
    """Sends one message by its way. `folder`: where the notify file is. Raises SendFailure."""

    settings: NotifyFile
    folder: Path
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Callable[[], float] = time.time

    def send(self, message: Message) -> None:
        """Send it, in two minutes at most."""
        within(_LONGEST, lambda: self._send(message))

    def _send(self, message: Message) -> None:
        if message.way == "mail":
            if self.settings.smtp is None:
                raise SendFailure("the notify file has no smtp any more", lasting=True)
            send_mail(message, self.settings.smtp, lambda: self._secret(_password(self.settings)), self.folder)
            return
        webhook = self.settings.webhooks.get(message.place)
        if webhook is None:
            raise SendFailure(f"the notify file has no webhook {message.place} any more", lasting=True)
        post(message, webhook, lambda: self._secret(webhook.secret), self.folder, self.clock())

    def _secret(self, place: SecretPlace) -> Secret:
        try:
            return place.read(self.folder, self.environment)
        except SecretError as error:
            raise SendFailure(str(error), lasting=True) from None


def prepare(state: State, run: Run, settings: NotifyFile, now: float) -> State:
    """The state with a run taken in: its messages are in the outbox. A run that was looked at brings none. Pure.

    Messages to places that the notify file no longer has are dropped.
    """
    state = _with_wanted(state, settings)
    name = series_of(run)
    known = state.series.get(name)
    if not is_news(run, known, now):
        return state
    series, news = take_in(run, known, settings)
    made = [message for route, told in news for message in messages_of(run, route, told, settings, now)]
    fresh = [message for message in made if message.key not in state.sent]
    return msgspec.structs.replace(state, series={**state.series, name: series}, outbox=(*state.outbox, *fresh))


def messages_of(run: Run, route: Route, news: News, settings: NotifyFile, now: float) -> Iterator[Message]:
    """One message for each receiver of a route."""
    told = NewsMessage(run, news, route.language, names=route.include_names, report_url=settings.report_url)
    for address in dict.fromkeys(route.to):
        yield Message(
            key=_key(run, route, news, address),
            route=route.name,
            way="mail",
            place=address,
            created=now,
            language=route.language,
            subject=told.subject,
            text=told.text,
            html=told.html,
        )
    if route.webhook is not None:
        key = _key(run, route, news, f"webhook {route.webhook}")
        document = document_of(
            run, news, id=key, route=route.name, names=route.include_names, report_url=settings.report_url
        )
        yield Message(
            key=key,
            route=route.name,
            way="webhook",
            place=route.webhook,
            created=now,
            language=route.language,
            subject=told.subject,
            text=msgspec.json.encode(document).decode("utf-8"),
        )


def deliver(
    file: StateFile,
    state: State,
    send: Callable[[Message], None],
    *,
    clock: Callable[[], float] = time.time,
    pause: Callable[[float], None] = time.sleep,
    pauses: Sequence[float] = _PAUSES,
) -> Delivery:
    """Send what is in the outbox, in order, and write down each as soon as it is sent. Raises OSError.

    A receiver that does not answer holds up nobody else: its messages wait for the next time.
    """
    told = Delivery()
    down: set[tuple[str, str]] = set()
    for message in state.outbox:
        place = (message.way, message.place)
        problem = "as the one before" if place in down else _tried(message, send, pause, pauses)
        if problem is None:
            told.sent.append(message)
            state = _without(state, message, clock())
        else:
            down.add(place)
            tried = msgspec.structs.replace(message, tries=message.tries + 1, problem=problem)
            given_up = clock() - message.created > _PATIENCE
            (told.given_up if given_up else told.waiting).append(tried)
            outbox = (tried if each.key == message.key else each for each in state.outbox)
            kept = tuple(each for each in outbox if each is not tried or not given_up)
            state = msgspec.structs.replace(state, outbox=kept)
        file.write(state)
    return told


def _tried(
    message: Message, send: Callable[[Message], None], pause: Callable[[float], None], pauses: Sequence[float]
) -> str | None:
    """Try a message until it is sent, and pause between; None when it was, else what went wrong at last."""
    for seconds in (*pauses, None):
        try:
            send(message)
        except SendFailure as failure:
            if failure.lasting or seconds is None:
                return str(failure)
            pause(seconds)
        else:
            return None
    raise AssertionError("the last try returns")


def _with_wanted(state: State, settings: NotifyFile) -> State:
    wanted = {(route.name, "mail", address) for route in settings.routes for address in route.to}
    wanted |= {(route.name, "webhook", route.webhook) for route in settings.routes if route.webhook is not None}
    kept = tuple(each for each in state.outbox if (each.route, each.way, each.place) in wanted)
    return state if len(kept) == len(state.outbox) else msgspec.structs.replace(state, outbox=kept)


def _without(state: State, message: Message, now: float) -> State:
    sent = {**state.sent, message.key: now}
    while len(sent) > _REMEMBERED:
        del sent[next(iter(sent))]
    outbox = tuple(each for each in state.outbox if each.key != message.key)
    return msgspec.structs.replace(state, outbox=outbox, sent=sent)


def _key(run: Run, route: Route, news: News, place: str) -> str:
    """What is told to whom after which run: the same, whoever makes the message again."""
    parts = (series_of(run), run.id, "whole" if run.complete else "part", news.since, route.name, place)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _password(settings: NotifyFile) -> SecretPlace:
    assert settings.smtp is not None and settings.smtp.password is not None, "a username comes with a password"
    return settings.smtp.password
