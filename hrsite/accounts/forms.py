"""The shape of what is typed to sign in, to set up, and to change a password."""

import json
from typing import Any

from wtforms import BooleanField, EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from hrsite import addresses
from hrsite.accounts import passwords, setting_up
from hrsite.shaping import Form

NEEDED = "Please fill this in."
MOST_HELD = 100


class SignInForm(Form):
    """Who are you? And, when a form was sent too late, the words that were in it."""

    email = EmailField(
        "Email address",
        [InputRequired(NEEDED), Length(max=addresses.LONGEST, message=addresses.TOO_LONG)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        "Password",
        [InputRequired(NEEDED), Length(max=passwords.LONGEST, message="No password is this long.")],
        render_kw={"autocomplete": "current-password"},
    )
    keep = BooleanField("Keep me signed in for 30 days (only on your own phone or computer)")
    held = HiddenField()
    wanted = HiddenField()  # The path of the desk somebody was on the way to.

    def held_pairs(self) -> list[tuple[str, str]]:
        """The names and values somebody sent when her session was over; none when unreadable."""
        try:
            pairs: Any = json.loads(self.held.data or "[]")
        except (ValueError, RecursionError):
            return []
        if not isinstance(pairs, list) or len(pairs) > MOST_HELD:
            return []
        if not all(
            isinstance(pair, list) and list(map(type, pair)) == [str, str] for pair in pairs
        ):
            return []
        return [(name, value) for name, value in pairs]


class SetUpForm(Form):
    """The code from the console, and who the owner is."""

    code = StringField(
        "One-time code",
        [InputRequired(NEEDED), Length(max=80, message="A code has 20 letters and numbers.")],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters"},
    )
    name = StringField(
        "Your name, as readers see it",
        [InputRequired(NEEDED), Length(max=setting_up.LONGEST_NAME)],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        "Email address you will sign in with",
        [InputRequired(NEEDED), Length(max=addresses.LONGEST, message=addresses.TOO_LONG)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        "New password",
        [InputRequired(NEEDED), Length(max=passwords.LONGEST, message=passwords.TOO_LONG)],
        render_kw={"autocomplete": "new-password"},
    )


class PasswordForm(Form):
    """The old password, and the new one."""

    current_password = PasswordField(
        "Password you have now",
        [InputRequired(NEEDED), Length(max=passwords.LONGEST, message="No password is this long.")],
        render_kw={"autocomplete": "current-password"},
    )
    new_password = PasswordField(
        "New password",
        [InputRequired(NEEDED), Length(max=passwords.LONGEST, message=passwords.TOO_LONG)],
        render_kw={"autocomplete": "new-password"},
    )
