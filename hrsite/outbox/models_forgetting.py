"""How many copies a message had whose rows are gone: numbers without a person."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.extensions import Base
from hrsite.receipt import nobody


class ForgottenCopies(Base):
    """Of a message, how many copies ended in one way, when the rows of who they went to are gone.

    With them its numbers still add up, and its page still says why letters were refused.
    """

    __tablename__ = "forgotten_copies"
    shows_on_pages = False
    holds = nobody("message_id what reason count")

    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_messages.id"), primary_key=True)
    # A DeliveryState; or "came_back", for those that a bounce came for.
    what: Mapped[str] = mapped_column(String(20), primary_key=True)
    # Why it was refused, in our own words; or the kind of bounce.
    reason: Mapped[str] = mapped_column(String(120), primary_key=True)
    count: Mapped[int]
