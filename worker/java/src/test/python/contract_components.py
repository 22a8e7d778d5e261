# SPDX-License-Identifier: Apache-2.0
"""The user's side of WorkerContract in Python; the package io.rankmq.worker.contract holds the same in Java."""

import subprocess
import threading

from rankmq import EventHandler, Executor, ReturnCode, Shareable

JOURNAL = []


class Greeting:
    def __init__(self, text):
        self.text = text


class Witness(EventHandler):
    def handle_event(self, event_type, ctx):
        if event_type == "bad":
            JOURNAL.append("witness:bad")
        elif event_type == "down":
            ctx.put("witness", ctx.get("seen_by"))


class Broken:
    def __init__(self):
        raise ValueError("no fuel")


class Deed(Executor, EventHandler):
    def __init__(self, greeting):
        self.greeting = greeting
        self.released = threading.Event()
        self.count = 0

    def execute(self, task_name, shareable, ctx, abort_signal):
        deed = getattr(self, "do_" + task_name, None)
        if deed is None:
            return Shareable.reply(ReturnCode.TASK_UNKNOWN)
        return Shareable(deed(shareable, ctx, abort_signal) or {})

    def do_echo(self, shareable, ctx, abort_signal):
        ctx.put("echoed", self.greeting.text, sticky=True)
        return shareable.values

    def do_whoami(self, shareable, ctx, abort_signal):
        number = ctx.properties()["rank_number"]
        return {
            "rank": ctx.get("rank_number"),
            "world_size": ctx.get("num_of_processes"),
            "marked": number.private and number.sticky,
            "echoed": ctx.get("echoed"),
            "aborted": abort_signal.triggered,
        }

    def do_journal(self, shareable, ctx, abort_signal):
        return {"journal": list(JOURNAL)}

    def do_count(self, shareable, ctx, abort_signal):
        self.count += 1
        return {"count": self.count}

    def do_throw(self, shareable, ctx, abort_signal):
        raise ValueError("no fuel")

    def do_recurse(self, shareable, ctx, abort_signal):
        return self.do_recurse(shareable, ctx, abort_signal)

    def do_hoard(self, shareable, ctx, abort_signal):
        return {"size": len(bytearray(1 << 60))}

    def do_unfit(self, shareable, ctx, abort_signal):
        return {"thread": threading.current_thread()}

    def do_wait(self, shareable, ctx, abort_signal):
        if abort_signal.wait(30):
            raise RuntimeError(f"told to: {abort_signal.reason}")

    def do_release(self, shareable, ctx, abort_signal):
        return {"released": self.released.wait(10)}

    def do_ask(self, shareable, ctx, abort_signal):
        ctx.put("question", 6)
        ctx.engine.fire_event("ask", ctx)
        return {"answer": ctx.get("answer")}

    def do_post(self, shareable, ctx, abort_signal):
        for i in range(shareable["events"]):
            note = ctx.engine.new_context()
            note.put("i", i)
            ctx.engine.post_event("note", note)

    def do_stuck(self, shareable, ctx, abort_signal):
        threading.Event().wait()

    def do_daemon(self, shareable, ctx, abort_signal):
        command = "setsid sleep 300 >/dev/null 2>&1 & echo $!"
        return {"pid": int(subprocess.check_output(["sh", "-c", command]))}

    def do_print(self, shareable, ctx, abort_signal):
        print("hello from user code")

    def do_spill(self, shareable, ctx, abort_signal):
        for _ in range(20_000):
            print("x" * 49)

    def handle_event(self, event_type, ctx):
        JOURNAL.append(event_type)
        if event_type == "start_run":
            ctx.put("started", ctx.get("rank_number") is not None)
        elif event_type == "down":
            ctx.put("seen_by", ctx.get("rank_number"))
            ctx.put("seen_from", ctx.get("event_origin_site"))
        elif event_type == "slow":
            threading.Event().wait(0.3)
            JOURNAL.append("slow:done")
        elif event_type == "release":
            self.released.set()
        elif event_type == "bad":
            raise ValueError("never liked it")
