-- migrate:up
create function letters_touch() returns trigger language plpgsql set search_path = '' as $$
begin
    new.created_at := old.created_at;
    new.updated_at := greatest(clock_timestamp(), old.updated_at + interval '1 microsecond');
    return new;
end
$$;
create table letters (
    id uuid not null,
    subject text not null,
    pages bigint not null,
    owner text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint letters_pkey primary key (id),
    constraint letters_subject_length check (char_length(subject) between 1 and 100),
    constraint letters_pages_range check (pages between 1 and 1000)
);
comment on table letters is 'What somebody has received. @delete hard';
create index letters_owner_id_idx on letters (owner, id);
create trigger letters_touch before update on letters for each row execute function letters_touch();
grant select, insert, delete on letters to letters_service;

-- migrate:down
drop table letters;
drop function letters_touch();
