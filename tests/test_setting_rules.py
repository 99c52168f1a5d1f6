"""What a setting may hold: where links of ours may lead, what a header may be called."""

from pathlib import Path

import pytest

from hrsite import config, setting_rules


@pytest.mark.parametrize(
    "target",
    ["javascript:alert(1)", "data:text/html,x", "//elsewhere", "https://a b", 'https://"', "x"],
)
def test_no_link_setting_can_hold_a_script(target: str) -> None:
    with pytest.raises(setting_rules.ValidationError):
        setting_rules.link(target)


@pytest.mark.parametrize(
    "target",
    ["mailto:me@example.org", "tel:5550100", "sms:5550100", "/about", "//elsewhere", "https://",
     "https:///path", "http://[", "https://a b", "javascript:alert(1)", "wikipedia.org"],
)  # fmt: skip
def test_the_way_out_leads_to_a_page_of_another_site_or_says_what_it_wants(target: str) -> None:
    with pytest.raises(setting_rules.ValidationError, match="begin with https:// or http://"):
        setting_rules.elsewhere(target)


@pytest.mark.parametrize(
    "target", ["", "https://www.wikipedia.org/", "HTTP://weather.example:80/x"]
)
def test_the_way_out_may_lead_anywhere_on_the_web_or_be_taken_away(target: str) -> None:
    setting_rules.elsewhere(target)


@pytest.mark.parametrize(
    "name", ["", "Resend-Idempotency-Key", "x-idempotency", "Idempotency-" + "K" * 64]
)
def test_a_mail_service_may_know_a_letter_by_a_header_of_its_own(name: str) -> None:
    setting_rules.idempotency_header(name)


@pytest.mark.parametrize(
    "name",
    ["To", "Message-ID", "List-Unsubscribe", "X-Key", "Idempotency-Key:", "Idempotency\r\nBcc",
     "an Idempotency-Key", "Idempotency-" + "K" * 65, "Idempotency-Schlüssel"],
)  # fmt: skip
def test_no_setting_can_say_something_else_in_each_letter(name: str) -> None:
    with pytest.raises(setting_rules.ValidationError, match="such as Resend-Idempotency-Key"):
        setting_rules.idempotency_header(name)


@pytest.mark.parametrize("tag", ["en", "fr", "pt-BR", "zh-Hant-TW", "sr-Latn", "de-1996", "gsw"])
def test_a_site_has_its_language_by_its_tag(tag: str) -> None:
    setting_rules.language(tag)


@pytest.mark.parametrize(
    "words",
    ["", "English", "french", "en_CA.UTF-8", "en, fr", "e", "en-", "fr\nBcc: x", "日本語",
     "en-" + "x1-" * 12 + "x1"],
)  # fmt: skip
def test_a_language_that_nobody_would_know_is_refused_at_the_start(
    words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SITE_LANGUAGE", words)
    with pytest.raises(config.WrongSettings, match="SITE_LANGUAGE: must be a language"):
        config.read_settings({"MODE": "development", "DATA_DIR": tmp_path})
