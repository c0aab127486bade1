-- The statements of the service, each by its name.

-- name: create
insert into letters (id, subject, pages, owner) values ($id, $subject, $pages, $owner) returning *;

-- name: read
select * from letters where id = $id and owner = $owner;

-- name: delete
delete from letters where id = $id and owner = $owner returning id;

-- name: listed
select * from letters where owner = $owner and id < $before::uuid order by id desc limit $most;
