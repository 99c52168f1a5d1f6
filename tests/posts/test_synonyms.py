"""The words that mean the same: ours, the coach's, and what is wrong with a line."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.posts import synonyms
from tests.factories import make_post


def test_ours_have_no_fault() -> None:
    assert synonyms.faults_of(synonyms.OURS.read_text(encoding="utf-8"), "en") == []


def test_each_word_of_a_line_stands_in_for_the_others() -> None:
    groups = synonyms.groups_of("Narcan, naloxone\nspecial K = ketamine\n\n", "")
    assert groups.of["narcan",] == (("narcan",), ("naloxone",))
    assert groups.of["ketamine",] == groups.of["special", "k"]
    assert groups.longest == 2


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("alone", "Line 1 needs two different words"),
        ("a, b\n\nsame, Same", "Line 3 needs two different words"),
        ("cup, mug\nmug, beaker", "Lines 1 and 2 share a word"),
        ("cup, !!!, mug", "Line 1 has a part without letters"),
        ("cup, one two three four five", "Line 1 has a part of more than 4 words"),
        (", ".join(f"w{n}" for n in range(13)), "Line 1 has more than 12 parts"),
        ("\n".join(f"a{n}, b{n}" for n in range(201)), "There can be 200 lines at most"),
    ],
)
def test_a_fault_names_its_line(text: str, fault: str) -> None:
    assert any(said.startswith(fault) for said in synonyms.faults_of(text, ""))


def test_the_coach_s_words_take_the_place_of_ours(coach: FlaskClient, session: Session) -> None:
    make_post(session, title="A beaker")
    page = coach.get("/desk/posts/synonyms").text
    assert "Narcan, naloxone" in page
    assert "came with the site" in page

    answer = coach.post(
        "/desk/posts/synonyms", data={"text": " cup ,  beaker \n\n", "version": "0"}
    )

    assert answer.status_code == 303
    assert "A <mark>beaker</mark>" in coach.get("/search?q=cup").text
    page = coach.get("/desk/posts/synonyms").text
    assert "cup , beaker" in page
    assert "Narcan" not in page.split("<textarea")[1].split("</textarea>")[0]
    assert "came with the site" not in page


def test_words_with_a_fault_stay_in_the_box(coach: FlaskClient) -> None:
    answer = coach.post("/desk/posts/synonyms", data={"text": "alone", "version": "0"})

    assert answer.status_code == 422
    assert "Line 1 needs two different words" in answer.text
    assert ">alone</textarea>" in answer.text.replace("\n", "").replace("\r", "")


def test_a_list_saved_elsewhere_is_not_lost(coach: FlaskClient) -> None:
    address = "/desk/posts/synonyms"
    coach.post(address, data={"text": "cup, beaker", "version": "0"})

    answer = coach.post(address, data={"text": "door, gate", "version": "0"})

    assert answer.status_code == 409
    assert "cup, beaker" in answer.text
    assert "door, gate" in answer.text
    assert coach.post(address, data={"text": "door, gate", "version": "1"}).status_code == 303
