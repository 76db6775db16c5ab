"""What is wrong in a zone file, in a terminal: each finding with its file and line, those of one kind together."""

from collections.abc import Sequence
from itertools import groupby

import click

from netaudit.authority.lint import Finding
from netaudit.model.common import Text
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["CODES", "finding_sentence", "findings_text", "lint_closing"]

_ROWS = 10
_TEXTS = {
    "outside": Text(
        vi="%(name)s nằm ngoài vùng: máy chủ sẽ bỏ qua bản ghi này",
        en="%(name)s is outside the zone: servers leave the record out",
    ),
    "no_soa": Text(
        vi="%(zone)s không có bản ghi SOA: không máy chủ nào nạp vùng này",
        en="%(zone)s has no SOA: no server loads the zone",
    ),
    "no_ns": Text(vi="%(zone)s không có bản ghi NS", en="%(zone)s has no NS"),
    "uneven_ttl": Text(
        vi="%(name)s %(type)s: các bản ghi của một RRset có TTL khác nhau (RFC 2181 mục 5.2)",
        en="%(name)s %(type)s: records of one RRset with different TTLs (RFC 2181 section 5.2)",
    ),
    "alias_and_other": Text(
        vi="%(name)s có CNAME và cả dữ liệu khác: %(types)s (RFC 1034 mục 3.6.2)",
        en="%(name)s has a CNAME and other data: %(types)s (RFC 1034 section 3.6.2)",
    ),
    "below_cut": Text(
        vi="%(name)s %(type)s nằm dưới điểm ủy quyền %(cut)s: không ai thấy được bản ghi này",
        en="%(name)s %(type)s lies below the delegation of %(cut)s: nobody will see it",
    ),
    "target_is_alias": Text(
        vi="%(name)s %(type)s trỏ tới %(target)s, là một CNAME (RFC 2181 mục 10.3)",
        en="%(name)s %(type)s points to %(target)s, which is a CNAME (RFC 2181 section 10.3)",
    ),
    "target_without_address": Text(
        vi="%(name)s %(type)s trỏ tới %(target)s trong vùng này, nhưng tên đó không có địa chỉ",
        en="%(name)s %(type)s points to %(target)s in this zone, which has no address",
    ),
    "keys_without_signatures": Text(
        vi="%(zone)s có DNSKEY nhưng không có chữ ký nào: vùng chưa được ký",
        en="%(zone)s has keys and no signature: it has not been signed",
    ),
    "signatures_without_keys": Text(
        vi="%(zone)s có chữ ký nhưng không có DNSKEY nào dùng được",
        en="%(zone)s has signatures and no usable DNSKEY",
    ),
    "unsigned": Text(
        vi="%(name)s %(type)s không có chữ ký: có thể đã thêm vào sau khi ký",
        en="%(name)s %(type)s has no signature: it may have been added after signing",
    ),
    "signature_invalid": Text(
        vi="%(name)s %(type)s: không chữ ký nào khớp với dữ liệu và khóa của vùng: có lẽ đã quên ký lại",
        en="%(name)s %(type)s: no signature fits the data and the zone's keys: signing again was perhaps forgotten",
    ),
    "signature_expired": Text(
        vi="%(name)s %(type)s: chữ ký đã hết hạn lúc %(when)s", en="%(name)s %(type)s: the signature ended at %(when)s"
    ),
    "signature_not_yet": Text(
        vi="%(name)s %(type)s: chữ ký chỉ có hiệu lực từ %(when)s",
        en="%(name)s %(type)s: the signature begins only at %(when)s",
    ),
    "signature_ends_early": Text(
        vi="%(name)s %(type)s: chữ ký hết hạn lúc %(when)s, sớm hơn SOA refresh + expire kể từ bây giờ",
        en="%(name)s %(type)s: the signature ends at %(when)s, before SOA refresh + expire from now",
    ),
    "ttl_above_signature": Text(
        vi="%(name)s %(type)s: TTL %(ttl)s vượt quá thời gian còn lại của chữ ký (đến %(when)s)",
        en="%(name)s %(type)s: the TTL of %(ttl)s outlasts the signature, which ends at %(when)s",
    ),
    "ttl_above_original": Text(
        vi="%(name)s %(type)s: TTL %(ttl)s lớn hơn TTL gốc %(original)s ghi trong chữ ký",
        en="%(name)s %(type)s: the TTL of %(ttl)s is above the original TTL %(original)s in the signature",
    ),
    "no_denial": Text(
        vi="%(zone)s đã ký nhưng không có NSEC hay NSEC3", en="%(zone)s is signed, but has neither NSEC nor NSEC3"
    ),
    "not_in_chain": Text(
        vi="%(name)s không có bản ghi %(type)s: tên này sẽ bị chứng minh là không tồn tại",
        en="%(name)s has no %(type)s: the chain proves that the name does not exist",
    ),
    "chain_broken": Text(
        vi="%(name)s %(type)s trỏ tới %(next)s, trong khi tên kế tiếp là %(expected)s",
        en="%(name)s %(type)s points to %(next)s, but %(expected)s is what follows",
    ),
    "chain_types": Text(
        vi="%(name)s: danh sách loại bản ghi trong %(type)s không đúng: %(types)s",
        en="%(name)s: the types in its %(type)s are not those of the name: %(types)s",
    ),
    "not_verified": Text(
        vi="hết thời gian: %(number)s RRset chưa được kiểm chứng", en="out of time: %(number)s RRsets were not verified"
    ),
    "no_ds_matches": Text(
        vi="DS %(ds)s không khớp khóa nào của vùng (khóa: %(keys)s): vùng sẽ không phân giải được",
        en="DS %(ds)s fits none of the zone's keys (%(keys)s): the zone would be bogus",
    ),
    "ds_without_key": Text(
        vi="DS %(ds)s không khớp khóa nào của vùng; một DS khác thì khớp",
        en="DS %(ds)s fits none of the zone's keys; another DS does",
    ),
    "serial_not_raised": Text(
        vi="số serial %(serial)s không lớn hơn serial đang chạy %(live)s: máy chủ phụ sẽ không lấy bản mới",
        en="the serial %(serial)s is not above the live one, %(live)s: secondaries will not fetch the zone",
    ),
    "zonemd_mismatch": Text(
        vi="ZONEMD (%(kind)s) không khớp nội dung vùng: máy chủ có kiểm tra sẽ từ chối vùng này (RFC 8976 mục 4)",
        en="the ZONEMD (%(kind)s) does not fit the zone's content: servers that check refuse it (RFC 8976 section 4)",
    ),
    "zonemd_serial": Text(
        vi="ZONEMD (%(kind)s) tính cho serial %(digest)s, còn vùng có serial %(serial)s",
        en="the ZONEMD (%(kind)s) is for serial %(digest)s, and the zone has serial %(serial)s",
    ),
    "zonemd_duplicate": Text(
        vi="có nhiều ZONEMD cùng loại (%(kind)s): bên kiểm tra bỏ qua tất cả",
        en="there are several ZONEMD of one kind (%(kind)s): verifiers leave all of them out",
    ),
    "zonemd_unknown": Text(
        vi="ZONEMD có phương thức/thuật toán %(kind)s mà không ai kiểm tra được",
        en="nobody can verify a ZONEMD of scheme/algorithm %(kind)s",
    ),
}
CODES = frozenset(_TEXTS)
"""The codes of findings that there are sentences for."""

