# SPDX-License-Identifier: Apache-2.0
"""The connection to the parent as far as time matters (docs/protocol.md, section 6): when to join, to rebuild the sockets, to send
a heartbeat, and when to give up. No sockets, threads or clocks; times are seconds of a monotonic source."""

from __future__ import annotations

from .messages import Welcome

JOIN_EVERY = 0.5
REBUILD_AFTER = 3.0
JOIN_DEADLINE = 60.0
BEATS_AFTER_SLEEP = 3
"""Heartbeats that the parent may take after this process slept."""


class Link:
    """Timers of one rank; the first JOIN is due at once."""

    def __init__(self, now: float) -> None:
        self.is_welcomed = False
        """Whether any join was ever accepted."""
        self.is_joining = True
        """Whether a join, the first or a later one, is under way."""
        self.rebuilds = 0
        self._started_at = now
        self._attempt_at = now
        self._join_at = now
        self._heartbeat = 0.0
        self._lease = 0.0
        self._heartbeat_at = now
        self._heard_at = now
        self._broadcast_at = now
        self._ticked_at = now

    def heard(self, broadcast: bool, now: float) -> None:
        """A message of the parent has come."""
        self._heard_at = now
        if broadcast:
            self._broadcast_at = now

    def welcomed(self, welcome: Welcome, now: float) -> bool:
        """The parent has accepted the join; whether this ended one that was under way."""
        was_joining = self.is_joining
        self.is_welcomed, self.is_joining = True, False
        self._heartbeat, self._lease = welcome.heartbeat / 1000, welcome.lease / 1000
        if was_joining:
            self._broadcast_at = now
            self._heartbeat_at = now + self._heartbeat
        return was_joining

    def never_welcomed(self, now: float) -> bool:
        """Whether the time to join is over."""
        return not self.is_welcomed and now - self._started_at >= JOIN_DEADLINE

    def ticked(self, now: float) -> None:
        """Time has passed. If this process slept (a suspended machine, SIGSTOP), the parent may have slept too: it gets the time
        to be heard again."""
        if self.is_welcomed and now - self._ticked_at > self._lease / 2:
            self._heard_at = max(self._heard_at, now - self._lease + BEATS_AFTER_SLEEP * self._heartbeat)
        self._ticked_at = now

    def lease_over(self, now: float) -> bool:
        """Whether the parent was silent for a whole lease."""
        return self.is_welcomed and now - self._heard_at >= self._lease

    def take_rebuild(self, now: float) -> bool:
        """Whether the sockets are to be rebuilt now; counts it as done."""
        due = (
            now - self._attempt_at >= REBUILD_AFTER if self.is_joining else now - self._broadcast_at >= self._lease / 2
        )
        if due:
            self.is_joining = True
            self._attempt_at = self._join_at = now
            self.rebuilds += 1
        return due

    def take_join(self, now: float) -> bool:
        """Whether to send JOIN now; counts it as sent."""
        if not self.is_joining or now < self._join_at:
            return False
        self._join_at = now + JOIN_EVERY
        return True

    def take_heartbeat(self, now: float) -> bool:
        """Whether to send HEARTBEAT now; counts it as sent."""
        if not self.is_welcomed or now < self._heartbeat_at:
            return False
        self._heartbeat_at = now + self._heartbeat
        return True

    def next_deadline(self) -> float:
        """When something is due next."""
        if not self.is_welcomed:
            return min(self._started_at + JOIN_DEADLINE, self._join_at, self._attempt_at + REBUILD_AFTER)
        timers = [self._heard_at + self._lease, self._heartbeat_at]
        if self.is_joining:
            timers += [self._join_at, self._attempt_at + REBUILD_AFTER]
        else:
            timers.append(self._broadcast_at + self._lease / 2)
        return min(timers)
