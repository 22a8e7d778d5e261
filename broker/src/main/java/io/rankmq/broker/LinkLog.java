// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.transport.RateLimitedLog;
import io.rankmq.transport.Ticker;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a broker in a process of its own logs: a line an event, the event's name first, then {@code key=value}. Refusals are limited in
 * their rate for each who causes them, so that nobody hides another's among his own. Loop thread only.
 */
final class LinkLog {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    private static final int REMEMBERED = 1024;
    private static final long SILENT_FOR = TimeUnit.MINUTES.toNanos(1);

    private final Ticker ticker;
    private final Map<String, RateLimitedLog> refusals = new Recent<>();
    private final Map<String, Said> recent = new Recent<>();

    LinkLog(Ticker ticker) {
        this.ticker = ticker;
    }

    void listening(String address, int port, String publicKey) {
        LOG.info("listening address={} port={} public_key={}", address, port, publicKey);
    }

    void ready() {
        LOG.info("ready");
    }

    void admitted(ParentKey key) {
        LOG.info("parent_admitted parent={} operator={}", key.name(), key.operator());
    }

    void withdrawn(ParentKey key, int sessions) {
        LOG.warn("parent_withdrawn parent={} sessions_ended={}", key.name(), sessions);
    }

    void opened(HeldSession session) {
        LOG.info(
                "session_opened session={} parent={} ranks={} commands={}",
                session.id,
                session.client.parent.name(),
                session.keys.size(),
                session.port.commandsEndpoint());
    }

    void closed(HeldSession session, String reason) {
        LOG.info("session_closed session={} parent={} reason=\"{}\"", session.id, session.client.parent.name(), reason);
    }

    /** Tells it once, and again after a while with how often it was meanwhile. */
    void refused(String who, String why) {
        limited(who, "refused parent=\"" + who + "\" what=\"" + why + "\"");
    }

    /** The same for events, or else control, that has to wait. */
    void heldBack(HeldSession session, boolean events) {
        String who = session.client.parent.name();
        limited(who, (events ? "events" : "control") + "_held_back session=" + session.id + " parent=\"" + who + "\"");
    }

    private void limited(String who, String text) {
        long now = ticker.nanos();
        Said said = recent.get(text);
        if (said != null && now - said.at < SILENT_FOR) {
            said.repeats++;
            return;
        }
        RateLimitedLog limited = refusals.computeIfAbsent(who, any -> new RateLimitedLog(LOG, ticker));
        if (said != null && said.repeats > 0) {
            limited.warn("{} repeated={}", text, said.repeats);
        } else {
            limited.warn("{}", text);
        }
        recent.put(text, new Said(now));
    }

    private static final class Said {
        final long at;
        long repeats;

        Said(long at) {
            this.at = at;
        }
    }

    /** Forgets what was used longest ago. */
    private static final class Recent<V> extends LinkedHashMap<String, V> {
        private static final long serialVersionUID = 1;

        Recent() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
            return size() > REMEMBERED;
        }
    }
}
