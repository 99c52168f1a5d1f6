"""The first owner, and the owner who forgot: let in by a code from the server's own console."""

import secrets
import unicodedata
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hrsite import addresses, tokens
from hrsite.accounts import auditing, passwords, signing_in, tries
from hrsite.accounts.models import Account, SetUpCode

# No letter that looks like another one when it is read off a screen: 0 O, 1 I L, 5 S, 8 B, 2 Z.
LETTERS = "ACDEFGHJKMNPQRTUVWXY34679"
GROUPS, GROUP_LENGTH = 4, 5  # 20 of 25 letters: 92 bits.
LASTS = timedelta(hours=24)
# Readers see it: no longer than the page of her site takes it.
LONGEST_NAME = 80


class WrongSetUpCode(Exception):
    """This code was never made, or is used, or too old."""


class BadName(ValueError):
    """This name is empty, too long, or holds a character nobody can see."""


class EmailTaken(Exception):
    """Another account has this address."""


def needs_owner(session: Session) -> bool:
    """Is this site new, with nobody who may come in?"""
    return session.scalar(select(Account.id).where(Account.is_owner).limit(1)) is None


def make_code(session: Session, now: datetime) -> str:
    """A fresh code, good once and for 24 hours; codes made before stop working."""
    session.execute(delete(SetUpCode))
    plain = "".join(secrets.choice(LETTERS) for _ in range(GROUPS * GROUP_LENGTH))
    session.add(SetUpCode(code_hash=_code_hash(plain), made_at=now, ends_at=now + LASTS))
    auditing.record(session, "set_up_code_made", now=now)
    return "-".join(plain[at : at + GROUP_LENGTH] for at in range(0, len(plain), GROUP_LENGTH))


def set_up(
    session: Session, code: str, name: str, email: str, password: str, now: datetime
) -> Account:
    """Make the first owner, or let the owner choose name, address and password anew.

    Everybody who was signed in as the owner is signed out. Raises WrongSetUpCode first of all,
    then BadName, BadAddress, WeakPassword or EmailTaken; after these the code still works.
    """
    found = session.scalar(
        select(SetUpCode).where(SetUpCode.code_hash == _code_hash(code), SetUpCode.ends_at > now)
    )
    if found is None:
        raise WrongSetUpCode
    name, key = _checked_name(name), addresses.check(email).key
    passwords.judge_password(password, signing_in.words_about(name, key))
    owner = session.scalar(select(Account).where(Account.is_owner).order_by(Account.id).limit(1))
    holder = session.scalar(select(Account).where(Account.email == key))
    if holder is not None and holder is not owner:
        raise EmailTaken
    _use_up(session, found)
    kind = "owner_let_in" if owner else "set_up"
    owner = owner or Account(is_owner=True, created_at=now)
    owner.name, owner.email = name, key
    owner.password_hash = passwords.hash_password(password)
    session.add(owner)
    session.flush()
    signing_in.end_all_sessions(session, owner)
    auditing.record(session, kind, now=now, account_id=owner.id, account_key=tries.account_key(key))
    return owner


def _use_up(session: Session, code: SetUpCode) -> None:
    """Take the code away; of two people with the same code, only one finds it there."""
    taken = session.execute(
        delete(SetUpCode).where(SetUpCode.id == code.id).returning(SetUpCode.id)
    ).first()
    if taken is None:
        raise WrongSetUpCode


def _code_hash(code: str) -> str:
    """The hash of a code however it was typed: small letters, spaces or no hyphens."""
    return tokens.fingerprint("".join(letter for letter in code.upper() if letter.isalnum()))


def _checked_name(name: str) -> str:
    tidy = " ".join(unicodedata.normalize("NFC", name).split()) if len(name) < 1000 else name
    if not tidy:
        raise BadName("Please type your name, as readers should see it.")
    if len(tidy) > LONGEST_NAME:
        raise BadName(f"This name is too long. It can have {LONGEST_NAME} letters.")
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn") for letter in tidy):
        raise BadName("There is a hidden character in this name. Please type it again by hand.")
    return tidy
