"""Hands without a pointer: Tab from one thing to the next, and look at each on the way."""

from playwright.sync_api import Page

MOST_PRESSES = 90
# The ring of what has the focus: its width, and whether it is in sight and not under the strip.
FOCUS = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const style = getComputedStyle(one), cover = getComputedStyle(one, "::after");
  const ring = style.outlineStyle === "none" ? cover : style;
  const strip = document.querySelector(".strip").getBoundingClientRect();
  return {
    name: one.labels?.[0]?.innerText || one.innerText || one.ariaLabel || one.id || one.tagName,
    ring: ring.outlineStyle === "none" ? 0 : parseFloat(ring.outlineWidth),
    seen: box.bottom > 0 && box.top < innerHeight,
    covered: !one.closest(".strip, .skip") && box.bottom <= strip.bottom,
  };
}"""


def tab_to(page: Page, name: str) -> list[str]:
    """Press Tab until this has the focus, and look at each thing on the way."""
    passed = []
    for _ in range(MOST_PRESSES):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        words = " ".join(found["name"].split())
        passed.append(words)
        assert found["ring"] >= 3, f"{words}: no ring of 3 px"
        assert found["seen"], f"{words}: out of sight"
        assert not found["covered"], f"{words}: under the strip"
        if words.startswith(name):
            return passed
    raise AssertionError(f"{name} is not reached: {passed}")


def follow(page: Page, name: str) -> None:
    """Go where a link leads, by the keyboard."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")
