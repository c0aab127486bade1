-- Right and rare: a natural ISO key, a deferrable self reference, a generated column, partitions, views.
create function railway_touch() returns trigger language plpgsql set search_path = '' as $$
begin
    new.created_at := old.created_at;
    new.updated_at := greatest(clock_timestamp(), old.updated_at + interval '1 microsecond');
    return new;
end $$;
-- A natural key.
create table countries (
    code text not null,
    name text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint countries_pkey primary key (code)
);
comment on table countries is 'A country that we deliver to. @delete hard';
comment on column countries.code is '@key ISO 3166-1 alpha-2, which never changes for a country';
create trigger countries_touch before update on countries for each row execute function railway_touch();
-- A deferrable reference to itself, a generated column, an index with INCLUDE, an enum.
create type station_kind as enum ('SMALL', 'LARGE');
create table stations (
    id uuid not null,
    next_id uuid not null,
    country_code text not null,
    kind station_kind not null,
    width numeric not null,
    height numeric not null,
    area numeric not null generated always as (width * height) stored,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint stations_pkey primary key (id),
    constraint stations_next_id_fkey foreign key (next_id) references stations (id) deferrable initially deferred,
    constraint stations_country_code_fkey foreign key (country_code) references countries (code) on delete restrict
);
comment on table stations is 'A stop of the line. @delete hard';
create index stations_next_id_idx on stations (next_id);
create index stations_country_code_idx on stations (country_code) include (kind);
create trigger stations_touch before update on stations for each row execute function railway_touch();
-- One row at most for each parent, keyed by it.
create table station_roofs (
    station_id uuid not null,
    colour text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint station_roofs_pkey primary key (station_id),
    constraint station_roofs_station_id_fkey foreign key (station_id) references stations (id) on delete cascade
);
comment on table station_roofs is 'The roof of a stop that has one. @delete hard';
create trigger station_roofs_touch before update on station_roofs for each row execute function railway_touch();
-- A table of pairs, whose reverse has an index of its own.
create table station_neighbours (
    station_id uuid not null,
    other_id uuid not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint station_neighbours_pkey primary key (station_id, other_id),
    constraint station_neighbours_station_id_fkey foreign key (station_id) references stations (id) on delete cascade,
    constraint station_neighbours_other_id_fkey foreign key (other_id) references stations (id) on delete cascade
);
comment on table station_neighbours is 'Two stops within walking distance. @delete hard';
create index station_neighbours_other_id_idx on station_neighbours (other_id, station_id);
create trigger station_neighbours_touch before update on station_neighbours for each row execute function railway_touch();
-- Partitions, append-only, keyed by id and month; a reference out of the database.
create table passages (
    id uuid not null,
    passed_at timestamptz not null,
    station_id uuid not null,
    ticket_id uuid not null,
    created_at timestamptz not null default now(),
    constraint passages_pkey primary key (id, passed_at),
    constraint passages_station_id_fkey foreign key (station_id) references stations (id) on delete restrict
) partition by range (passed_at);
comment on table passages is 'Somebody went through a gate. @delete append-only';
comment on column passages.ticket_id is '@external the ticket service, which keeps tickets';
create table passages_2026 partition of passages for values from ('2026-01-01') to ('2027-01-01');
create table passages_rest partition of passages default;
create index passages_station_id_idx on passages (station_id);
-- Views and materialised views are no tables.
create view small_stations as select id, kind from stations where kind = 'SMALL';
create materialized view station_counts as select country_code, count(*) as total from stations group by 1;
