"""How many letters have their permit at a time: those on a connection, and no long queue behind."""

# A letter that has its permit is handed over even if its reader leaves in that moment. So none
# waits much longer than this for a connection, however many may be in flight.
WAITING_SECONDS = 0.5
# Answers come in bursts: of less than this no speed is told.
LOOK_SECONDS = 0.2


class Permits:
    """The speed of one worker's round, and what follows from it. Moments in seconds."""

    def __init__(self, most: int, moment: float) -> None:
        self._most = most
        self._since, self._count, self._a_second = moment, 0, 0.0

    def ended(self, count: int, moment: float) -> None:
        """So many letters more have had their answer."""
        self._count += count
        took = moment - self._since
        if took < LOOK_SECONDS:
            self._a_second = max(self._a_second, self._count / LOOK_SECONDS)
            return
        self._a_second = self._count / took
        self._since, self._count = moment, 0

    def most(self, capacity: int) -> int:
        """So many may be in flight, where connections take up `capacity` of them at once."""
        return min(self._most, capacity + int(self._a_second * WAITING_SECONDS))
