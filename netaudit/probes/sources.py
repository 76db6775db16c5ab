"""Live sources asked about a data centre: each document is fetched into a file, and read as a given file would be."""

import asyncio
import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import Fact
from netaudit.model.inventory import DataCentre, Source, SourceKind
from netaudit.model.routing import RegistrationsFact, RoutingFact, VrpsFact
from netaudit.probes.evidence_files import KINDS
from netaudit.probes.files import unread
from netaudit.routing.ripestat_validation import read_rpki_validation
from netaudit.routing.vrps import VrpError
from netaudit.sources.cache import Document
from netaudit.sources.library import Library
from netaudit.sources.limits import SourceError
from netaudit.sources.questions import Question, questions_about

__all__ = ["Answer", "SourceProbe", "answer_to", "merged", "provenance"]

_AS_OF_NOW = {SourceKind.RIS_WHOIS, SourceKind.RDAP, SourceKind.IRR, SourceKind.RTR}
"""Kinds whose answers tell no time of their own: they are of the moment in which they were given."""
_KEPT = {"id", "datacentre", "source", "sha256"}  # fields that no merging touches


class Answer(NamedTuple):
    """A question with the document that answers it, or why there is none.

    `not_found`: the source itself says that it has none, which no failure on the way to it does.
    """

    question: Question
    document: Document | None
    failure: Failure | None
    not_found: bool = False


class SourceProbe:
    """Asks one source about one data centre: a fact for each kind of evidence that it can give.

    What a fact rests on is all answers together. If one of them is missing, the fact has the failure: a prefix that
    was not asked about must not look like one that nobody announces.
    """

    def __init__(self, library: Library, source: Source, centre: DataCentre) -> None:
        self._library = library
        self._source = source
        self._centre = centre
        self._questions = questions_about(source, centre)
        self._facts: dict[str, RoutingFact] = {}

    async def run(self) -> None:
        """Put all questions; the library knows how many at once."""
        await asyncio.gather(*(self._observe(kind) for kind in self._kinds()))

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """One fact a kind of evidence, in the order of the questions."""
        return self.about_datacentre(failure)

    def about_datacentre(self, failure: Failure | None) -> Iterable[RoutingFact]:
        """The same; type checkers know more of them."""
        for kind in self._kinds():
            fact = self._facts.get(kind) or self._empty(kind, failure or _NOT_ASKED)
            tag = str(fact.__struct_config__.tag)
            yield replace(fact, id=f"{tag}-{self._centre.id}-{self._source.name}", source=self._source.address)

    def _kinds(self) -> list[str]:
        return list(dict.fromkeys(question.evidence for question in self._questions))

    async def _observe(self, kind: str) -> None:
        asked = [question for question in self._questions if question.evidence == kind]
        answers = await asyncio.gather(*(answer_to(self._library, question) for question in asked))
        self._facts[kind] = await asyncio.to_thread(self._read, kind, answers)

    def _read(self, kind: str, answers: Sequence[Answer]) -> RoutingFact:
        failure = next((answer.failure for answer in answers if answer.failure is not None), None)
        if self._source.kind is SourceKind.RIPESTAT and kind == "routes":
            # one table: which peers have a full feed is told beside the routes
            return self._table(answers) if failure is None else self._empty(kind, failure)
        return merged([self._part(answer) for answer in answers])

    def _part(self, answer: Answer) -> RoutingFact:
        question, document = answer.question, answer.document
        if document is None:
            return self._without(answer)
        try:
            return provenance(self._fact_of(question, document.path), [answer])
        except (OSError, ValueError) as error:
            failure = unread(f"{self._source.name}: {error}") or _NOT_ASKED
            return provenance(self._empty(question.evidence, failure), [answer])

    def _fact_of(self, question: Question, path: Path) -> RoutingFact:
        if self._source.kind is SourceKind.RIPESTAT and question.evidence == "vrps":
            return _validation(path, self._centre)
        centre = self._centre
        if self._source.kind is SourceKind.RDAP:  # an answer about one resource says nothing of the others
            asn = question.about.removeprefix("AS")
            alone = {"prefixes": (), "asns": (int(asn),)} if asn.isdecimal() else {"prefixes": (asn,), "asns": ()}
            centre = replace(centre, **alone)
        return KINDS[question.evidence].read(path, centre)

    def _table(self, answers: Sequence[Answer]) -> RoutingFact:
        try:
            with tempfile.NamedTemporaryFile(prefix="ripestat-") as joined:
                for answer in answers:
                    if answer.document is not None:
                        with answer.document.path.open("rb") as part:
                            shutil.copyfileobj(part, joined)
                        joined.write(b"\n")
                joined.flush()
                fact = KINDS["routes"].read(Path(joined.name), self._centre)
            return provenance(fact, answers)
        except (OSError, ValueError) as error:
            failure = unread(f"{self._source.name}: {error}") or _NOT_ASKED
            return provenance(self._empty("routes", failure), answers)

    def _without(self, answer: Answer) -> RoutingFact:
        """RDAP that began at IANA's registries has asked who must know: what is not found there is not registered."""
        question = answer.question
        if answer.not_found and question.uri.startswith("rdap:"):
            return RegistrationsFact(
                id="",
                datacentre=self._centre.id,
                source="",
                format="rdap",
                retrieved_at=time.time(),
                not_found=(question.about,),
            )
        return self._empty(question.evidence, answer.failure or _NOT_ASKED)

    def _empty(self, kind: str, failure: Failure) -> RoutingFact:
        return KINDS[kind].fact(id="", datacentre=self._centre.id, source="", failure=failure)


