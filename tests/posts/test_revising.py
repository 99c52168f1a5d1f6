"""What an article said before comes back, whoever saved over it."""

from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite import clock, earlier
from hrsite.earlier import EarlierText
from hrsite.posts import publishing, revising
from hrsite.posts.models import Post
from tests.factories import make_post, make_tag
from tests.posts.writing import saved, send


def save(session: Session, post: Post, text: str) -> None:
    """Save other words, a minute later."""
    post.updated_at = clock.now()
    words = publishing.PostWords(title=post.title, body_html=f"<p>{text}</p>")
    publishing.save(session, post, words, None, clock.now())


def test_each_saving_is_kept_and_the_same_words_only_once(session: Session) -> None:
    words = publishing.PostWords("What I carry", body_html="<p>One.</p>", topics=("Sleep",))
    post = publishing.save(session, None, words, None, clock.now())
    publishing.save(session, post, words, None, clock.now())
    save(session, post, "Two.")

    kept = [revising.words_of(one) for one in revising.revisions_of(session, post)]

    assert [words.body_html for words in kept] == ["<p>Two.</p>", "<p>One.</p>"]
    assert [words.topics for words in kept] == ["", "Sleep"]


def test_what_was_there_before_revisions_were_kept_is_kept_at_the_first_saving(
    session: Session,
) -> None:
    post = make_post(session, body_html="<p>Written long ago.</p>", tags=[make_tag(session)])

    save(session, post, "New words.")

    before = revising.revisions_of(session, post)[-1]
    assert before.body_html == "<p>Written long ago.</p>"
    assert before.box("topics")


def test_a_hundred_savings_are_kept_and_the_oldest_go(session: Session) -> None:
    post = make_post(session)
    for number in range(earlier.MOST_KEPT + 5):
        save(session, post, f"Words {number}.")

    count = session.scalar(select(func.count()).select_from(EarlierText))
    assert count == earlier.MOST_KEPT
    newest = revising.revisions_of(session, post)[0]
    assert newest.body_html == f"<p>Words {earlier.MOST_KEPT + 4}.</p>"


def test_they_go_with_the_article(session: Session) -> None:
    post = make_post(session)
    save(session, post, "New words.")
    publishing.delete(session, post)
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(EarlierText)) == 0


def test_the_coach_sees_what_would_change_and_brings_it_back(
    coach: FlaskClient, session: Session
) -> None:
    send(coach, body="Two doses, and a spare.")
    post = saved(session)
    send(coach, f"/desk/posts/{post.id}", body="Three doses, and a spare.", version="1")
    listed = coach.get(f"/desk/posts/{post.id}/revisions").text
    assert f"/desk/posts/{post.id}/revisions/1" in listed
    assert "As it is now" in listed
    send(coach, f"/desk/posts/{post.id}", body="Three doses, and a spare.", version="2")
    assert "revisions/2" not in coach.get(f"/desk/posts/{post.id}/revisions").text

    page = coach.get(f"/desk/posts/{post.id}/revisions/1").text
    assert '<del><span class="quiet-text">Gone: </span>Three</del>' in page
    assert '<ins><span class="quiet-text">New: </span>Two</ins>' in page
    assert saved(session).body_html == "<p>Three doses, and a spare.</p>"
    answer = coach.post(f"/desk/posts/{post.id}/revisions/1", data={"version": "3"})

    assert answer.status_code == 303
    assert saved(session).body_html == "<p>Two doses, and a spare.</p>"
    assert saved(session).version == 4
    # And back again: the words of a moment ago are kept too.
    coach.post(f"/desk/posts/{post.id}/revisions/2", data={"version": "4"})
    assert saved(session).body_html == "<p>Three doses, and a spare.</p>"


def test_bringing_back_never_takes_the_place_of_words_she_has_not_seen(
    coach: FlaskClient, session: Session
) -> None:
    send(coach, body="One.")
    post = saved(session)
    send(coach, f"/desk/posts/{post.id}", body="Two.", version="1")
    send(coach, f"/desk/posts/{post.id}", body="Three.", version="2")

    answer = coach.post(f"/desk/posts/{post.id}/revisions/1", data={"version": "2"})

    assert "has changed since" in coach.get(answer.location).text
    assert saved(session).body_html == "<p>Three.</p>"


def test_what_a_published_article_carries_besides_its_words_stays(
    coach: FlaskClient, session: Session
) -> None:
    until = clock.now() + timedelta(days=30)
    post = make_post(session, current_until=until, reviewed_at=clock.now())
    send(coach, f"/desk/posts/{post.id}", body="New.", lasts="until", version="1",
         until_on=clock.local(until).date().isoformat())  # fmt: skip
    kept_until = saved(session).current_until

    coach.post(f"/desk/posts/{post.id}/revisions/1", data={"version": "2"})

    assert saved(session).current_until == kept_until
    assert saved(session).is_published(clock.now())


def test_nobody_finds_revisions_that_never_were(coach: FlaskClient, session: Session) -> None:
    post = make_post(session)
    assert coach.get(f"/desk/posts/{post.id}/revisions/9").status_code == 404
    assert coach.get("/desk/posts/99/revisions").status_code == 404
    assert "From the next time you save" in coach.get(f"/desk/posts/{post.id}/revisions").text
