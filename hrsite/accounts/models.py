"""Who may come to the desk, where they are signed in, and what was done there."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hrsite.columns import UTCDateTime
from hrsite.extensions import Base
from hrsite.receipt import Kept, nobody, of_coach

UNTIL_TAKEN_AWAY = "Until the account is taken away"


class Account(Base):
    """The coach, or her helper."""

    __tablename__ = "accounts"
    shows_on_pages = False
    holds = of_coach(
        "Who may sign in",
        1,
        Kept("name email", "A name and an email address", "To sign in", UNTIL_TAKEN_AWAY),
        Kept(
            "password_hash",
            "A mark made from the password",
            "To check it",
            UNTIL_TAKEN_AWAY,
            is_secret=True,
        ),
        Kept("is_owner created_at", "Whose site it is, since when", "To know", UNTIL_TAKEN_AWAY),
        of_nobody="id",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    # Folded to lower case, for the coach types it on a phone that likes capitals.
    email: Mapped[str] = mapped_column(String(320), unique=True)
    password_hash: Mapped[str] = mapped_column(String(300))
    is_owner: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class DeskSession(Base):
    """One browser that is signed in. The cookie holds the token, the row only its hash."""

    __tablename__ = "desk_sessions"
    shows_on_pages = False
    holds = of_coach(
        "Who is signed in",
        2,
        Kept(
            "account_id token_hash is_kept started_at seen_at ends_at",
            "Each browser that is signed in, and until when",
            "To keep it signed in, and to end it",
            "30 days at most",
        ),
        of_nobody="id",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    is_kept: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)

    account: Mapped[Account] = relationship()


class SetUpCode(Base):
    """The one-time code that lets the first owner in, or lets her in again; kept as a hash."""

    __tablename__ = "set_up_codes"
    shows_on_pages = False
    holds = nobody("id code_hash made_at ends_at")

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AuditEvent(Base):
    """What was done at the desk. Append-only; holds no subscriber's address and no text."""

    __tablename__ = "audit_events"
    shows_on_pages = False
    holds = of_coach(
        "What was done at the desk",
        3,
        Kept(
            "happened_at kind account_id detail",
            "What was done, when, by whom. No reader’s address",
            "To see who did what",
            "One year",
        ),
        Kept(
            "account_key network_key",
            "Marks made from a name and a network",
            "To stop somebody who guesses passwords",
            "One year",
            is_secret=True,
        ),
        of_nobody="id",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    happened_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    kind: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[int | None]
    # Keyed hashes: enough to count tries, too little to tell who or from where.
    account_key: Mapped[str | None] = mapped_column(String(64))
    network_key: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(String(200), default="")
