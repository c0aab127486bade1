-- A row may not begin to refer to a soft-deleted row. The lock makes it wait for a soft delete that is under way, and
-- makes a later one wait for this row. Like a foreign key it acts with the rights of the tables' owner.
-- Arguments: the column, the parent's table, the foreign key.
create or replace function require_live_parent() returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    parent_id uuid;
    is_live boolean;
begin
    execute format('select ($1).%I', tg_argv[0]) into parent_id using new;
    execute format('select deleted_at is null from %I.%I where id = $1 for share', tg_table_schema, tg_argv[1])
        into is_live using parent_id;
    if not is_live then
        raise foreign_key_violation using
            message = format('insert or update on table "%s" refers to a deleted row of "%s"', tg_table_name, tg_argv[1]),
            schema = tg_table_schema, table = tg_table_name, column = tg_argv[0], constraint = tg_argv[2];
    end if;
    return new;
end
$$;
revoke execute on function require_live_parent() from public;
