-- Right and rare: an extension, lists of partitions, exclusion, exclusive references, an order that is deferred, policies.
create extension if not exists vector;
create function archive_touch() returns trigger language plpgsql set search_path = '' as $$
begin
    new.created_at := old.created_at;
    new.updated_at := greatest(clock_timestamp(), old.updated_at + interval '1 microsecond');
    return new;
end $$;
create domain page_count as bigint constraint page_count_check check (value between 1 and 100000);
-- Rows that each owner alone sees, by a policy; a vector, a generated search vector, and what has many values with a reason.
create table documents (
    id uuid not null,
    owner text not null,
    title text not null,
    pages page_count not null,
    keywords text[] not null default '{}',
    place vector(3),
    words tsvector not null generated always as (to_tsvector('simple', title)) stored,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint documents_pkey primary key (id)
);
comment on table documents is 'A document that is kept. @delete hard';
comment on column documents.keywords is '@denormalised read and written whole, and never joined to anything';
alter table documents enable row level security;
create policy documents_owner on documents using (owner = current_setting('app.owner', true));
create index documents_place_idx on documents using hnsw (place vector_l2_ops);
create index documents_words_idx on documents using gin (words);
create unique index documents_owner_title_unique on documents (owner, lower(title));
create trigger documents_touch before update on documents for each row execute function archive_touch();
-- An order that may be changed in one transaction, because its uniqueness waits for the end.
create table chapters (
    id uuid not null,
    document_id uuid not null,
    place bigint not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint chapters_pkey primary key (id),
    constraint chapters_document_id_place_key unique (document_id, place) deferrable initially deferred,
    constraint chapters_document_id_fkey foreign key (document_id) references documents (id) on delete cascade
);
comment on table chapters is 'A part of a document, in its order. @delete hard';
create trigger chapters_touch before update on chapters for each row execute function archive_touch();
-- Two loans of one document cannot overlap; the end is a part of the range.
create table loans (
    id uuid not null,
    document_id uuid not null,
    days daterange not null,
    created_at timestamptz not null default now(),
    constraint loans_pkey primary key (id),
    constraint loans_document_id_fkey foreign key (document_id) references documents (id) on delete restrict,
    constraint loans_days_excl exclude using gist (days with &&) where (not isempty(days))
);
comment on table loans is 'Somebody has a document for some days. @delete append-only';
create index loans_document_id_idx on loans (document_id);
-- A note on one of two things, by two references of which exactly one is set; each column is nulled with its target.
create table notes (
    id uuid not null,
    document_id uuid,
    chapter_id uuid,
    content text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint notes_pkey primary key (id),
    constraint notes_one_check check (num_nonnulls(document_id, chapter_id) = 1),
    constraint notes_document_id_fkey foreign key (document_id) references documents (id) on delete cascade,
    constraint notes_chapter_id_fkey foreign key (chapter_id) references chapters (id) on delete cascade
);
comment on table notes is 'What somebody has written beside a document or a chapter. @delete hard';
create index notes_document_id_idx on notes (document_id) where document_id is not null;
create index notes_chapter_id_idx on notes (chapter_id) where chapter_id is not null;
create trigger notes_touch before update on notes for each row execute function archive_touch();
-- Partitions by a list of values, each with its own; a foreign key of two columns refers to them.
create type shelf_kind as enum ('OPEN', 'CLOSED');
create table shelves (
    id uuid not null,
    kind shelf_kind not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint shelves_pkey primary key (id, kind)
) partition by list (kind);
comment on table shelves is 'Where documents stand. @delete hard';
create table shelves_open partition of shelves for values in ('OPEN');
create table shelves_closed partition of shelves for values in ('CLOSED');
create trigger shelves_touch before update on shelves for each row execute function archive_touch();
create table boxes (
    id uuid not null,
    shelf_id uuid not null,
    shelf_kind shelf_kind not null,
    parent_id uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint boxes_pkey primary key (id),
    constraint boxes_parent_id_fkey foreign key (parent_id) references boxes (id) on delete set null (parent_id),
    constraint boxes_shelf_fkey foreign key (shelf_id, shelf_kind) references shelves (id, kind) on delete restrict
);
comment on table boxes is 'A box on a shelf, or in another one. @delete hard';
create index boxes_shelf_idx on boxes (shelf_id, shelf_kind);
create index boxes_parent_id_idx on boxes (parent_id);
create trigger boxes_touch before update on boxes for each row execute function archive_touch();
create recursive view box_paths (id, depth) as
select b.id, 0 from boxes b where b.parent_id is null
union all
select b.id, p.depth + 1 from boxes b join box_paths p on p.id = b.parent_id;
create materialized view shelf_counts as select shelf_id, count(*) as total from boxes group by 1 with no data;
create unique index shelf_counts_unique on shelf_counts (shelf_id);
