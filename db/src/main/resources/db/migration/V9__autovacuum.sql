-- When the tables that every file passes through are vacuumed and analysed, and how full their pages are. The reasons and the figures are in
-- docs/adr/0020-vacuum-what-every-file-touches.md.

-- Each file leaves two or three dead versions, with entries in each index that readers and feeder step over. By default that is left alone
-- until a fifth of the table is dead, 200,000 rows of a million.
alter table file_task set (
    autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_limit = 2000,
    autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.05);

-- One row for each task that runs, rewritten with each group of ends. None of what changes is indexed, so that a new version that finds room
-- in its page needs no index entry, and the page cleans itself.
alter table upload_task set (fillfactor = 50);

-- The same for the heartbeats.
alter table worker_node set (fillfactor = 50);

-- A table that turns over completely every few seconds and never grows beyond the window. Its end is not given back to the disk, which would
-- lock it.
alter table jobrunr_jobs set (
    autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_threshold = 100000, vacuum_truncate = off);
