# SPDX-License-Identifier: Apache-2.0
"""Breaks the rules of docs/jeromq.md one at a time, in a copy, and sees the named test fail; fails if one does not.

Arguments: the numbers of rules to break, or 'found'; none: all of them. Ten minutes at most.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

TRANSPORT = "protocol/src/main/java/io/rankmq/transport/"
DEADLINE_SECONDS = 300


class Break(NamedTuple):
    rule: str
    what: str
    file: str
    old: str
    new: str
    module: str
    test: str


def transport(rule: str, what: str, file: str, old: str, new: str, test: str) -> Break:
    return Break(rule, what, TRANSPORT + file, old, new, "protocol", test)


OPTIONS = "SocketOptions.java"
ZAP = "ZapAuthenticator.java"
BREAKS = [
    transport(
        "1",
        "a finite receive mark",
        OPTIONS,
        "setRcvHWM(0)",
        "setRcvHWM(1000)",
        "FlowTest#aFloodReachesASlowReceiverCompleteAndInClear",
    ),
    Break(
        "1",
        "a receive mark below the windows",
        TRANSPORT + OPTIONS,
        "RECEIVE_MARK = 1280",
        "RECEIVE_MARK = 256",
        "broker",
        "BrokerServerTest#aRankBesideAFloodingOne*",
    ),
    transport(
        "2",
        "binding without the loop's authenticator",
        "WireSocket.java",
        "        zap.checkGuards(loop);\n",
        "",
        "RejectionTest#aServerSocketCannotBeBoundWithoutTheAuthenticatorOfItsLoop",
    ),
    transport(
        "2",
        "every key is admitted",
        ZAP,
        "String identity = registry.identityOf(domain, publicKey);",
        'String identity = "anybody";',
        "RejectionTest#anUnknownKeyIsRefusedOnEveryPort",
    ),
    transport(
        "2",
        "no domain is set",
        OPTIONS,
        "        socket.setZapDomain(bind.domain());\n",
        "",
        "RejectionTest#aRegisteredKeyIsRefused*",
    ),
    transport(
        "3",
        "Identity is not forced",
        ZAP,
        'List.of(ascii(identityProperty), ascii("Identity"))',
        "List.of(ascii(identityProperty))",
        "RejectionTest#aRankCannotTakeTheIdentityOfAnother+forgedPropertiesChangeNothing",
    ),
    transport(
        "3",
        "the identity property has a fixed name",
        ZAP,
        "this.identityProperty = ",
        'this.identityProperty = "x-rank" != null ? "x-rank" : ',
        "RejectionTest#eachStartOfABrokerNamesTheIdentityPropertyAnew",
    ),
    transport(
        "3",
        "the routing identity is believed",
        "Receiver.java",
        "if (routing != null && !identity.equals(",
        "if (routing != null && identity.isEmpty() && !identity.equals(",
        "RejectionTest#aMessageWhoseTwoIdentitiesDifferIsDropped",
    ),
    transport(
        "3",
        "no handover",
        OPTIONS,
        "setRouterHandover(true)",
        "setRouterHandover(false)",
        "FlowTest#aRankThatComesBackTakesItsPlace",
    ),
    transport(
        "4",
        "no limit of a frame, before JeroMQ or at the allocator",
        OPTIONS,
        "        socket.setMaxMsgSize(role.maxFrame);\n        socket.setMsgAllocator(inflow);\n",
        "",
        "RejectionTest#aHugeFrameBeforeTheHandshakeIsCutOff",
    ),
    transport(
        "4",
        "a negative size gets bytes",
        "Inflow.java",
        "size < 0 || ",
        "",
        "RejectionTest#aNegativeFrameSizeBeforeTheHandshakeIsCutOff",
    ),
    transport(
        "4",
        "a dead I/O thread is not noticed",
        "EventLoop.java",
        "            ioThreadDead = true;\n            fail(e);\n",
        "            ioThreadDead = true;\n",
        "EventLoopTest#aDeadThreadOfJeroMqEndsTheLoopLoudly",
    ),
    Break(
        "5",
        "a rank without an answer keeps its sockets",
        "worker/java/src/main/java/io/rankmq/worker/Link.java",
        "joining && now - attemptAt >= Timing.REBUILD_AFTER",
        "joining && now - attemptAt >= Long.MAX_VALUE",
        "worker/java",
        "JoinTest",
    ),
    transport(
        "6",
        "a ROUTER drops silently",
        OPTIONS,
        "setRouterMandatory(true)",
        "setRouterMandatory(false)",
        "WireSocketTest",
    ),
    transport(
        "7",
        "no linger",
        OPTIONS,
        "LINGER_MILLIS = 500",
        "LINGER_MILLIS = 0",
        "FlowTest#theLastMessageBeforeCloseArrives",
    ),
    transport(
        "7", "endless linger", OPTIONS, "LINGER_MILLIS = 500", "LINGER_MILLIS = -1", "FlowTest#closingEndsInTime*"
    ),
    transport(
        "9",
        "a task does not wake the loop",
        "Mailbox.java",
        "        wake();\n        return true;",
        "        return true;",
        "EventLoopTest#noWakeUpIsLostWhileManyThreadsPost",
    ),
    transport(
        "9",
        "the loop falls asleep without a last look",
        "Mailbox.java",
        "        if (tasks.isEmpty()) {\n            return true;",
        "        if (asleep.get()) {\n            return true;",
        "EventLoopTest#aTaskThatComesWhileTheLoopFallsAsleepWakesIt",
    ),
    transport(
        "9",
        "any thread may send",
        "EventLoop.java",
        "if (!inLoop()) {\n            throw",
        "if (thread == null) {\n            throw",
        "EventLoopTest#onlyTheLoopThreadTouchesSockets",
    ),
    transport(
        "9",
        "who drives the loop can be interrupted",
        "DrivingThread.java",
        "            if (!deaf) {",
        "            if (lock != null) {",
        "DrivenLoopTest#interruptingWhoDrivesHarmsNoSocket",
    ),
    transport(
        "9",
        "the loop's own thread never takes over",
        "Helm.java",
        "                pause = called ? 0 : leftAt + ABSENCE_NANOS - System.nanoTime();",
        "                pause = called ? 0 : REST_NANOS;",
        "DrivenLoopTest#theLoopsOwnThreadLooksAfterTasksAndMessagesDuringWork",
    ),
    transport(
        "found",
        "the I/O thread does not give way",
        "IoThread.java",
        "if (Thread.currentThread() == this) {",
        "if (Thread.currentThread() == null) {",
        "IoThreadTest",
    ),
    transport(
        "10",
        "a buffer is sent without slice",
        "WireSocket.java",
        "frames.get(i).slice()",
        "frames.get(i)",
        "FlowTest#messagesOfManyFramesAndSizesArriveAsTheyWere",
    ),
    Break(
        "10",
        "host names are taken for addresses",
        "protocol/src/main/java/io/rankmq/security/BootstrapDocument.java",
        "require(port >= 1 && port <= 65_535, ",
        "require(port >= -1, ",
        "protocol",
        "BootstrapDocumentTest",
    ),
    Break(
        "11",
        "a public key of zero leaves zeros",
        "curve/src/main/java/io/rankmq/curve/Curve.java",
        "            RANDOM.nextBytes(shared);\n",
        "            shared[0] = 0;\n",
        "curve",
        "NaClTest#aPublicKeyOfZeroGivesAKeyThatNobodyKnows",
    ),
    Break(
        "11",
        "a box shorter than its padding is opened",
        "curve/src/main/java/io/rankmq/curve/Curve.java",
        "return length < NaCl.ZERO ? -1 : Holder.NACL.openAfternm",
        "return Holder.NACL.openAfternm",
        "curve",
        "NaClTest",
    ),
    transport(
        "found",
        "too much may wait",
        "Inflow.java",
        "before + size > maxWaiting",
        "before + size < 0",
        "HostileTrafficTest#aMessageWithoutEnd*",
    ),
    transport(
        "found",
        "forgotten connections stay forgotten",
        "ConnectionWatch.java",
        "if (forgotten) {",
        "if (forgotten && repairs < 0) {",
        "FlowTest#everyFreshConnectionIsHeardThoughJeroMqForgetsSome",
    ),
    transport(
        "found",
        "connections that nobody closes stay open",
        "EventLoop.java",
        "int rest = madeConnections.closeRest();",
        "int rest = 0;",
        "EventLoopTest#noConnectionThatJeroMqForgotOutlivesTheLoop",
    ),
    transport(
        "found",
        "a socket that only sends never processes its commands",
        "PolledSocket.java",
        "            socket.getEvents();\n",
        "",
        "FlowTest#anIdleLoopSleeps",
    ),
    transport(
        "found",
        "what subscribers send is not read",
        "Receiver.java",
        "if (!role.receives()) {",
        "if (!role.receives() || role.discardsInput()) {",
        "HostileTrafficTest#whatSubscribersSendDoesNotPileUp",
    ),
]


def try_break(top: Path, broken: Break) -> str:
    """Answers 'test failed', or what went wrong."""
    path = top / broken.file
    source = path.read_text(encoding="utf-8")
    if source.count(broken.old) < 1:
        return "NOT APPLICABLE: the source has changed, correct this script"
    path.write_text(source.replace(broken.old, broken.new), encoding="utf-8")
    command = ["mvn", "-B", "-ntp", "-q", "-Dspotless.check.skip=true", "-pl", broken.module, "-am", "test"]
    command += [f"-Dtest={broken.test}", "-Dsurefire.failIfNoSpecifiedTests=false"]
    try:
        ran = subprocess.run(command, cwd=top, capture_output=True, text=True, timeout=DEADLINE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return "test failed (it did not end)"
    finally:
        path.write_text(source, encoding="utf-8")
    if "COMPILATION ERROR" in ran.stdout:
        return "DOES NOT COMPILE: " + ran.stdout[:500]
    failed = re.search(r"Tests run: (\d+), Failures: (\d+), Errors: (\d+)", ran.stdout)
    return (
        "test failed"
        if ran.returncode != 0 and failed
        else "NOT NOTICED"
        if ran.returncode == 0
        else "BROKEN: " + ran.stdout[-500:]
    )


def main(words: list[str]) -> int:
    top = Path(__file__).resolve().parent.parent
    chosen = [broken for broken in BREAKS if not words or broken.rule in words]
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(top, copy, ignore=shutil.ignore_patterns(".git", ".venv", "rankmq-runs", "target"))
        # A broken rule may well be a warning too; it is the test that has to see it.
        pom = copy / "pom.xml"
        pom.write_text(
            re.sub(r"<arg>-(Werror|Xplugin:ErrorProne.*?)</arg>", "", pom.read_text(encoding="utf-8")), encoding="utf-8"
        )
        for broken in chosen:
            outcome = try_break(copy, broken)
            bad += outcome[0].isupper()
            print(f"{broken.rule:5} {broken.what}: {outcome} ({broken.test})", flush=True)
    print(f"{len(chosen) - bad} of {len(chosen)} broken rules were noticed")
    return 1 if bad or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
