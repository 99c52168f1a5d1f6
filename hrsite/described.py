"""What a site says of itself, as pages and letters need to know it. Plain data."""

from dataclasses import dataclass

from hrsite import clock

# Where her own words on booking stand, when there is no link.
BOOKING_PATH = "/call"
# What the site calls its coach before anybody has named her.
NOBODY_NAMED = "Your coach"


@dataclass(frozen=True)
class Help:
    """One line of who helps right now. The links are there when the number can be dialled."""

    who: str
    number: str = ""
    hours: str = ""
    url: str = ""
    call_url: str = ""
    text_url: str = ""

    @property
    def ways(self) -> str:
        """How to reach them, in words for where nothing can be pressed: "call or text 555 0100"."""
        wanted = (("call", self.call_url), ("text", self.text_url))
        verbs = " or ".join(verb for verb, link in wanted if link)
        return f"{verbs} {self.number}".strip()

    @property
    def words(self) -> str:
        """All of it in one line of plain text."""
        head = f"{self.who}: {self.ways}" if self.ways else self.who
        return f"{head}, {self.hours}" if self.hours else head


@dataclass(frozen=True)
class ShownPicture:
    """A picture, as far as a page needs to know it."""

    name: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class Site:
    """What the coach has said about her site."""

    name: str
    tagline: str
    coach_name: str
    base_url: str
    zone_key: str
    language: str
    mail_is_real: bool
    # Empty: "Leave this site" is not shown.
    exit_url: str
    help_lines: tuple[Help, ...] = ()
    book_url: str = ""
    book_text: str = ""
    book_words: str = "Book a free call"
    about_line: str = ""
    portrait: ShownPicture | None = None
    shows_views: bool = False
    # A chat that shows a shared link shows a picture: with the article's title in it, or without.
    cards_name_articles: bool = False
    postal_address: str = ""
    # A colour such as #80301a, for light pages. Empty: the one in site.css.
    accent: str = ""
    # Where answers to letters go. Empty: to the sender.
    reply_to: str = ""
    # The name plain letters come from, when somebody has chosen one.
    chosen_discreet_name: str = ""

    @property
    def zone_name(self) -> str:
        """The zone all times are written in, as people say it."""
        return clock.spoken(self.zone_key)

    @property
    def book_link(self) -> str:
        """Where the booking button leads: her link, or the page with her words. Empty: nowhere."""
        return self.book_url or (BOOKING_PATH if self.book_text else "")

    @property
    def discreet_name(self) -> str:
        """Who plain letters come from: a first name tells an onlooker nothing."""
        first = (self.coach_name.removeprefix(NOBODY_NAMED).split() or ["Notes"])[0]
        return self.chosen_discreet_name or first
