"""Old addresses lead on in one step, whatever order they were added in."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.redirects import moving
from hrsite.redirects.models import Redirect

PATHS = st.sampled_from([f"/{letter}" for letter in "abcde"])


def lead(session: Session, old: str, new: str) -> None:
    moving.lead(session, old, new, clock.now())


def test_an_old_address_leads_on_however_it_is_spelt(session: Session) -> None:
    lead(session, "/post/café", "/posts/Kept")
    for path in ("/post/café", "/Post/CAFÉ/", "/post//cafe\u0301"):
        assert moving.leads_to(session, path) == "/posts/Kept"
    assert moving.leads_to(session, "/post") is None


def test_a_second_move_leads_there_in_one_step(session: Session) -> None:
    lead(session, "/a", "/b")
    lead(session, "/b", "/c")  # What led to /b has moved along.
    lead(session, "/z", "/a")  # And what is led to an old address goes where that leads.
    assert [moving.leads_to(session, path) for path in ("/a", "/b", "/z")] == ["/c", "/c", "/c"]


def test_nothing_leads_to_itself(session: Session) -> None:
    lead(session, "/a", "/b")
    for old, new in (("/b", "/a"), ("/c", "/C/")):
        with pytest.raises(moving.LeadsBack):
            lead(session, old, new)


def test_adding_again_changes_where_it_leads(session: Session) -> None:
    lead(session, "/a", "/b")
    lead(session, "/a", "/c")
    assert moving.count(session) == 1
    assert moving.leads_to(session, "/a") == "/c"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(PATHS, PATHS), max_size=12))
@pytest.mark.parametrize("database", ["sqlite"])
def test_whatever_is_added_no_reader_goes_in_circles(
    session: Session, moves: list[tuple[str, str]]
) -> None:
    session.rollback()
    session.query(Redirect).delete()
    for old, new in moves:
        try:
            lead(session, old, new)
        except moving.LeadsBack:
            continue
    for one in session.query(Redirect):
        assert moving.leads_to(session, one.new_path) is None, "a step more"
    session.rollback()
