"""Lists of other programs: whatever form they come in, the same people; never a fault."""

import contextlib
import csv
import io
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.newsletter import listknowing, listreading, listwriting
from hrsite.newsletter.listreading import Unreadable, records
from hrsite.newsletter.models import Cadence, Topic

TODAY = date(2026, 6, 2)
# Whatever can stand in a cell of a file that was saved in each of these ways.
LETTERS = st.characters(codec="utf-8", exclude_characters="\x00\ufeff")
CELLS = st.text(LETTERS, max_size=12)
WESTERN = st.text(st.sampled_from("abc ,;\t\"'\n=é€ü@"), max_size=12)
WAYS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")


def saved(rows: list[list[str]], separator: str, end: str, quoting: int) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue()


HEADS = ["Email", "Name", "Note"]


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6),
    st.sampled_from(listreading.SEPARATORS),
    st.sampled_from(("\n", "\r\n", "\r")),
    st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    st.sampled_from(WAYS),
)
def test_any_dialect_comes_back_as_it_was(
    rows: list[list[str]], separator: str, end: str, quoting: int, way: str
) -> None:
    if quoting == csv.QUOTE_MINIMAL:  # Python's writer would leave other line ends unquoted.
        rows = [[re.sub(r"[\r\n]", end, cell) for cell in row] for row in rows]
    text = saved([HEADS, *rows], separator, end, quoting)
    found = [record.cells for record in records(text.encode(way))]
    kept = [[cell.strip() for cell in row] for row in rows]
    assert found == [HEADS, *(row for row in kept if any(row))]


@given(st.lists(st.lists(WESTERN, min_size=3, max_size=3), max_size=6))
def test_the_letters_of_western_windows_come_back_too(rows: list[list[str]]) -> None:
    text = saved([["Email", "Prénom", "Note"], *rows], ";", "\r\n", csv.QUOTE_MINIMAL)
    found = [record.cells for record in records(text.encode("cp1252"))]
    kept = [[cell.strip() for cell in row] for row in rows]
    assert found == [["Email", "Prénom", "Note"], *(row for row in kept if any(row))]


@given(st.binary(max_size=300))
def test_octets_of_any_kind_are_a_list_or_a_sentence(octets: bytes) -> None:
    with contextlib.suppress(Unreadable):
        reading = listknowing.read(octets, TODAY)
        assert len({one.address.key for one in reading.people}) == len(reading.people)


@given(st.lists(CELLS, min_size=1, max_size=4), st.sampled_from((",", ";")))
def test_no_cell_of_ours_is_a_formula_and_each_comes_back(cells: list[str], sep: str) -> None:
    (written,) = list(csv.reader([listwriting.row(cells, sep)], delimiter=sep)) or [[]]
    for cell, out in zip(cells, written, strict=False):
        assert not out.startswith(("=", "+", "-", "@", "\t", "\r"))
        if "\n" not in cell and "\r" not in cell:
            assert listwriting.unguarded(out) == cell


EXPORTS = {
    "wix": "First Name,Last Name,Email 1,Email Subscriber Status,Created At (UTC+0)\n"
    "Ada,L,ada@example.org,Subscribed,2025-03-04 10:11\n"
    "Bea,M,bea@example.org,Unsubscribed,2025-03-05 10:11\n"
    "Cy,N,cy@example.org,Never subscribed,2025-03-05 10:11\n",
    "mailchimp": '"Email Address","First Name","OPTIN_TIME","CONFIRM_TIME","UNSUB_TIME"\n'
    '"ada@example.org","Ada","2025-03-01 00:00:00","2025-03-04 00:00:00",""\n'
    '"bea@example.org","Bea","2025-03-01 00:00:00","2025-03-04 00:00:00","2026-01-01 00:00:00"\n',
    "substack": "email,active_subscription,expiry,plan,email_disabled,created_at\n"
    "ada@example.org,false,,free,false,2025-03-04T01:02:03.000Z\n"
    "bea@example.org,false,,free,true,2025-03-04T01:02:03.000Z\n",
    "ghost": "id,email,name,note,subscribed_to_emails,complimentary_plan,created_at,deleted_at\n"
    "1,ada@example.org,Ada,,true,false,2025-03-04T01:02:03.000Z,\n"
    "2,bea@example.org,Bea,,false,false,2025-03-04T01:02:03.000Z,\n",
}


@pytest.mark.parametrize("program", EXPORTS)
def test_the_lists_of_other_programs_are_understood(program: str) -> None:
    reading = listknowing.read(EXPORTS[program].encode(), TODAY)
    ada, *others = reading.people
    assert (ada.address.typed, ada.said_on, ada.is_gone) == (
        "ada@example.org", date(2025, 3, 4), False
    )  # fmt: skip
    assert others
    assert all(one.is_gone for one in others)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("Status", ("Junk", "cancelled", "Hard bounced", "opted-out", "suppressed", "complaint")),
        ("Email permission status", ("Opted out",)),
        ("Subscriber type", ("unsubscribed", "removed")),
        ("Accepts Email Marketing", ("no",)),
        ("Blocklisted", ("yes", "TRUE")),
        ("Unsubscribed", ("yes", "2026-01-02")),
        ("Unsubscribed from all email", ("true",)),
        ("Opted out of email: Marketing", ("true",)),
        ("Email Opt-Out", ("1",)),
        ("State,Status", ("subscribed,unsubscribed", "unsubscribed,subscribed")),
    ],
)
def test_who_has_left_elsewhere_stays_away_whatever_it_is_called(
    head: str, words: tuple[str, ...]
) -> None:
    for word in words:
        text = f"Email,{head}\na@example.org,{word}\n"
        (person,) = listknowing.read(text.encode(), TODAY).people
        assert person.is_gone, word


