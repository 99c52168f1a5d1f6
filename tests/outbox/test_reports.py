"""A bounce is told from a complaint, and both from all that is neither."""

import base64
from email.message import Message

import hypothesis
import pytest
from hypothesis import strategies

from hrsite.outbox import reports
from tests.outbox import returned_mail

PATH = "bounces+7.abcdefghijklmnop@example.com"
FROM_A_SERVER = b"Return-Path: <>\r\nFrom: mailer-daemon@old.example.net\r\n"


def wholly_read(octets: bytes) -> reports.Report:
    """What it says when it came to a return path of ours."""
    report = reports.read(octets)
    return reports.read_wording(octets) if report.is_wording else report


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        ("5.1.1", "550 5.1.1 no such mailbox", "hard"),
        ("5.2.1", "550 5.2.1 disabled", "hard"),
        ("5.0.0", "550 5.1.1 the better status stands in the words", "hard"),
        ("5.2.2", "552 5.2.2 full", "soft"),
        ("5.0.0", "550 for no reason", "soft"),
        ("5.4.4", "host not found", "soft"),
        ("4.4.7", "451 4.4.7 gave up after five days", "soft"),
        ("5.7.1", "550 5.7.1 your letters are not wanted", "policy"),
        ("4.7.0", "421 4.7.0 your reputation is low", "policy"),
        ("5.3.4", "552 5.3.4 too large", "policy"),
        ("5.7.26", "550-5.7.26 not authenticated", "policy"),
    ],
)
def test_a_report_says_whose_fault_it_is(status: str, said: str, kind: str) -> None:
    report = reports.read(returned_mail.status_report(PATH, status, said))
    assert report.kind == kind
    assert PATH in report.came_to


def test_what_the_server_said_is_kept_without_the_address() -> None:
    report = reports.read(returned_mail.status_report(PATH))
    assert report.code == 550
    assert report.text == "550 5.1.1 <[address]>: no such mailbox here"


@pytest.mark.parametrize("kind", ["abuse", "fraud", "opt-out", "ABUSE"])
def test_a_complaint_is_a_complaint(kind: str) -> None:
    report = reports.read(returned_mail.complaint("fbl@example.com", kind, PATH))
    assert report.kind == "complaint"
    assert PATH in report.came_to


@pytest.mark.parametrize(
    ("said", "kind"), [("#5.1.1", "hard"), ("#5.7.1", "policy"), ("#5.2.2", "soft"), ("", "soft")]
)
def test_an_old_server_s_wording_is_understood(said: str, kind: str) -> None:
    report = wholly_read(returned_mail.qmail(PATH, said=said))
    assert report.kind == kind
    assert report.about == {returned_mail.READER}


def test_an_old_exim_calls_its_bounce_an_answer_and_it_is_none() -> None:
    report = wholly_read(returned_mail.exim(PATH))
    assert (report.kind, report.code) == ("hard", 550)
    assert report.about == {returned_mail.READER}


BARE = returned_mail.status_report(PATH).replace(b"\r\n", b"\n")
FIELDS = BARE.partition(b"delivery-status\n\n")[2].partition(b"\n--=_x")[0]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (b"global-delivery-status", FIELDS.replace(b"rfc822;", b"utf-8;")),
        (b"delivery-status\nContent-Transfer-Encoding: base64", base64.encodebytes(FIELDS)),
        (b"global-delivery-status\nContent-Transfer-Encoding: base64", base64.encodebytes(FIELDS)),
        (b"global-delivery-status\nContent-Transfer-Encoding: quoted-printable",
         FIELDS.replace(b"550 5.1.1", b"550 =\n5.1.1")),
    ],
)  # fmt: skip
def test_a_report_s_fields_are_read_however_they_are_written(kind: bytes, fields: bytes) -> None:
    usual, octets = b"delivery-status\n\n" + FIELDS, b"%b\n\n%b" % (kind, fields)
    report = reports.read(BARE.replace(usual, octets))
    assert (report.kind, report.code) == ("hard", 550)
    assert report.about == {returned_mail.READER}


def wrapped(report: bytes, sender: bytes = b"mailer-daemon@mx.example.net") -> bytes:
    """As a filter on its way passes a report on."""
    head = b"Return-Path: <>\nFrom: %b\nTo: %b\nMIME-Version: 1.0\n" % (sender, PATH.encode())
    _, mark, inside = report.partition(b"Content-Type: multipart/report")
    checked = b"Content-Type: text/plain\n\nChecked for viruses.\n"
    kind = b'Content-Type: multipart/mixed; boundary="=_w"\n'
    return head + kind + b"\n--=_w\n%b%b\n--=_w\n%b--=_w--\n" % (mark, inside, checked)


