"""What may be wrong with a page that is open, in every look a reader may give it."""

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
OWN = (Path(__file__).parent / "judging.js").read_text()
# Nothing of ours turns with the screen: no need to fetch the styles a second time to see that.
RULES = {
    "color-contrast": {"enabled": False},
    "color-contrast-enhanced": {"enabled": False},
    "css-orientation-lock": {"enabled": False},
}
# 7:1 (WCAG 1.4.6) in place of 4.5:1. Two thirds of all that axe takes; judging.js measures it in
# every look.
WITH_CONTRAST = RULES | {"color-contrast-enhanced": {"enabled": True}}
RUN = """async (rules) => {
  const told = { preload: false, elementRef: false, resultTypes: ["violations"] };
  const found = await axe.run({ rules, ...told });
  return found.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`
    + ` ${one.nodes[0].any.map((why) => why.message).join(" ").slice(0, 200)}`);
}"""
SIZE = "(size) => { document.documentElement.style.fontSize = size; }"
WIDE, SMALLEST = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
# On paper nobody can press anything.
PRESSED = """() => [...document.querySelectorAll(
  "nav, button, select, input:not([readonly], [type=hidden]), .strip, .foot")]
  .filter((one) => one.checkVisibility() && !one.closest(".aside"))
  .map((one) => `on paper: ${one.outerHTML.slice(0, 60)}`)"""
# One load serves all looks: the page answers to each as it changes.
LOOKS: dict[str, dict[str, Any]] = {
    "light": {
        "view": WIDE,
        "media": {"color_scheme": "light", "forced_colors": "none"},
        "rules": WITH_CONTRAST,
    },
    "dark, 320 px": {"view": SMALLEST, "media": {"color_scheme": "dark", "forced_colors": "none"}},
    "forced colours, 320 px, 200 %": {
        "view": SMALLEST,
        "media": {"color_scheme": "dark", "forced_colors": "active"},
        "size": "200%",
    },
    "200 %": {"view": WIDE, "media": {"color_scheme": "light"}, "size": "200%", "rules": None},
}
# The desk has tables and long rows of buttons: twice as large on half a telephone is too much.
DESK_LOOKS = {
    name: look | ({"size": ""} if look["view"] == SMALLEST else {}) for name, look in LOOKS.items()
}


def faults_on_paper(page: Page, name: str) -> list[str]:
    """What a printer would put on paper in vain."""
    page.emulate_media(media="print")
    faults = [f"{name}, {fault}" for fault in page.evaluate(PRESSED)]
    page.emulate_media(media="screen")
    return faults


def faults_of(page: Page, name: str, looks: dict[str, dict[str, Any]] = LOOKS) -> list[str]:
    """What axe and we find, in every look."""
    page.evaluate(AXE)
    faults = []
    for look, wanted in looks.items():
        page.set_viewport_size(wanted["view"])
        page.emulate_media(**wanted["media"])
        page.evaluate(SIZE, wanted.get("size", ""))
        found = page.evaluate(OWN)
        if (rules := wanted.get("rules", RULES)) is not None:
            found += page.evaluate(RUN, rules)
        faults += [f"{name}, {look}: {fault}" for fault in found]
    page.emulate_media(color_scheme="light", forced_colors="none")
    page.set_viewport_size(WIDE)
    return faults