@pytest.mark.parametrize("word", ["Abgemeldet", "Désabonné", "pending", "not confirmed"])
def test_who_may_have_left_is_asked(word: str) -> None:
    (person,) = listknowing.read(f"Email,Status\na@example.org,{word}\n".encode(), TODAY).people
    assert (person.is_gone, person.is_unsure) == (False, True)


@pytest.mark.parametrize(
    ("head", "word"),
    [
        ("Status", "Subscribed"), ("Status", ""), ("Unsubscribed", "no"), ("Unsub time", ""),
        ("Unsubscribe link", "https://example.com/u/1"), ("Blocklisted", "False"),
        ("Subscribed", "2025-03-04 10:11"), ("Opt-in", "TRUE"), ("Bounces", "2"),
    ],
)  # fmt: skip
def test_who_gets_letters_elsewhere_is_no_leaver(head: str, word: str) -> None:
    (person,) = listknowing.read(f"Email,{head}\na@example.org,{word}\n".encode(), TODAY).people
    assert (person.is_gone, person.is_unsure) == (False, False)


def test_our_own_columns_are_understood() -> None:
    text = (
        "Email;State;Letters;How often;Said yes on\r\n"
        "'+a@example.org;gets letters;articles notices;weekly;2025-03-04\r\n"
        "b@example.org;not confirmed;notices;each;\r\n"
    )
    one, other = listknowing.read(text.encode(), TODAY).people
    assert (one.address.typed, one.topics, one.cadence) == (
        "+a@example.org", (Topic.ARTICLES, Topic.NOTICES), Cadence.WEEKLY
    )  # fmt: skip
    assert (other.is_unsure, other.topics) == (True, (Topic.NOTICES,))


@pytest.mark.parametrize(
    ("state", "cell", "until"),
    [
        ("paused", "2026-08-01", date(2026, 8, 1)),
        ("paused", TODAY.isoformat(), TODAY),
        ("paused", "2026-01-01", None),  # That is over.
        ("Paused", "", TODAY + timedelta(days=92)),
        ("paused", "8/1/2026", TODAY + timedelta(days=92)),
        ("paused", "9999-12-31", TODAY + timedelta(days=92)),
        ("gets letters", "", None),
    ],
)
def test_who_had_paused_stays_paused(state: str, cell: str, until: date | None) -> None:
    text = f"Email,State,Paused until\na@example.org,{state},{cell}\n"
    (person,) = listknowing.read(text.encode(), TODAY).people
    assert person.paused_until == until
    assert not person.is_gone
    assert not person.is_unsure


def test_a_list_without_names_of_columns_is_read_by_its_addresses() -> None:
    reading = listknowing.read(b"Ada\tada@example.org\nBea\tbea@example.org\n", TODAY)
    assert [one.address.typed for one in reading.people] == ["ada@example.org", "bea@example.org"]
    reading = listknowing.read(b"Qui,Kontakt\nAda,ada@example.org\n", TODAY)
    assert [one.address.typed for one in reading.people] == ["ada@example.org"]


def test_bad_rows_and_second_rows_are_told_by_their_lines() -> None:
    text = (
        'Email,Note\nada@example.org,"two\nlines"\nnobody\n\n"",empty\n'
        "ADA@example.org,again\nbea@example.org,\nbea@example.org,\n"
    )
    reading = listknowing.read(text.encode(), TODAY)
    assert [one.line for one in reading.people] == [2, 8]
    assert [line for line, _ in reading.bad] == [4, 6]
    assert "no @ sign" in reading.bad[0][1]
    assert reading.twice == [7, 9]


def test_who_has_left_in_one_of_two_rows_has_left() -> None:
    text = "email,status\nada@example.org,subscribed\nada@example.org,unsubscribed\n"
    (ada,) = listknowing.read(text.encode(), TODAY).people
    assert ada.is_gone


def test_excel_may_say_the_separator_in_a_line_of_its_own() -> None:
    text = "sep=;\r\nEmail;Name, and more\r\nada@example.org;A, B\r\n"
    assert [one.cells for one in records(text.encode("utf-16"))] == [
        ["Email", "Name, and more"], ["ada@example.org", "A, B"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"", "empty"),
        (b"\n\n , \n", "empty"),
        (b"PK\x03\x04rest", "not a CSV file"),
        (b"Name,City\nAda,Ottawa\n", "No column"),
        (b"email\n" + b"a" * listreading.MOST_OCTETS, "too large"),
        (b"email\n" + b"a@b.ca\n" * (listreading.MOST_ROWS + 1), "20,000 rows"),
        (b'email,note\n"a@b.ca,' + b"x" * 200_000, "line 2"),
    ],
)
def test_what_is_no_list_is_said(octets: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        listknowing.read(octets, TODAY)


def test_only_days_that_can_be_one_day_alone_are_taken() -> None:
    rows = "\n".join(
        f"a{number}@example.org,{day}"
        for number, day in enumerate(
            ("2025-03-04", "2025/3/4 10:00", "03/04/2025", "2025-02-30", "2027-01-01", "soon")
        )
    )
    people = listknowing.read(f"email,created_at\n{rows}\n".encode(), TODAY).people
    day = date(2025, 3, 4)
    assert [one.said_on for one in people] == [day, day, None, None, None, None]


@pytest.mark.parametrize("rest", ["(" * 60_000 + "x", " " * 60_000 + "x"])
def test_of_an_endless_name_only_the_beginning_is_read(rest: str) -> None:
    name = f"Email{' ' * 100}{rest}"
    reading = listknowing.read(f"Name,{name}\nada@else.example,ada@example.org\n".encode(), TODAY)
    assert [person.address.typed for person in reading.people] == ["ada@example.org"]
