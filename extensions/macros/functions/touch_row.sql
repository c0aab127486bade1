-- Whoever changes a row: its birth stays, its age moves on, its version counts. That holds for changes by hand and by
-- `on delete set null` too, so an ETag made of the version is never wrong.
create or replace function touch_row() returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    new.created_at := old.created_at;
    new.updated_at := greatest(clock_timestamp(), old.updated_at + interval '1 microsecond');
    new.version := old.version + 1;
    return new;
end
$$;