_ERROR, _WARNING = Text(vi="lỗi", en="error"), Text(vi="cảnh báo", en="warning")
_MORE = Text(vi="… và %(number)s trường hợp tương tự", en="… and %(number)s more of this kind")
_CLOSING = Text(
    vi="%(file)s: %(zone)s, %(records)s RRset, %(errors)s lỗi, %(warnings)s cảnh báo",
    en="%(file)s: %(zone)s, %(records)s RRsets, errors: %(errors)s, warnings: %(warnings)s",
)


def findings_text(findings: Sequence[Finding], language: str, *, colour: bool = False) -> str:
    """Return a line for each finding, errors first; of a kind at most ten, the rest counted. `language`: `vi`, `en`."""
    order = list(_TEXTS)
    ranked = sorted(findings, key=lambda finding: (not finding.is_error, order.index(finding.code)))
    lines: list[str] = []
    for _, group in groupby(ranked, lambda finding: (finding.is_error, finding.code)):
        rows = list(group)
        lines += [_line(finding, language, colour) for finding in rows[:_ROWS]]
        if len(rows) > _ROWS:
            number = Wording(language).number(len(rows) - _ROWS)
            lines.append(f"  {_MORE.in_language(language) % {'number': number}}")
    return "".join(f"{line}\n" for line in lines)


def lint_closing(file: str, zone: str, rrsets: int, findings: Sequence[Finding], language: str) -> str:
    """Return the line that says what was read, and how many errors and warnings there are."""
    errors = sum(finding.is_error for finding in findings)
    number = Wording(language).number
    counts = {"records": number(rrsets), "errors": number(errors), "warnings": number(len(findings) - errors)}
    return _CLOSING.in_language(language) % {"file": one_line(file), "zone": one_line(zone), **counts}


def finding_sentence(finding: Finding, language: str) -> str:
    """What one finding says."""
    args = {name: one_line(value, 255) for name, value in finding.args.items()}
    return _TEXTS[finding.code].in_language(language) % args


def _line(finding: Finding, language: str, colour: bool) -> str:
    word = (_ERROR if finding.is_error else _WARNING).in_language(language)
    if colour:
        word = click.style(word, fg="red" if finding.is_error else "yellow", bold=True)
    where = f"{one_line(str(finding.place), 200)}: " if finding.place is not None else ""
    return f"{where}{word}: {finding_sentence(finding, language)}"
