"""What the demo has not: an article with everything, a past notice, readers with links."""

import itertools
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite import clock, tokens
from hrsite.media import storing
from hrsite.newsletter import asking
from hrsite.newsletter.models import Subscriber, SubscriptionState, Topic
from hrsite.newsletter.models_moving import AddressChange
from hrsite.settings import reading
from hrsite.texts import markdown
from tests import factories
from tests.media.picture_samples import as_bytes

LONG_TITLE = (
    "What to carry, whom to tell, and how long to stay when somebody near you has used alone"
    " and does not answer"
)
EVERYTHING = """
An opening with [a link elsewhere](https://example.org/help), [one of ours](/about), **weight**
and `naloxone`.

## What to carry

- Naloxone, two doses
- Gloves
  1. Nitrile
  2. Large

> Nobody ever got better by being shamed.

[How to pack a kit for the night](https://www.youtube.com/watch?v=packing)

### In numbers

| When | What | How long to stay beside them afterwards |
|---|---|---|
| At once | One dose | Three minutes |
| Then | A second dose | Four hours |

```
Call. Breathe for them. Stay. This line is long enough to need a box that scrolls on a small phone.
```

---

The end.
"""
# The secret part of the address of an article that went out by email only.
UNLISTED = "by-email-only-0123456a"
_numbers = itertools.count(1)


def arrange(session: Session, media: Path) -> None:
    """Add them to a filled site, all older than what it has, so that its first page stays."""
    now = clock.now()
    landscape = Image.linear_gradient("L").resize((1600, 900)).convert("RGB")
    picture = storing.store(
        session, as_bytes(landscape), alt="Rain on a window", is_decorative=False,
        folder=media, now=now,
    )  # fmt: skip
    figure = (
        f'<figure><img src="/media/{picture.name}.webp" alt="Rain on a window" width="1600"'
        ' height="900"><figcaption>A grey afternoon.</figcaption></figure>'
    )
    factories.make_post(
        session, title=LONG_TITLE, slug="with-everything", picture=picture,
        summary="", body_html=markdown.from_markdown(EVERYTHING) + figure,
        content_note="It speaks of an overdose.", tags=[factories.make_tag(session, "Readers ask")],
        published_at=now - timedelta(days=700), reviewed_at=now - timedelta(days=20),
    )  # fmt: skip
    factories.make_post(
        session, title="Hm", slug="shortest", summary="", body_html="<p>Yes.</p>",
        author_name="", published_at=now - timedelta(days=701),
    )  # fmt: skip
    factories.make_post(
        session, title="For the list alone", slug="~for-the-list-alone", published_at=None,
        unlisted_at=now - timedelta(days=702), unlisted_token=UNLISTED,
    )  # fmt: skip
    factories.make_notice(
        session, title="The spring group has ended", slug="spring-group-ended",
        starts_at=now - timedelta(days=300), ends_at=now - timedelta(days=300, hours=-1),
        published_at=now - timedelta(days=310),
    )  # fmt: skip
    asking.request_signup(session, "waits@example.org", [Topic.ARTICLES], "somewhere", now)
    words = reading.words(session)
    words.portrait = storing.store(
        session, as_bytes(landscape.resize((640, 640))), alt="Jordan by a window",
        is_decorative=False, folder=media, now=now,
    )  # fmt: skip
    session.commit()


def reader(session: Session, state: SubscriptionState = SubscriptionState.CONFIRMED) -> Subscriber:
    """Somebody with links of her own."""
    typed = f"looked.at.{next(_numbers)}@example.org"
    return factories.make_subscriber(session, typed, (Topic.ARTICLES, Topic.NOTICES), state)


def send(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Press a button of a form."""
    return client.post(path, data=fields)


def moving_to(session: Session, address: str) -> tuple[str, str]:
    """A reader wants her letters at another address: the tokens of the two letters about it."""
    move, stop = tokens.new_token(), tokens.new_token()
    now, person = clock.now(), reader(session)
    session.add(
        AddressChange(
            subscriber_id=person.id, address=address, asked_at=now, written_at=now,
            move_hash=tokens.fingerprint(move), stop_hash=tokens.fingerprint(stop),
        )
    )  # fmt: skip
    session.commit()
    return move, stop
