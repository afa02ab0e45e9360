package io.filemill.db;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * How PostgreSQL plans the statements through which every file passes. A connection keeps the plan that it made for a statement when the tables may have
 * been empty, until they are analysed, and would then read a whole table again and again. Planning anew each time takes as long as ending a file.
 */
public final class KeptPlans {
    private KeptPlans() {}

    /**
     * Until the transaction ends, statements keep their plans, and these go straight by indexes: past scans of tables, and bitmaps, which step over
     * the same dead entries each time. Nothing is compiled or done in parallel for the sake of a few rows.
     */
    public static void use(JdbcClient jdbc) {
        jdbc.sql("""
                select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
                       set_config('enable_bitmapscan', 'off', true), set_config('jit', 'off', true),
                       set_config('max_parallel_workers_per_gather', '0', true)
                """).query().singleRow();
    }
}
