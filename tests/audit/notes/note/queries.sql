-- name: Create :one
insert into notes (id, invoice_id, text, owner)
values ($1, $2, $3, $4)
returning *;

-- name: Get :one
select * from notes
where id = $1 and owner = $2;
