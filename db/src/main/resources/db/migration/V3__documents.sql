-- What the document processor stores: one row per user and content, and its text in pieces that are searched and shown.
-- Upload tasks are purged and documents stay, so nothing here refers to a task by foreign key.

create table document (
    id           bigint generated always as identity primary key,
    user_id      text        not null check (user_id <> ''),
    sha256       text        not null check (sha256 ~ '^[0-9a-f]{64}$'),
    filename     text        not null,
    mimetype     text        not null,
    size_bytes   bigint      not null check (size_bytes >= 0),
    pages        integer     check (pages > 0),
    truncated    boolean     not null,
    warning      text,
    metadata     jsonb       not null check (jsonb_typeof(metadata) = 'object'),
    file_task_id bigint      not null,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    unique (user_id, sha256),
    check (truncated = (warning is not null))
);

comment on table document is 'Content that was made searchable, once per user and content whatever the number of uploads';
comment on column document.sha256 is 'SHA-256 of the bytes, lower-case hexadecimal; the id that people see';
comment on column document.filename is 'Name of the latest upload that stored this content';
comment on column document.pages is 'Pages, slides or sheets; null if the format has none';
comment on column document.truncated is 'Whether text of the file is known to be missing here';
comment on column document.warning is 'One sentence about the missing text';
comment on column document.metadata is 'What the file says about itself: title, author, created and so on';
comment on column document.file_task_id is 'The file task that stored it last; may be purged by now';

create table chunk (
    document_id bigint  not null references document on delete cascade,
    ordinal     integer not null check (ordinal >= 0),
    page        integer check (page > 0),
    type        text    not null check (type in ('text', 'table')),
    part        text    check (part <> ''),
    text        text    not null check (text <> '' and length(text) <= 8000),
    tsv         tsvector generated always as (to_tsvector('english', text)) stored,
    primary key (document_id, ordinal)
);

comment on table chunk is 'A piece of a document''s text, short enough to be shown and to be embedded';
comment on column chunk.ordinal is 'Position in the document, from 0';
comment on column chunk.page is 'Page, slide or sheet of the file or of the part, from 1; null if the format has none';
comment on column chunk.type is 'text, or table: rows of cells separated by tabs, the header first';
comment on column chunk.part is 'Path of the embedded document that the text is in; null for the file itself';

create index chunk_tsv on chunk using gin (tsv);
