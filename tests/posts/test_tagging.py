"""Topics by name."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite.posts.models import Tag
from hrsite.posts.tagging import line_of, names_of, tags_named


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("", ()),
        (" , ,", ()),
        ("Sleep", ("Sleep",)),
        ("Sleep,  starting   out ,sleep, SLEEP", ("Sleep", "starting out")),
        ("Réduction, 睡眠, 🌙", ("Réduction", "睡眠", "🌙")),
    ],
)
def test_a_line_holds_each_topic_once_as_first_written(typed: str, names: tuple[str, ...]) -> None:
    assert names_of(typed) == names


def test_a_topic_that_is_there_is_used_again_whatever_its_capitals(session: Session) -> None:
    first = tags_named(session, ["Sleep", "Starting out"])
    session.commit()
    again = tags_named(session, ["SLEEP"])

    assert again == [first[0]]
    assert line_of(first) == "Sleep, Starting out"
    assert session.scalar(select(func.count()).select_from(Tag)) == 2


def test_names_that_share_an_address_are_one_topic(session: Session) -> None:
    assert len(tags_named(session, ["At home", "At home!"])) == 1


def test_topics_of_emoji_alone_get_addresses_and_stay_apart(session: Session) -> None:
    moon, sun = tags_named(session, ["🌙", "☀️"])
    session.commit()

    assert moon.slug != sun.slug
    assert tags_named(session, ["🌙"]) == [moon]
    assert tags_named(session, ["🌱"])[0].slug not in (moon.slug, sun.slug)