async def answer_to(library: Library, question: Question) -> Answer:
    """Fetch what a question asks for; never raises for what a source does."""
    try:
        return Answer(question, await library.fetch(question), None)
    except SourceError as error:
        return Answer(question, None, error.failure, error.not_found)


def provenance(fact: RoutingFact, answers: Sequence[Answer]) -> RoutingFact:
    """The fact with what is known of its documents: when they were fetched, their digest, whether they were at hand.

    The digest of several documents is that of their digests, a line each; the time that of the oldest.
    """
    documents = [answer.document for answer in answers if answer.document is not None]
    retrieved = min((document.retrieved_at for document in documents), default=time.time())
    again = [document.retrieved_at for document in documents if document.reused]
    hours = (time.time() - min(again, default=0)) / 3_600
    messages = (f"an answer of {hours:.1f} hours ago was used again",) if again else ()
    now = retrieved if answers[0].question.source.kind in _AS_OF_NOW else None
    return replace(
        fact,
        sha256=_digest([document.sha256 for document in documents]),
        retrieved_at=retrieved,
        data_time=now if fact.data_time is None else fact.data_time,
        messages=tuple(dict.fromkeys((*fact.messages, *messages))),
    )


def merged(parts: Sequence[RoutingFact]) -> RoutingFact:
    """Facts of one kind as one: lists one after another, times the oldest, of failures the first."""
    first, *others = parts
    if not others:
        return first
    names = [field.name for field in msgspec.structs.fields(first) if field.name not in _KEPT]
    changes = {name: _joined([getattr(part, name) for part in parts]) for name in names}
    return replace(first, **changes, sha256=_digest([part.sha256 for part in parts if part.sha256]))


def _joined(values: list[Any]) -> Any:
    """The values of one field as one: None where nothing is told."""
    told = [value for value in values if value is not None]
    if not told:
        return None
    match told[0]:
        case tuple():
            return tuple(dict.fromkeys(item for value in told for item in value))
        case dict():
            return {key: _joined([value.get(key) for value in told]) for key in dict.fromkeys(chain(*told))}
        case bool():
            return all(told)
        case int():
            return sum(told)
        case float():
            return min(told)
        case str():
            return next((value for value in told if value), "")
    return told[0]


def _digest(digests: Sequence[str]) -> str:
    if len(digests) < 2:
        return next(iter(digests), "")
    return hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()


def _validation(path: Path, centre: DataCentre) -> VrpsFact:
    """The validator behind RIPEstat is asked at that moment, so that the answer is of now."""
    empty = VrpsFact(id="", datacentre=centre.id, source="", format="ripestat")
    try:
        found = read_rpki_validation(path, centre.prefixes)
    except VrpError as error:
        return replace(empty, failure=unread(str(error)))
    return replace(empty, data_time=path.stat().st_mtime, total=found.total, vrps=found.vrps)


_NOT_ASKED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the source was not asked")
