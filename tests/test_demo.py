"""The demo's content: enough to judge the site by, whole, and nobody's real words."""

import re
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.accounts.models import Account
from hrsite.demo import filling
from hrsite.newsletter import desk_words
from hrsite.newsletter.models import ConsentEvent, Subscriber
from hrsite.notices.models import Rhythm, SessionNotice
from hrsite.outbox.models import OutboxMessage
from hrsite.posts.models import Post, Tag
from hrsite.slugs import is_slug_shaped


@pytest.fixture
def sign_in(app: Flask, session: Session, tmp_path: Path) -> Iterator[filling.SignIn]:
    made = filling.fill(session, tmp_path)
    session.commit()
    return made


def words_in(html: str) -> int:
    return len(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.usefixtures("sign_in")
def test_there_is_enough_to_read(session: Session) -> None:
    posts = session.scalars(select(Post)).all()
    assert len(posts) >= 8
    for post in posts:
        assert is_slug_shaped(post.slug), post.slug
        assert 400 <= words_in(post.body_html) <= 900, (post.slug, words_in(post.body_html))
        assert 20 < len(post.summary) <= 400, post.slug
        assert post.tags, post.slug
        assert post.published_at is not None
        assert post.published_at < clock.now()
    assert len({post.published_at for post in posts}) == len(posts)
    assert session.scalar(select(func.count()).select_from(Tag)) >= 3


@pytest.mark.usefixtures("sign_in")
def test_sessions_lie_ahead_and_make_sense(session: Session) -> None:
    notices = session.scalars(select(SessionNotice)).all()
    now = clock.now()
    fates = {notice.fate(now) for notice in notices}
    assert fates == {"on", "moved", "cancelled"}
    assert {notice.rhythm for notice in notices} == set(Rhythm)
    assert any(notice.changed_days for notice in notices)
    for notice in notices:
        if notice.starts_at is not None and notice.ends_at is not None:
            assert clock.now() < notice.starts_at < notice.ends_at
            assert notice.ends_at - notice.starts_at <= timedelta(hours=4)
            assert 8 <= clock.local(notice.starts_at).hour <= 21


@pytest.mark.usefixtures("sign_in")
def test_three_readers_get_letters_and_none_waits_for_them(session: Session) -> None:
    assert session.scalar(select(func.count()).select_from(Subscriber)) == 3
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0
    assert all(reader.endswith("@example.org") for reader in filling.READERS)


@pytest.mark.usefixtures("sign_in")
def test_the_proof_of_its_readers_is_as_the_sites_own_form_makes_it(session: Session) -> None:
    found = [desk_words.evidence(event) for event in session.scalars(select(ConsentEvent))]
    told = {(one.what.partition(":")[0], one.how) for one in found}
    assert told == {
        ("Asked for letters", "with the form on the site"),
        ("Said yes by the letter's link", "with the link in a letter"),
    }


def test_the_passphrase_opens_the_desk_and_lies_where_only_its_owner_reads(
    app: Flask, sign_in: filling.SignIn, tmp_path: Path
) -> None:
    file = tmp_path / filling.SIGN_IN_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().strip() == sign_in.password
    assert sign_in.password in filling.welcome("http://localhost", sign_in)
    form = {"email": sign_in.email, "password": sign_in.password}
    assert app.test_client().post("/desk/sign-in", data=form).status_code == 303


@pytest.mark.parametrize("database", ["sqlite"])
def test_filling_again_changes_nothing(
    session: Session, sign_in: filling.SignIn, tmp_path: Path
) -> None:
    session.scalars(select(Post)).first().title = "Changed by the person who tries it"  # type: ignore[union-attr]
    session.commit()
    assert filling.fill(session, tmp_path) == sign_in
    assert not session.dirty
    assert not session.new
    assert session.scalar(select(func.count()).select_from(Account)) == 1


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("left", ["", None])
def test_a_lost_passphrase_file_is_made_anew_and_what_the_console_says_is_true(
    app: Flask, session: Session, sign_in: filling.SignIn, tmp_path: Path, left: str | None
) -> None:
    file = tmp_path / filling.SIGN_IN_FILE
    file.unlink() if left is None else file.write_text(left)
    again = filling.fill(session, tmp_path)
    session.commit()
    assert again.password != sign_in.password
    form = {"email": again.email, "password": again.password}
    assert app.test_client().post("/desk/sign-in", data=form).status_code == 303


def test_the_demos_settings_touch_nothing_real(tmp_path: Path) -> None:
    settings = filling.environment(tmp_path, 8123)
    for name in ("MAIL_SERVER", "DATABASE_URL", "QUEUE_URL", "HRSITE_ENV_FILE", "SECRET_KEY"):
        assert settings[name] == ""
    assert settings["HOST"] == "127.0.0.1"
    assert settings["DATA_DIR"] == str(tmp_path)
