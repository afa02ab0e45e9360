package io.filemill.db.notification;

import org.springframework.jdbc.core.simple.JdbcClient;

/** What nodes tell one another through PostgreSQL's notifications. A lost notification costs latency, never correctness. */
public enum Channel {
    /** There may be something to run. */
    WORK("filemill_work"),
    /** Files were cancelled that a node may be running. */
    CANCEL("filemill_cancel"),
    /** There is a task whose files are to be listed. */
    LISTING("filemill_listing"),
    /** Files may not start any more that a node may hold for a slot. */
    PAUSE("filemill_pause"),
    /** There may be something to tell a webhook; also sent by the triggers that fill the outbox. */
    WEBHOOK("filemill_webhook");

    private final String channelName;

    Channel(String channelName) {
        this.channelName = channelName;
    }

    String channelName() {
        return channelName;
    }

    /** Sends when the caller's transaction commits, or at once where there is none. */
    public void send(JdbcClient jdbc, String payload) {
        jdbc.sql("select pg_notify(:channel, :payload)")
                .param("channel", channelName)
                .param("payload", payload)
                .query((row, number) -> true)
                .single();
    }
}
