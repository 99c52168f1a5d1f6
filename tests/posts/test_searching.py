"""Words become articles: what is found, in which order, and what never is."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.posts import matching, publishing, searching
from hrsite.posts.models import Post
from tests.factories import make_post, make_tag


def titles(session: Session, typed: str, page: int = 1) -> list[str]:
    """What a reader sees who typed this."""
    found = searching.search(session, typed, clock.now(), page)
    return [result.post.title for result in found.results]


def write(session: Session, title: str, body: str = "", **changes: object) -> Post:
    plain = {"title": title, "summary": "", "body_html": f"<p>{body}</p>"}
    return make_post(session, **plain | changes)


def test_it_looks_into_titles_summaries_topics_and_text(session: Session) -> None:
    write(session, "A lantern")
    write(session, "B", summary="About a lantern.")
    write(session, "C", tags=[make_tag(session, "Lantern")])
    write(session, "D", "We lit the <strong>lan</strong>tern.")
    write(session, "E", 'See <a href="https://lantern.example/">here</a>.')

    assert sorted(titles(session, "lantern")) == ["A lantern", "B", "C", "D"]


def test_a_title_comes_before_a_summary_and_that_before_text(session: Session) -> None:
    body = "The lantern, a lantern and two lanterns, and more lanterns. " * 5
    day = timedelta(days=1)
    write(session, "In the text", body, published_at=clock.now() - day)
    write(session, "In the summary", "Other words.", summary="A lantern",
          published_at=clock.now() - 2 * day)  # fmt: skip
    write(session, "The lantern", "Other words.", published_at=clock.now() - 900 * day)

    assert titles(session, "lantern") == ["The lantern", "In the summary", "In the text"]


def test_of_two_alike_the_newer_comes_first(session: Session) -> None:
    for days, name in ((900, "Old"), (1, "New"), (300, "Between")):
        write(session, name, "A lantern.", published_at=clock.now() - timedelta(days=days))

    assert titles(session, "lantern") == ["New", "Between", "Old"]


def test_what_may_no_longer_be_true_comes_last(session: Session) -> None:
    past = clock.now() - timedelta(hours=1)
    write(session, "The lantern alert", current_until=past)
    write(session, "Still current", "A lantern.", current_until=clock.now() + timedelta(days=1))

    assert titles(session, "lantern") == ["Still current", "The lantern alert"]


def test_drafts_and_dates_ahead_are_not_found_and_what_is_withdrawn_vanishes(
    session: Session,
) -> None:
    write(session, "Lantern draft", published_at=None)
    ahead = write(session, "Lantern ahead", published_at=clock.now() + timedelta(seconds=90))
    seen = write(session, "Lantern seen")

    assert titles(session, "lantern") == ["Lantern seen"]
    later = searching.search(session, "lantern", clock.now() + timedelta(seconds=95))
    assert {result.post.id for result in later.results} == {seen.id, ahead.id}

    publishing.withdraw(seen, clock.now())
    session.commit()
    assert titles(session, "lantern") == []
    publishing.publish(seen, None, False, clock.now() - timedelta(seconds=5))
    session.commit()
    assert titles(session, "lantern") == ["Lantern seen"]
    publishing.delete(session, seen)
    session.commit()
    assert titles(session, "lantern") == []


def test_new_words_are_found_at_once_and_old_ones_no_longer(session: Session) -> None:
    tag = make_tag(session, "Sleep")
    post = write(session, "Lantern", tags=[tag])
    post.title = "Candle"
    tag.name = "Rest"
    session.commit()

    assert [titles(session, word) for word in ("lantern", "candle", "sleep", "rest")] == [
        [], ["Candle"], [], ["Candle"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    ["CAFÉ", "cafe", "café", "cafe\u0301", "cafés", "caf", '"un cafe noir"', "“un café”", "l'été",
     "ete", "oeuvre", "œuvre", "cant", "can't", "can’t", "walked", "walking", "ＣＡＦＥ", "過剰",
     "cafe -tea", "noir café", '"noir', "overdose", "OD", "-candle café"],
)  # fmt: skip
def test_case_accents_endings_and_other_words_do_not_stand_in_the_way(
    session: Session, typed: str
) -> None:
    write(session, "Un café noir", "L’été, une œuvre. I can’t walk. 薬物の過剰摂取。 A surdose.")
    write(session, "Other", "Nothing of it.")

    assert titles(session, typed) == ["Un café noir"]


@pytest.mark.parametrize("typed", ['"noir cafe"', "candle", "cafe -noir", "afe", "剰過", "xdose"])
def test_what_is_not_there_is_not_found(session: Session, typed: str) -> None:
    write(session, "Un café noir", "薬物の過剰摂取。 A surdose.")

    assert titles(session, typed) == []


def test_little_words_do_not_count_unless_they_are_all_there_is(session: Session) -> None:
    write(session, "Stopping", "It helps to stop slowly.")
    write(session, "Other", "What do I do now?")

    assert titles(session, "how do I stop") == ["Stopping"]
    assert titles(session, "what do I do") == ["Other"]
    assert titles(session, '"what do I do"') == ["Other"]


def test_some_of_the_words_are_better_than_nothing(session: Session) -> None:
    write(session, "About lanterns")
    write(session, "About candles and lanterns", "A wick.")

    found = searching.search(session, "lantern candle zeppelin", clock.now())

    assert [result.post.title for result in found.results] == [
        "About candles and lanterns", "About lanterns",
    ]  # fmt: skip
    assert not found.has_every_word


def test_a_slip_of_the_finger_is_understood(session: Session) -> None:
    write(session, "Withdrawal and the lantern", "Methadone. Narcissus.")
    write(session, "Zeppelins", published_at=clock.now() + timedelta(days=1))

    def meant(typed: str) -> str:
        return searching.search(session, typed, clock.now()).meant

    assert meant("withdrawl") == "withdrawal"
    assert meant("lantern withdrawl") == "lantern withdrawal"
    assert meant("metahdone") == "methadone"
    # It would find nothing that readers may see, so it is not said.
    assert meant("zepelins") == ""
    assert meant("qqqqqq") == ""
    assert meant("withdrawal") == ""


def test_what_was_meant_is_shown_where_nothing_has_what_was_typed(session: Session) -> None:
    write(session, "Naloxone at home")

    assert titles(session, "noloxone") == ["Naloxone at home"]
    # One of these words is there: that comes first, and the slip is only asked about.
    found = searching.search(session, "noloxone home", clock.now())
    assert (found.has_every_word, found.meant, found.is_of_meant) == (False, "naloxone home", False)


def test_a_slip_in_another_word_for_it_is_understood(session: Session) -> None:
    write(session, "Naloxone at home")

    assert titles(session, "narcan") == ["Naloxone at home"]
    assert searching.search(session, "narcam", clock.now()).meant == "narcan"


def test_results_come_page_by_page_and_each_once(session: Session) -> None:
    for number in range(23):
        write(session, f"Lantern {number}", published_at=clock.now() - timedelta(days=number + 1))

    pages = [titles(session, "lantern", page) for page in (1, 2, 3, 4)]

    assert [len(page) for page in pages] == [10, 10, 3, 0]
    assert len({title for page in pages for title in page}) == 23
    found = searching.search(session, "lantern", clock.now(), 3)
    assert (found.total, found.has_more) == (23, False)


def test_a_title_is_found_however_many_newer_ones_have_the_word(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "MOST", 3)
    monkeypatch.setattr(matching, "FIRST_MANY", 4)
    write(session, "The lantern", published_at=clock.now() - timedelta(days=9))
    for number in range(6):
        write(session, f"Other {number}", "A lantern.")

    found = titles(session, "lantern")
    assert found[0] == "The lantern"
    assert len(found) == 4
    assert titles(session, "other lantern") == found[1:]
    assert titles(session, "lantern -candle") == found[1:]


def test_an_index_that_lost_its_way_shows_nothing_that_readers_may_not_see(
    session: Session,
) -> None:
    post = write(session, "Lantern")
    session.execute(text("UPDATE posts SET published_at = NULL"))
    session.commit()

    assert titles(session, "lantern") == []
    assert session.get(Post, post.id) is not None
