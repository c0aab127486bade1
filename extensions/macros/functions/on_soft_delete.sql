-- Does on a soft delete what the foreign key does on a real one. It needs read committed, PostgreSQL's default:
-- only there does it see a child that was committed while the parent's row was waited for.
-- Arguments: the action, the child's table, its column, the foreign key, and `live` if children can be soft-deleted too.
create or replace function on_soft_delete() returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    child text := format('%I.%I', tg_table_schema, tg_argv[1]);
    only_live text := case tg_argv[4] when 'live' then ' and deleted_at is null' end;
    its_children text := format('where %I = $1%s', tg_argv[2], only_live);
    has_children boolean;
begin
    case tg_argv[0]
        when 'cascade' then
            execute format('delete from %s %s', child, its_children) using new.id;
        when 'set_null' then
            execute format('update %s set %I = null %s', child, tg_argv[2], its_children) using new.id;
        else
            execute format('select exists (select from %s %s)', child, its_children) into has_children using new.id;
            if has_children then
                raise foreign_key_violation using
                    message = format('soft delete on table "%s" leaves rows of "%s" behind', tg_table_name, tg_argv[1]),
                    schema = tg_table_schema, table = tg_argv[1], column = tg_argv[2], constraint = tg_argv[3];
            end if;
    end case;
    return null;
end
$$;
revoke execute on function on_soft_delete() from public;