def test_a_report_that_a_filter_wrapped_up_says_what_it_said() -> None:
    report = wholly_read(wrapped(BARE))
    assert (report.kind, report.must_name_her, report.code) == ("hard", True, 550)
    unwanted = returned_mail.status_report(PATH, "5.7.1", "550 5.7.1 not wanted")
    assert wholly_read(wrapped(unwanted)).kind == "policy"
    delayed = returned_mail.status_report(PATH, "4.4.1", "451 4.4.1 no answer", "delayed")
    assert wholly_read(wrapped(delayed)).kind is None


def test_a_list_s_answer_stays_one_whatever_it_says_has_failed() -> None:
    octets = b"Precedence: list\r\n" + returned_mail.exim(PATH)
    assert wholly_read(octets) == reports.NOTHING


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("language", sorted(returned_mail.OUT_OF_OFFICE))
def test_an_out_of_office_says_nothing(language: str, marked: bool) -> None:
    octets = returned_mail.out_of_office(language, PATH, marked)
    assert wholly_read(octets) == reports.NOTHING


@pytest.mark.parametrize("name", sorted(returned_mail.harmless(PATH)))
def test_what_is_neither_bounce_nor_complaint_says_nothing(name: str) -> None:
    assert wholly_read(returned_mail.harmless(PATH)[name]) == reports.NOTHING


@hypothesis.given(strategies.binary(max_size=3000))
def test_no_octets_make_it_stumble(octets: bytes) -> None:
    assert wholly_read(octets).kind is None


WHOLE = [
    returned_mail.status_report(PATH),
    returned_mail.complaint(PATH),
    returned_mail.qmail(PATH),
]


@hypothesis.given(
    whole=strategies.sampled_from(WHOLE),
    cuts=strategies.tuples(strategies.integers(0, 2000), strategies.integers(0, 2000)),
    noise=strategies.binary(max_size=40),
)
def test_a_broken_report_never_says_worse_than_the_whole_one(
    whole: bytes, cuts: tuple[int, int], noise: bytes
) -> None:
    start, end = min(cuts), max(cuts)
    report = wholly_read(whole[:start] + noise + whole[end:])
    assert report.kind in (None, "hard", "soft", "policy", wholly_read(whole).kind)


@hypothesis.given(cut=strategies.integers(0, 600))
def test_a_report_cut_off_before_its_verdict_says_nothing(cut: int) -> None:
    whole = WHOLE[0]
    assert reports.read(whole[: min(cut, whole.index(b"Action:"))]).kind is None


def test_parts_within_parts_without_end_say_nothing() -> None:
    nested = b"".join(
        b'Content-Type: multipart/report; boundary="%d"\n\n--%d\n' % (depth, depth)
        for depth in range(5000)
    )
    assert reports.read(nested) == reports.NOTHING


def test_only_the_beginning_of_an_endless_message_is_read() -> None:
    report = reports.read(returned_mail.status_report(PATH) + b"x" * 5_000_000)
    assert report.kind == "hard"


QUOTED = b"".join(
    b"--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n%s"
    % (b"<x@" * 300 + b"=\r\n")
    * 100
    for _ in range(2)
)


@pytest.mark.parametrize(
    "body",
    [
        b"\r\nFailed addresses follow:\r\n" + b" " * 60_000,
        b"\r\nFailed addresses follow:\r\n" + (b"<," * 499 + b"\r\n") * 60,
        b"\r\n" + b"<ada@example.org>:\r\n" * 10_000,
        b"X-Failed-Recipients: " + b"(" * 60_000 + b"\r\n\r\nno",
        b"X-Failed-Recipients: x" + b"\r\n ,,,,,,,," * 5_000 + b"\r\n\r\nno",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + QUOTED,
    ],
    ids=["one line", "many marks", "long", "a header", "a folded header", "decoded"],
)
def test_whatever_a_stranger_writes_a_wordings_lines_are_few_and_short(
    monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    handed_over: list[Message] = []
    monkeypatch.setattr(reports, "all_failures", lambda one: handed_over.append(one) or ((), ()))
    assert wholly_read(FROM_A_SERVER + body).kind is None
    (message,) = handed_over
    parts = [part for part in message.walk() if not part.is_multipart()]
    lines = [line for part in parts for line in part.get_payload(decode=True).splitlines()]
    values = [str(value) for part in message.walk() for value in part.values()]
    assert sum(map(len, lines)) <= reports.MOST_WORDING
    assert max(map(len, [*lines, *values])) <= 998
    assert max((line.count(b"<") + line.count(b"@") for line in lines), default=0) <= 8
