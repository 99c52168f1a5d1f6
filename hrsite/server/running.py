"""The server of one process: uvicorn, with pages that are ready in front of it."""

import asyncio
import multiprocessing
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import cast

import structlog
from flask import Flask
from uvicorn import Config, Server

from hrsite.server.connection import Connection, Shared
from hrsite.server.gateway import Gateway

log = structlog.get_logger(__name__)

# Uvicorn counts in tenths of a second.
SECOND, ROUND = 10, 50


class Running(Server):
    """One process's share of the site."""

    def __init__(self, app: Flask, number: int, *, threads: int, grace_seconds: int) -> None:
        self._shared = Shared(app.extensions["front_door"])
        super().__init__(
            Config(
                Gateway(app, threads),
                loop="uvloop",
                http=cast(type[asyncio.Protocol], partial(Connection, shared=self._shared)),
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
        self._told = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; and end with the process that has started us."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if (parent := multiprocessing.parent_process()) is not None:
            self._loop.add_reader(parent.sentinel, self._left_alone, parent.sentinel)
        log.info("web_process_started", number=self._number)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order when told to; and as one that has done so, not as one that was killed."""
        signal.signal(signal.SIGTERM, self.handle_exit)
        yield

    async def main_loop(self) -> None:
        """Wake once a second, where uvicorn does ten times: whoever asks then waits for it."""
        counter = 0
        while not await self.on_tick(counter):
            counter += SECOND
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 1)

    async def on_tick(self, counter: int) -> bool:
        """Called once a second."""
        if counter % ROUND == 0:
            for connection in list(self.server_state.connections):
                cast(Connection, connection).look_after()
        should_exit = await super().on_tick(counter)
        (_, date), *_ = self.server_state.default_headers
        self._shared.date = b"date: %b\r\n\r\n" % date
        return should_exit

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called when told to end."""
        super().handle_exit(sig, frame)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._told.set)

    def _left_alone(self, sentinel: int) -> None:
        asyncio.get_running_loop().remove_reader(sentinel)
        self.handle_exit(signal.SIGTERM, None)
