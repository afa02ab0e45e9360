-- What a node's choice of files needs when very many tasks wait (docs/adr/0032-look-at-the-heads-of-lines.md): the oldest tasks of each user, priority and
-- processor, and when the next task starts that waits for its time. None of these columns changes while files of a task end.

create index upload_task_in_line on upload_task (user_id, priority, processor, created_at, id) where finished_at is null;

create index upload_task_later on upload_task (not_before) where finished_at is null and not_before is not null;
