"""The house keeps its own law, and the law notices when it does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import house_habits, house_law, house_source
from tests.house_law import Rule

HERE = Path(__file__).parents[1]

# A rule, and a file that breaks it.
BREACHES: list[tuple[Rule, str, str]] = [
    (
        house_law.imports_go_down_a_floor_or_back_along_the_row,
        "hrsite/addresses.py",
        "from hrsite.posts.models import Post",
    ),
    (
        house_law.imports_go_down_a_floor_or_back_along_the_row,
        "hrsite/texts/markup.py",
        "from hrsite.posts.models import Post",
    ),
    (
        house_law.imports_go_down_a_floor_or_back_along_the_row,
        "hrsite/posts/models.py",
        "from hrsite.posts import listing",
    ),
    (
        house_law.imports_go_down_a_floor_or_back_along_the_row,
        "hrsite/posts/listing.py",
        "from hrsite.newsletter import audience",
    ),
    (
        house_law.imports_go_down_a_floor_or_back_along_the_row,
        "hrsite/posts/publishing.py",
        "from hrsite.newsletter.models import Issue",
    ),
    (
        house_law.imports_go_down_a_floor_or_back_along_the_row,
        "hrsite/posts/publishing.py",
        "from ..newsletter.models import Issue",
    ),
    (
        house_law.imports_go_down_a_floor_or_back_along_the_row,
        "hrsite/newsletter/views.py",
        "import hrsite.posts.views",
    ),
    (
        house_law.imports_go_down_a_floor_or_back_along_the_row,
        "hrsite/worker.py",
        "from hrsite.posts.views import posts",
    ),
    (
        house_law.imports_go_down_a_floor_or_back_along_the_row,
        "hrsite/posts/desk.py",
        "from hrsite import create_app",
    ),
    (house_law.nothing_imports_in_a_circle, "hrsite/clock.py", "import hrsite.addresses"),
    (house_law.every_folder_stands_in_the_row, "hrsite/payments/models.py", "PRICE = 0"),
    (house_law.a_feature_s_init_is_empty, "hrsite/posts/__init__.py", "PAGE = 10"),
    (
        house_law.nothing_is_imported_for_type_checking_only,
        "hrsite/posts/listing.py",
        "from typing import TYPE_CHECKING",
    ),
    (
        house_law.nothing_is_imported_for_type_checking_only,
        "hrsite/posts/listing.py",
        "import typing\nif typing.TYPE_CHECKING:\n    import flask",
    ),
    (
        house_law.only_heavy_libraries_are_imported_in_functions,
        "hrsite/posts/listing.py",
        "def published() -> None:\n    # Later.\n    from hrsite.clock import zone",
    ),
    (
        house_law.only_heavy_libraries_are_imported_in_functions,
        "hrsite/media/shrinking.py",
        "def shrink() -> None:\n    from PIL import Image",
    ),
    (
        house_law.only_heavy_libraries_are_imported_in_functions,
        "hrsite/media/shrinking.py",
        "x = 1  # One.\ndef shrink() -> None:\n    from PIL import Image\n    import mrml  # Slow.",
    ),
    (
        house_law.only_doors_make_blueprints,
        "hrsite/posts/listing.py",
        "from flask import Blueprint\nposts = Blueprint('posts', __name__)",
    ),
    (house_law.only_doors_commit, "hrsite/posts/publishing.py", "db.session.commit()"),
    (
        house_law.only_doors_read_the_request,
        "hrsite/posts/publishing.py",
        "from flask import current_app, request",
    ),
    (house_habits.files_are_short, "hrsite/posts/listing.py", "x = 1\n" * 301),
    (house_habits.files_are_short, "templates/posts/show.html", "<p>\n" * 301),
    (
        house_habits.functions_fit_a_screen,
        "hrsite/posts/listing.py",
        "def published() -> None:\n" + "    print()\n" * 40,
    ),
    (house_habits.files_say_what_they_are_for, "hrsite/posts/listing.py", "x = 1"),
    (house_habits.files_are_named_for_their_job, "hrsite/posts/utils.py", "x = 1"),
    (house_habits.files_are_named_for_their_job, "tests/mail_helpers.py", "x = 1"),
    (house_habits.names_use_the_words_of_the_house, "hrsite/newsletter/campaigns.py", "CAMPAIGN=1"),
    (
        house_habits.names_use_the_words_of_the_house,
        "hrsite/newsletter/models.py",
        "class MailCampaign: pass",
    ),
    (
        house_habits.names_use_the_words_of_the_house,
        "hrsite/newsletter/issues.py",
        "def issue(*, user_count: int) -> None: pass",
    ),
    (
        house_habits.names_use_the_words_of_the_house,
        "hrsite/newsletter/issues.py",
        "issue.opt_out_at = None",
    ),
    (
        house_habits.only_the_clock_reads_the_clock,
        "hrsite/posts/views.py",
        "import datetime\nx = datetime.datetime.now(datetime.UTC)",
    ),
    (
        house_habits.only_the_clock_reads_the_clock,
        "hrsite/posts/views.py",
        "import time\nx = time.time()",
    ),
    (house_habits.only_the_clock_reads_the_clock, "hrsite/keys.py", "from time import time"),
    (
        house_habits.jobs_are_told_the_time,
        "hrsite/posts/publishing.py",
        "from hrsite import clock\nx = clock.now()",
    ),
    (
        house_habits.jobs_are_told_the_time,
        "hrsite/posts/publishing.py",
        "from hrsite.clock import now",
    ),
    (house_habits.nothing_is_unpickled, "hrsite/queue.py", "import pickle"),
    (
        house_habits.signatures_have_types,
        "hrsite/posts/listing.py",
        "def recent(count) -> int:\n    return count",
    ),
    (
        house_habits.signatures_have_types,
        "hrsite/posts/listing.py",
        "def recent(count: int):\n    return count",
    ),
    (house_habits.tests_use_the_real_thing, "tests/posts/test_x.py", "import unittest.mock"),
    (
        house_habits.tests_use_the_real_thing,
        "tests/posts/test_x.py",
        "import time\ntime.sleep(1)",
    ),
]
RULES = list(dict.fromkeys(rule for rule, _, _ in BREACHES))

# A small house in which all is well.
SOUND = {
    "hrsite/__init__.py": "def create_app() -> None:\n    from hrsite import doors  # Large.",
    "hrsite/doors.py": "import hrsite.posts.views\nimport hrsite.newsletter.desk",
    "hrsite/cli.py": "def serve() -> None:\n    # Slow to load.\n    import PIL, mrml",
    "hrsite/worker.py": "from hrsite.newsletter import audience",
    "hrsite/clock.py": "from datetime import UTC, datetime\nmoment = datetime.now(UTC)",
    "hrsite/addresses.py": "from hrsite import clock",
    "hrsite/posts/__init__.py": "",
    "hrsite/posts/models.py": "import hrsite.addresses",
    "hrsite/posts/listing.py": "from hrsite.posts.models import Post",
    "hrsite/posts/views.py": "from flask import request\nfrom hrsite.newsletter import audience",
    "hrsite/newsletter/__init__.py": "",
    "hrsite/newsletter/models.py": "from hrsite.posts.models import Post",
    "hrsite/newsletter/audience.py": "from hrsite.posts import listing",
    "hrsite/newsletter/desk.py": "from hrsite.clock import now\ndb.session.commit()",
    "hrsite/outbox/delivering.py": "db.session.commit()",
    "tests/posts/test_listing.py": "from hrsite.posts import listing",
}


def build(root: Path, files: dict[str, str]) -> None:
    for place, source in files.items():
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'"""What it is for."""\n{source}' if source else "")


@pytest.fixture(scope="module", autouse=True)
def put_away() -> Iterator[None]:
    """What was read of the house is of no use to other tests, and not small."""
    yield
    house_source.read.cache_clear()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_law(rule: Rule) -> None:
    assert rule(HERE) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_sound_house_is_not_blamed(rule: Rule, tmp_path: Path) -> None:
    build(tmp_path, SOUND)
    assert rule(tmp_path) == []


@pytest.mark.parametrize(("rule", "place", "source"), BREACHES)
def test_a_breach_is_named(rule: Rule, place: str, source: str, tmp_path: Path) -> None:
    build(tmp_path, SOUND)
    says_what_it_is_for = rule is not house_habits.files_say_what_they_are_for
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'"""What it is for."""\n{source}' if says_what_it_is_for else source)
    breaches = rule(tmp_path)
    assert len(breaches) == 1
    assert place.removesuffix(".py").split("/")[1] in breaches[0]


def test_every_rule_has_been_seen_to_fail() -> None:
    written = {
        name
        for kept in (house_law, house_habits)
        for name, rule in vars(kept).items()
        if callable(rule) and "_" in name and name[0] != "_" and rule.__module__ == kept.__name__
    }
    assert written == {rule.__name__ for rule in RULES}
