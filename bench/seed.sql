-- Rows to measure with, all of one owner.
insert into customers (id, name, email, owner)
select uuidv7(), 'Customer ' || n, 'customer' || n || '@example.com', 'bench' from generate_series(1, 3000) n;

insert into invoices (id, customer_id, number, status, total_amount, total_currency, due_on, owner)
select uuidv7(), id, 'Invoice ' || n, 'OPEN', 1000 + n, 'EUR', date '2026-01-01' + (n % 300)::int, 'bench'
from (select id, row_number() over (order by id) as n from customers) numbered;
