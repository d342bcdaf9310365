"""PostgreSQL: the only place with SQL. Every statement names the tenant."""
