"""Starting and ending: one clear line when it cannot be, and nothing left behind."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hrsite import serving
from tests.browser.live import PATIENCE_SECONDS, LiveSite, live_site
from tests.outbox import backups
from tests.running_site import Running, are_gone, demo, free_port, offspring, until

NEEDS_PROC = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="no /proc here to see processes in"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One demo's data for all tests here: filling it takes a while."""
    return tmp_path_factory.mktemp("demo") / "data"


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize("command", ["start", "demo"])
def test_a_busy_port_is_told_in_one_line_and_ends_with_4(
    busy_port: int, tmp_path: Path, command: str
) -> None:
    more = ["--port", str(busy_port), "--folder", str(tmp_path)] if command == "demo" else []
    ended = subprocess.run(
        [sys.executable, "-m", "hrsite.cli", command, *more],
        cwd=tmp_path,
        env=os.environ
        | {"HRSITE_MODE": "development", "DATA_DIR": str(tmp_path), "PORT": str(busy_port)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 4
    assert ended.stderr == (
        f"Port {busy_port} on 127.0.0.1 cannot be used (Address already in use)."
        " Choose another one, such as PORT=8123.\n"
    )
    assert ended.stdout == ""


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid", "999.1.1.1"])
def test_a_host_that_is_not_ours_to_listen_on_is_told(host: str) -> None:
    with pytest.raises(serving.PortTaken, match="cannot be used"):
        serving.check_port(host, 8000)


def test_a_free_port_is_no_trouble() -> None:
    serving.check_port("127.0.0.1", free_port())


@NEEDS_PROC
def test_the_demo_works_from_any_folder_and_its_second_start_keeps_everything(
    folder: Path, tmp_path: Path
) -> None:
    with demo(folder, tmp_path) as site:
        first, before = site.said, titles(site)
        sign_up(site)
        assert until(lambda: any((folder / "mail").glob("*.eml")))
        refuses_a_long_body_in_chunks(site)
        speaks_no_http_2(site)
        ends_and_leaves_nobody_behind(site, signal.SIGTERM)
    (letter,) = (folder / "mail").glob("*.eml")
    assert b"new.reader@example.net" in letter.read_bytes()
    assert f"localhost:{site.port}/confirm/".encode() in letter.read_bytes()
    assert not (tmp_path / "data").exists()
    with demo(folder, tmp_path, site.port) as again:
        assert first.endswith(again.said)  # Only the first one has a database to bring up.
        assert titles(again) == before
        ends_and_leaves_nobody_behind(again, signal.SIGINT)


@NEEDS_PROC
def test_closing_the_window_ends_both(folder: Path, tmp_path: Path) -> None:
    with demo(folder, tmp_path) as site:
        ends_and_leaves_nobody_behind(site, signal.SIGHUP)


@NEEDS_PROC
def test_killing_the_first_process_ends_the_others_and_frees_the_port(
    folder: Path, tmp_path: Path
) -> None:
    with demo(folder, tmp_path) as site:
        all_of_them = offspring(site.process.pid)
        site.process.kill()
        assert len(all_of_them) == 3
        assert until(lambda: are_gone(all_of_them))
        serving.check_port("127.0.0.1", site.port)


@NEEDS_PROC
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_site_told_to_stop_while_its_processes_are_still_starting_stops(
    tmp_path: Path, number: signal.Signals
) -> None:
    site = LiveSite("serve", tmp_path, WEB_PROCESSES="2")
    try:
        # From here until it listens a process has no handler of its own yet.
        said = site.wait_for("'web_process_begins' number=2")
        assert "warning" not in said.lower()  # Of how the server is set: nothing for a coach.
        all_of_them = offspring(site.process.pid)
        site.process.send_signal(number)
        assert site.process.wait(PATIENCE_SECONDS) == 0
        assert until(lambda: are_gone(all_of_them))
    finally:
        with suppress(ProcessLookupError):
            os.killpg(site.process.pid, signal.SIGKILL)
        site.end()


@NEEDS_PROC
def test_a_dead_web_process_is_replaced_and_without_the_site_the_worker_ends(
    folder: Path, tmp_path: Path
) -> None:
    with demo(folder, tmp_path) as site:
        (web,) = offspring(site.children()["serve"])
        # Each web process is a copy of this one, and must not find a connection in it.
        assert open_databases(site.children()["serve"]) == []
        os.kill(web, signal.SIGKILL)
        assert until(lambda: are_gone([web]))
        assert until(lambda: offspring(site.children()["serve"]) not in ([], [web]))
        assert until(lambda: answers(site))
        all_of_them = offspring(site.process.pid)
        os.kill(site.children()["serve"], signal.SIGKILL)
        assert site.process.wait(40) != 0
        assert until(lambda: are_gone(all_of_them))


@NEEDS_PROC
def test_a_copy_put_in_the_databases_place_after_a_stop_stays_as_it_is(
    folder: Path, tmp_path: Path
) -> None:
    live, kept = folder / "hrsite.db", tmp_path / "copy.db"
    with demo(folder, tmp_path) as site:
        sign_up(site)
        backups.copy(live, kept)
        with sqlite3.connect(live) as later:
            later.execute("CREATE TABLE later AS SELECT * FROM posts")
        later.close()
        assert live.with_name("hrsite.db-wal").stat().st_size > 0
        ends_and_leaves_nobody_behind(site, signal.SIGTERM)
    # Where a journal were left, SQLite would write it into whatever lies there now.
    assert [one.name for one in folder.glob("hrsite.db*")] == ["hrsite.db"]
    shutil.copyfile(kept, live)
    with sqlite3.connect(live) as again:
        assert again.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert again.execute("SELECT name FROM sqlite_master WHERE name = 'later'").fetchall() == []
    again.close()


@NEEDS_PROC
def test_without_who_watches_over_them_processes_end_by_themselves(tmp_path: Path) -> None:
    with live_site("serve", tmp_path, WEB_PROCESSES="2") as site:
        all_of_them = offspring(site.process.pid)
        site.process.kill()
        assert len(all_of_them) == 2
        assert until(lambda: are_gone(all_of_them))


def open_databases(number: int) -> list[str]:
    """The files of SQLite's that a process has open."""
    names = [os.readlink(one) for one in Path(f"/proc/{number}/fd").iterdir()]
    return [name for name in names if Path(name).suffix.startswith(".db")]


def answers(site: Running) -> bool:
    """Does the site's first page come?"""
    with suppress(OSError):  # URLError and TimeoutError are such.
        return "</html>" in site.get("/")
    return False


def titles(site: Running) -> list[str]:
    return re.findall(r'href="/posts/[^"]+', site.get("/posts/"))


def sign_up(site: Running) -> None:
    stamp = re.search(r'name="stamp"[^>]*value="([^"]+)"', site.get("/signup"))
    assert stamp
    form = {"address": "new.reader@example.net", "stamp": stamp[1], "topics": "articles"}
    urllib.request.urlopen(  # noqa: S310 - our own site
        f"http://localhost:{site.port}/signup", urllib.parse.urlencode(form).encode()
    ).close()


def refuses_a_long_body_in_chunks(site: Running) -> None:
    chunk = b"2000\r\n" + b"x" * 0x2000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", site.port)) as line:
        line.settimeout(20)
        line.sendall(
            b"POST /signup HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 16 + b"0\r\n\r\n"
        )
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert answer.split(b" ", 2)[1] == b"413"
    assert b"</html>" in answer


def speaks_no_http_2(site: Running) -> None:
    with socket.create_connection(("127.0.0.1", site.port)) as line:
        line.settimeout(20)
        line.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")
        # Its answer would be a frame of settings (RFC 9113 3.4).
        assert line.recv(9)[3:4] != b"\4"


def ends_and_leaves_nobody_behind(site: Running, number: int) -> None:
    all_of_them = offspring(site.process.pid)
    assert len(all_of_them) >= 2
    assert site.stop(number) == 0
    assert until(lambda: are_gone(all_of_them))
    serving.check_port("127.0.0.1", site.port)
