"""Who may come to the desk, where they are signed in, and what was done there."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hrsite.columns import UTCDateTime
from hrsite.extensions import Base


class Account(Base):
    """The coach, or her helper."""

    __tablename__ = "accounts"
    shows_on_pages = False

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

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AuditEvent(Base):
    """What was done at the desk. Append-only; holds no subscriber's address and no text."""

    __tablename__ = "audit_events"
    shows_on_pages = False

    id: Mapped[int] = mapped_column(primary_key=True)
    happened_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    kind: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[int | None]
    # Keyed hashes: enough to count tries, too little to tell who or from where.
    account_key: Mapped[str | None] = mapped_column(String(64))
    network_key: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(String(200), default="")
