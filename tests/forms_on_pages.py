"""Every form a page shows: where it goes, and what it would send if nobody touched it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class ShownForm:
    """One form; `fields` are names and values as they stand, `kinds` what each field is."""

    action: str
    method: str
    is_multipart: bool = False
    fields: list[tuple[str, str]] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)


def forms_in(page: str, address: str) -> list[ShownForm]:
    """The forms of a page that was found at an address."""
    reader = _Reader(address)
    reader.feed(page)
    return reader.found


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.found: list[ShownForm] = []
        self.area: str | None = None
        self.words = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.found.append(
                ShownForm(
                    said.get("action") or self.address,
                    said.get("method", "get").upper(),
                    "multipart" in said.get("enctype", ""),
                )
            )
        elif self.found and tag == "textarea":
            self.area, self.words = said.get("name"), ""
        elif self.found and tag in ("input", "button", "select") and said.get("name"):
            self._take(said["name"], said.get("type", "text"), said.get("value", ""))

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            self._take(self.area, "textarea", self.words)
            self.area = None

    def _take(self, name: str, kind: str, value: str) -> None:
        form = self.found[-1]
        form.kinds[name] = kind
        if kind not in ("file", "submit"):
            form.fields.append((name, value))
