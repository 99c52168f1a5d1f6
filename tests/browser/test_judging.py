"""What judges our pages sees what is wrong with one."""

import pytest
from playwright.sync_api import Browser

from tests.browser.judging import DESK_LOOKS, faults_of

FINE = """<!DOCTYPE html><html lang="en"><title>A page</title><style>
  html { color-scheme: light dark; } a { display: inline-block; padding: 1rem; color: inherit; }
  .faint { color: #767676; } .low { padding: 0; } .wide { width: 120vw; }
  @media (prefers-color-scheme: dark) { .night { color: #555; } }
</style><main><h1>Words</h1><p><a class="WRONG" href="/">A link</a></p></main>"""


@pytest.mark.parametrize(
    ("wrong", "looks", "words"),
    [
        ("", 0, ""),
        ("faint", 2, "color-contrast-enhanced"),
        ("night", 1, ':1 "A link"'),
        ("low", 4, "a target of"),
        ("wide", 4, "scrolls sideways"),
    ],
)
def test_it_sees_what_is_wrong_in_the_look_that_has_it(
    browser: Browser, wrong: str, looks: int, words: str
) -> None:
    page = browser.new_context().new_page()
    page.set_content(FINE.replace("WRONG", wrong))
    found = faults_of(page, "page", DESK_LOOKS)
    assert len({fault.split(": ")[0] for fault in found}) == looks, found
    assert any(words in fault for fault in found) == bool(wrong)
    page.context.close()
