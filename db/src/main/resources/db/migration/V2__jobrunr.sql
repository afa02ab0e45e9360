-- What JobRunr 8.7 expects to find. JobRunr itself never runs DDL here; JobRunrSchemaIT compares these tables with its own after an upgrade.

create table jobrunr_jobs (
    id             char(36) primary key,
    version        integer      not null,
    jobasjson      text         not null,
    jobsignature   varchar(512) not null,
    state          varchar(36)  not null,
    createdat      timestamp    not null,
    updatedat      timestamp    not null,
    scheduledat    timestamp,
    recurringjobid varchar(128)
);

create index jobrunr_state_idx on jobrunr_jobs (state);
create index jobrunr_job_signature_idx on jobrunr_jobs (jobsignature);
create index jobrunr_job_created_at_idx on jobrunr_jobs (createdat);
create index jobrunr_job_scheduled_at_idx on jobrunr_jobs (scheduledat);
create index jobrunr_job_rci_idx on jobrunr_jobs (recurringjobid);
create index jobrunr_jobs_state_updated_idx on jobrunr_jobs (state, updatedat);

create table jobrunr_recurring_jobs (
    id        char(128) primary key,
    version   integer not null,
    jobasjson text    not null,
    createdat bigint  not null default 0
);

create index jobrunr_recurring_job_created_at_idx on jobrunr_recurring_jobs (createdat);

create table jobrunr_backgroundjobservers (
    id                         char(36) primary key,
    workerpoolsize             integer       not null,
    pollintervalinseconds      integer       not null,
    firstheartbeat             timestamp(6)  not null,
    lastheartbeat              timestamp(6)  not null,
    running                    integer       not null,
    systemtotalmemory          bigint        not null,
    systemfreememory           bigint        not null,
    systemcpuload              numeric(3, 2) not null,
    processmaxmemory           bigint        not null,
    processfreememory          bigint        not null,
    processallocatedmemory     bigint        not null,
    processcpuload             numeric(3, 2) not null,
    deletesucceededjobsafter   varchar(32),
    permanentlydeletejobsafter varchar(32),
    name                       varchar(128)
);

create index jobrunr_bgjobsrvrs_fsthb_idx on jobrunr_backgroundjobservers (firstheartbeat);
create index jobrunr_bgjobsrvrs_lsthb_idx on jobrunr_backgroundjobservers (lastheartbeat);

create table jobrunr_metadata (
    id        varchar(156) primary key,
    name      varchar(92) not null,
    owner     varchar(64) not null,
    value     text        not null,
    createdat timestamp   not null,
    updatedat timestamp   not null
);

insert into jobrunr_metadata (id, name, owner, value, createdat, updatedat)
values ('succeeded-jobs-counter-cluster', 'succeeded-jobs-counter', 'cluster', '0', current_timestamp, current_timestamp);

create view jobrunr_jobs_stats as
select count(*)                                                            as total,
       count(*) filter (where state = 'AWAITING')                          as awaiting,
       count(*) filter (where state = 'SCHEDULED')                         as scheduled,
       count(*) filter (where state = 'ENQUEUED')                          as enqueued,
       count(*) filter (where state = 'PROCESSING')                        as processing,
       count(*) filter (where state = 'PROCESSED')                         as processed,
       count(*) filter (where state = 'FAILED')                            as failed,
       count(*) filter (where state = 'SUCCEEDED')                         as succeeded,
       coalesce((select value::numeric from jobrunr_metadata where id = 'succeeded-jobs-counter-cluster'), 0) as alltimesucceeded,
       count(*) filter (where state = 'DELETED')                           as deleted,
       (select count(*) from jobrunr_backgroundjobservers)                 as nbrofbackgroundjobservers,
       (select count(*) from jobrunr_recurring_jobs)                       as nbrofrecurringjobs
from jobrunr_jobs;
