"""The server of one process: uvicorn, with pages that are ready in front of it."""

import asyncio
import multiprocessing
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import structlog
from flask import Flask
from uvicorn import Config, Server

from hrsite.server.connection import Connection
from hrsite.server.gateway import Gateway
from hrsite.server.glance import Glance

log = structlog.get_logger(__name__)

# Uvicorn ticks ten times a second.
TICKS_A_ROUND = 50
# Each may hold a file descriptor of the thousand that most systems give a process.
MOST_CONNECTIONS = 800


class Running(Server):
    """One process's share of the site."""

    def __init__(self, app: Flask, number: int, *, threads: int, grace_seconds: int) -> None:
        Connection.door, Connection.glance = app.extensions["front_door"], Glance()
        super().__init__(
            Config(
                Gateway(app, threads),
                loop="uvloop",
                http=Connection,
                # What we do not speak cannot be asked of us.
                ws="none",
                lifespan="off",
                interface="asgi3",
                # Our own formatter writes everything; who reads what is written nowhere.
                log_config=None,
                access_log=False,
                log_level="error",  # What strangers send by mistake is nobody's to read.
                # Whom to believe about addresses is TRUSTED_PROXIES' to say.
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=grace_seconds,
            )
        )
        self._number = number

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; and end with the process that has started us."""
        await super().startup(sockets)
        if (parent := multiprocessing.parent_process()) is not None:
            asyncio.get_running_loop().add_reader(parent.sentinel, self._end)
        log.info("web_process_started", number=self._number)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order when told to; and as one that has done so, not as one that was killed."""
        signal.signal(signal.SIGTERM, self.handle_exit)
        yield

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second."""
        connections = cast("set[Connection]", self.server_state.connections)
        if counter % TICKS_A_ROUND == 0:
            for connection in list(connections):
                connection.look_after()
        if len(connections) > MOST_CONNECTIONS:
            _make_room(connections)
        should_exit = await super().on_tick(counter)
        (_, date), *_ = self.server_state.default_headers
        Connection.date = b"date: %b\r\n\r\n" % date
        return should_exit

    def _end(self) -> None:
        self.should_exit = True
        parent = multiprocessing.parent_process()
        if parent is not None:
            asyncio.get_running_loop().remove_reader(parent.sentinel)


def _make_room(connections: set[Connection]) -> None:
    """Hang up on those who have had nothing to ask for longest."""
    idle = [one for one in connections if one.is_waiting]
    idle.sort(key=lambda one: one.silence, reverse=True)
    for one in idle[: len(connections) - MOST_CONNECTIONS]:
        one.transport.close()
