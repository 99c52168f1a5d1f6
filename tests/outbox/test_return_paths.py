"""Each copy has a return path of its own, which nobody else can make up."""

import hypothesis
import pytest
from environs import ValidationError
from hypothesis import strategies

from hrsite import setting_rules
from hrsite.addresses import LONGEST, wire_form
from hrsite.columns import LARGEST_ID
from hrsite.outbox.return_paths import LONGEST_MAILBOX, Claim, ReturnPaths

SECRET = "s" * 43
LETTER = "0123456789abcdef" * 2
PATHS = ReturnPaths("bounces@example.org", SECRET)
NUMBERS = strategies.integers(1, LARGEST_ID)


def is_read_as_ours(paths: ReturnPaths, address: str, letter_id: str = LETTER) -> bool:
    claim = paths.read(address)
    return claim is not None and paths.is_ours(claim, letter_id)


@hypothesis.given(number=NUMBERS, letter=strategies.text("0123456789abcdef", min_size=32))
def test_what_was_written_is_read_back(number: int, letter: str) -> None:
    address = PATHS.return_path_for(number, letter)
    assert address is not None
    claim = PATHS.read(address)
    assert claim is not None
    assert claim.delivery_id == number
    assert PATHS.is_ours(claim, letter)


def test_it_is_an_address_that_any_mail_server_takes() -> None:
    longest = ReturnPaths(f"{'b' * LONGEST_MAILBOX}@example.org", SECRET)
    address = longest.return_path_for(2**63 - 1, LETTER)
    assert address is not None
    assert len(address.partition("@")[0]) == 64
    assert wire_form(address) == address
    assert setting_rules.LONGEST_BOUNCE_MAILBOX == LONGEST_MAILBOX


@pytest.mark.parametrize("ending", ["example", "faß.de"])
def test_a_long_domain_leaves_room_for_the_tag_or_is_refused_in_words(ending: str) -> None:
    domain = ".".join(["d" * 39] * 5 + [ending])
    room = setting_rules.LONGEST_BOUNCE_ADDRESS - len(wire_form(f"b@{domain}"))
    longest = f"{'b' * (room + 1)}@{domain}"
    setting_rules.bounce_address(longest)
    address = ReturnPaths(longest, SECRET).return_path_for(2**63 - 1, LETTER)
    assert address is not None
    assert len(address) == LONGEST
    with pytest.raises(ValidationError, match="at most 217 letters"):
        setting_rules.bounce_address(f"b{longest}")


def test_a_domain_in_any_script_is_spelled_for_the_wire() -> None:
    paths = ReturnPaths("bounces@faß.de", SECRET)
    address = paths.return_path_for(7, LETTER)
    assert address is not None
    assert address.endswith("@xn--fa-hia.de")
    assert is_read_as_ours(paths, address)


@pytest.mark.parametrize("change", [str.upper, str.lower, "<{}>".format, " {} ".format])
def test_a_mail_server_may_change_case_and_brackets(change: object) -> None:
    address = PATHS.return_path_for(7, LETTER)
    assert callable(change)
    assert is_read_as_ours(PATHS, change(address))


def test_a_mailbox_may_have_a_plus_itself() -> None:
    paths = ReturnPaths("Coach+bounces@Example.org", SECRET)
    address = paths.return_path_for(7, LETTER)
    assert address is not None
    assert address.startswith("Coach+bounces+7.")
    assert is_read_as_ours(paths, address)


def test_without_a_bounce_address_there_is_none() -> None:
    none = ReturnPaths("", SECRET)
    assert none.return_path_for(7, LETTER) is None
    assert none.read(f"+7.{'a' * 16}@") is None


@hypothesis.given(signature=strategies.text("abcdefghijklmnopqrstuvwxyz234567", min_size=16))
def test_a_made_up_signature_is_not_ours(signature: str) -> None:
    assert not is_read_as_ours(PATHS, f"bounces+7.{signature[:16]}@example.org")


def test_a_signature_holds_for_one_copy_one_letter_one_secret_alone() -> None:
    address = PATHS.return_path_for(7, LETTER)
    assert address is not None
    assert not is_read_as_ours(PATHS, address.replace("+7.", "+8."))
    assert not is_read_as_ours(PATHS, address, LETTER[::-1])
    assert not is_read_as_ours(ReturnPaths("bounces@example.org", SECRET[1:]), address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "bounces@example.org",
        "bounces+@example.org",
        f"bounces+.{'a' * 16}@example.org",
        f"bounces+07.{'a' * 16}@example.org",
        f"bounces+٧.{'a' * 16}@example.org",
        f"bounces+7.{'a' * 15}@example.org",
        f"bounces+7.{'a' * 17}@example.org",
        f"bounces+7.{'a' * 16}@example.net",
        f"other+7.{'a' * 16}@example.org",
        f"bounces+{LARGEST_ID + 1}.{'a' * 16}@example.org",
        f"bounces+{'9' * 19}.{'a' * 16}@example.org",
        f"bounces+{'9' * 400}.{'a' * 16}@example.org",
    ],
)
def test_what_is_no_return_path_is_not_read_as_one(address: str) -> None:
    assert PATHS.read(address) is None


@hypothesis.given(strategies.text())
def test_nothing_that_arrives_can_make_it_stumble(address: str) -> None:
    assert PATHS.read(address) is None
    assert not PATHS.is_ours(Claim(1, address), LETTER)
