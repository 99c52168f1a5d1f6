"""Who left, or never said yes, by another program's own words."""

from datetime import date

import pytest

from hrsite.newsletter import listknowing
from hrsite.newsletter.listknowing import Person
from hrsite.newsletter.listreading import Unreadable

GOES_ON, IS_ASKED, IS_GONE = "goes on", "is asked", "is gone"


def people(text: str) -> list[Person]:
    return listknowing.read(text.encode(), date(2026, 6, 2)).people


def becomes(person: Person) -> str:
    return IS_GONE if person.is_gone else IS_ASKED if person.is_unsure else GOES_ON


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("regular", GOES_ON),
        ("premium", GOES_ON),
        ("unactivated", IS_ASKED),
        ("unsubscribed", IS_GONE),
        ("undeliverable", IS_GONE),
        ("spammy", IS_GONE),
        # Of a spreadsheet about something else.
        ("customer", GOES_ON),
    ],
)
def test_what_kind_of_subscriber_buttondown_says_they_are(word: str, expected: str) -> None:
    head = "id,creation_date,email_address,notes,type,unsubscription_date"
    (one,) = people(f"{head}\n1,2025-03-04T10:00:00Z,ada@example.com,,{word},\n")
    assert (becomes(one), one.said_on) == (expected, date(2025, 3, 4))


@pytest.mark.parametrize("name", ["is_active", "Active", "confirmed", "is_subscribed"])
@pytest.mark.parametrize(("yes", "no"), [("t", "f"), ("True", "False"), ("1", "0"), ("y", "n")])
def test_a_yes_or_no_of_somebodys_own_site(name: str, yes: str, no: str) -> None:
    found = people(f"email,{name}\nada@example.com,{yes}\nleft@example.com,{no}\n")
    assert [becomes(one) for one in found] == [GOES_ON, IS_GONE]
    found = people(f"email,unsubscribed\nada@example.com,{no}\nleft@example.com,{yes}\n")
    assert [(becomes(one), one.has_left) for one in found] == [(GOES_ON, False), (IS_GONE, True)]


@pytest.mark.parametrize("title", ["My list,\n", "My list,\nof June,\n\n"])
def test_a_title_above_the_names_of_columns_hides_nobody_who_left(title: str) -> None:
    text = f"{title}Email,Status\nada@example.com,subscribed\nleft@example.com,unsubscribed\n"
    found = listknowing.read(text.encode(), date(2026, 6, 2))
    assert [becomes(one) for one in found.people] == [GOES_ON, IS_GONE]
    assert found.bad == []


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_quotation_without_an_end_swallows_nobody_unsaid(end: str) -> None:
    text = f'Email,Name\nada@example.com,Ada\nbea@example.com,"Bea\ncy@example.com,Cy{end}'
    with pytest.raises(Unreadable, match="From line 3 on"):
        people(text)
    assert len(people(text.replace('"', ""))) == 3
