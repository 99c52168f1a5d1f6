"""What a screen reader is told: names, roles, order, and which words belong to which box."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.live import LiveSite
from tests.browser.pages import watched_page
from tests.browser.showing import open_answer
from tests.browser.states import Answer

Open = Callable[[str], Page]


@pytest.fixture(scope="module")
def reading(browser: Browser, demo_site: LiveSite, answers: dict[str, Answer]) -> Iterator[Open]:
    """Opens a page or state by its name."""
    with watched_page(browser, demo_site.url) as (page, _):

        def open_state(name: str) -> Page:
            open_answer(page, demo_site, answers[name])
            return page

        yield open_state


def test_the_signup_form_says_what_it_asks_and_what_one_agrees_to(reading: Open) -> None:
    page = reading("signup")
    expect(page.get_by_role("main")).to_match_aria_snapshot("""
      - main:
        - heading "Letters by email" [level=1]
        - paragraph
        - heading "New articles, by email" [level=2]
        - paragraph
        - text: Your email address
        - textbox "Your email address"
        - button "Send me the link to confirm"
        - group "What may we send you?":
          - checkbox "Articles" [checked]
          - checkbox "Session notices"
        - paragraph
        - paragraph:
          - link "What we keep"
          - link "stay private"
          - link "follow without an address"
    """)
    box = page.get_by_role("textbox", name="Your email address")
    expect(box).to_have_attribute("required", "")
    expect(box).to_have_accessible_description(page.locator("#consent").inner_text())


@pytest.mark.parametrize("form", ["signup", "a lost link"])
def test_what_is_wrong_is_said_with_its_box_which_has_the_focus(reading: Open, form: str) -> None:
    page = reading(f"{form}, no address")
    assert page.title().startswith("Not sent yet")
    box = page.get_by_role("textbox", name="Your email address")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_value("jordan at example")
    said = page.locator("#address-error").inner_text()  # The drawn mark is not read out.
    assert said
    description = page.locator("#consent")
    more = f" {description.inner_text()}" if description.count() else ""
    expect(box).to_have_accessible_description(said + more)


def test_a_form_that_was_open_too_long_says_so_at_once(reading: Open) -> None:
    page = reading("signup, open too long")
    expect(page.get_by_role("alert")).to_contain_text("press the button once more")
    box = page.get_by_role("textbox", name="Your email address")
    expect(box).to_have_value("jordan@example.org")
    expect(box).not_to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("checkbox", name="Session notices")).to_be_checked()


def test_confirming_is_one_question_and_one_button(reading: Open) -> None:
    expect(reading("confirm").get_by_role("main")).to_match_aria_snapshot("""
      - main:
        - heading "Shall we write to you?" [level=1]
        - paragraph: Press the button and we start. Nothing comes before you do.
        - button "Yes, write to me"
        - paragraph: Not you? Close this page. We forget all of it in 14 days.
    """)
    expect(reading("confirmed").get_by_role("main")).to_match_aria_snapshot("""
      - main:
        - heading "Thank you. You are on the list" [level=1]
        - paragraph
        - paragraph: "We write to you about:"
        - list:
          - listitem: Articles
          - listitem: Session notices
        - paragraph
        - link "Change what you get"
        - link "Go to the first page"
    """)


def test_leaving_is_one_question_and_one_button(reading: Open) -> None:
    expect(reading("unsubscribe").get_by_role("main")).to_match_aria_snapshot("""
      - main:
        - heading "Stop these letters?" [level=1]
        - paragraph: One press, and nothing more is sent to you.
        - button "Stop the letters"
    """)
    expect(reading("unsubscribed").get_by_role("main")).to_match_aria_snapshot("""
      - main:
        - heading "Nothing more will be sent" [level=1]
        - paragraph: Letters that were waiting for you have been taken back.
        - paragraph: /Pressed by mistake\\? You can undo it until/
        - button "Undo"
    """)


def test_choices_are_two_questions_and_a_change_is_told(reading: Open) -> None:
    page = reading("settings, saved")
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(page.get_by_role("main")).to_match_aria_snapshot("""
      - main:
        - heading "Your choices" [level=1]
        - status: Saved. It holds from now on.
        - group "What may we send you?":
          - checkbox "Articles"
          - checkbox "Session notices" [checked]
        - group "How often do you want articles?":
          - radio "Each one, when it is new"
          - radio /One letter a week/ [checked]
          - radio "One letter a month"
        - button "Save my choices"
        - region "Pause":
          - heading "Pause" [level=2]
    """)


def test_search_is_a_landmark_and_its_answer_has_a_heading(reading: Open) -> None:
    page = reading("search, found")
    expect(page.get_by_role("main")).to_match_aria_snapshot("""
      - main:
        - heading "Search" [level=1]
        - search:
          - searchbox "Search the articles": overdose
          - button "Search"
        - region /article/:
          - heading /article/ [level=2]
          - list:
            - listitem:
              - article:
                - heading [level=3]:
                  - link
    """)
    assert "overdose" not in page.title()


def test_nothing_found_says_so_and_shows_other_ways(reading: Open) -> None:
    page = reading("search, nothing found")
    region = page.get_by_role("region", name="Nothing found")
    expect(region.get_by_role("heading", level=2)).to_have_text("Nothing found")
    expect(region).to_contain_text("Do you need somebody now?")
    assert page.get_by_role("main").get_by_role("link").count() > 3


def test_an_article_begins_with_the_ways_out_and_has_one_heading_of_its_own(reading: Open) -> None:
    page = reading("an article with everything")
    first = page.locator("a").all()[:2]
    assert [link.inner_text() for link in first] == ["Skip to the words", "Leave this site"]
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    levels = page.eval_on_selector_all(
        "h1, h2, h3, h4", "all => all.map((one) => Number(one.tagName[1]))"
    )
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    names = page.get_by_role("navigation").evaluate_all("all => all.map((one) => one.ariaLabel)")
    assert len(set(names)) == len(names)
    expect(page.get_by_role("status")).to_have_count(2)  # Presses of Shift, and "Copied."
