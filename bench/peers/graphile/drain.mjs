// graphile-worker with jobs that do nothing and no bookkeeping of files. Prints jobs per second.
// Arguments: connection string, jobs, slots, "defaults" or "advised" (a local queue and batched completion, as its documentation advises).
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";

const [connectionString, jobs, slots, mode] = process.argv.slice(2);
const logger = new Logger(() => () => {});
const worker = { concurrentJobs: Number(slots) };
if (mode === "advised") {
  Object.assign(worker, { localQueue: { size: Number(slots) + 1 }, completeJobBatchDelay: 250, failJobBatchDelay: 250 });
}
const pgPool = new pg.Pool({ connectionString, max: 2 * Number(slots) });

async function drain(count) {
  const utils = await makeWorkerUtils({ pgPool, logger });
  await utils.migrate();
  await pgPool.query(
    `select graphile_worker.add_jobs(array(
       select json_populate_record(null::graphile_worker.job_spec, json_build_object('identifier', 'file', 'payload', json_build_object('file', i)))
       from generate_series(1, $1::int) i))`,
    [count],
  );
  let began = 0;
  let left = count;
  let ended;
  const end = new Promise((resolve) => (ended = resolve));
  const runner = await run({
    pgPool,
    logger,
    noHandleSignals: true,
    preset: { worker },
    taskList: {
      file: async () => {
        began ||= performance.now();
        if (--left === 0) ended();
      },
    },
  });
  await end;
  while ((await pgPool.query("select exists (select from graphile_worker.jobs) as some")).rows[0].some) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const seconds = (performance.now() - began) / 1000;
  await runner.stop();
  return count / seconds;
}

await drain(Math.max(200, Math.round(jobs / 5)));
console.log(Math.round(await drain(Number(jobs))));
process.exit(0);
