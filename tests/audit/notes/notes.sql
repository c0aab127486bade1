-- migrate:up
set local lock_timeout = '5s';

create table notes (
    id uuid not null,
    invoice_id uuid not null,
    text text not null,
    owner text not null,
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint notes_pkey primary key (id),
    constraint notes_invoice_id_fkey foreign key (invoice_id) references invoices (id) on delete restrict,
    constraint notes_text_length check (char_length(text) between 1 and 500)
);
comment on table notes is 'What somebody wrote about an invoice. @delete append-only';
comment on column notes.owner is 'The caller whose row this is. @denormalised repeated in the rows that belong to it, so that one index finds all';
create index notes_owner_id_idx on notes (owner, id);
create index notes_invoice_id_id_idx on notes (invoice_id, id);
create trigger notes_touch
    before update on notes
    for each row
    execute function touch_row();
grant select, insert on notes to billing_service;

-- migrate:down
set local lock_timeout = '5s';

drop table notes;
