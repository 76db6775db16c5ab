"""Both languages say everything: each sentence of templates and writers is there, none is a guess, none is stale."""

import re
from enum import StrEnum

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from netaudit.content import content_path
from netaudit.model.common import Language, Reason, Side
from netaudit.model.profile import Basis, Confidence, Severity
from netaudit.model.run import ClauseStatus, UnitStatus
from netaudit.model.verdict import Status, TargetKind
from netaudit.writers import words
from netaudit.writers.catalogue import needed

VIETNAMESE = re.compile("[àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]", re.IGNORECASE)


def messages(language: str) -> dict[object, Message]:
    path = content_path("reports") / "locale" / language / "LC_MESSAGES" / "netaudit.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    return {message.id: message for message in catalogue if message.id}


def placeholders(text: object) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", str(text)))


@pytest.mark.parametrize("language", list(Language))
def test_every_sentence_is_translated_and_none_is_left_over(language: str) -> None:
    wanted = {message.id for message in needed() if message.id}
    known = messages(language)
    assert len(wanted) > 200
    assert wanted == known.keys()
    for message in known.values():
        assert not message.fuzzy, message.id
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(strings), message.id


@pytest.mark.parametrize("language", list(Language))
def test_translations_keep_the_placeholders(language: str) -> None:
    for message in messages(language).values():
        assert not list(message.check()), message.id
        assert placeholders(message.id) == placeholders(message.string), message.id


def test_vietnamese_carries_its_marks() -> None:
    plain = {m.string for m in messages("vi").values() if not VIETNAMESE.search(str(m.string))}
    assert plain == {"Web", "cao", "suy ra", "song song IPv4/IPv6", "Song song IPv4/IPv6"}


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (words.STATUSES, Status), (words.UNIT_STATUSES, UnitStatus), (words.CLAUSE_STATUSES, ClauseStatus),
        (words.SEVERITIES, Severity), (words.BASIS, Basis), (words.BASIS_NOTES, Basis), (words.SIDES, Side),
        (words.CONFIDENCE, Confidence), (words.REASONS, Reason), (words.REMEDIES, Reason), (words.TARGETS, TargetKind),
    ],
)  # fmt: skip
def test_every_word_of_the_model_has_a_word_for_readers(table: dict[str, str], values: type[StrEnum]) -> None:
    assert set(table) == set(values)
