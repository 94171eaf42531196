#!/bin/sh
# Makes what Postgres knows of the programs, as often as it is run: the owner of the
# tables, who migrates them; the programs, who own nothing, and get their rights from the
# migration; and who rewinds a former primary, if it has a password here. Tables of a
# time when the superuser made them go to the owner.
#
# $SUPERUSER_URL is where, without a password: that is in $PGPASSWORD.
set -eu
where=${SUPERUSER_URL:?say where Postgres is}
export PGCONNECT_TIMEOUT=5
left=120 # seconds until a primary has to be there
until psql --no-psqlrc --quiet --output /dev/null --command 'SELECT' "$where"; do
	left=$((left - 1))
	test "$left" -gt 0 || exit 1
	sleep 1
done
exec psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$where" <<'END_OF_SQL'
\getenv owner_password OWNER_PASSWORD
\getenv program_password PROGRAM_PASSWORD
\getenv rewind_password REWIND_PASSWORD
-- Of a statement that fails the server's log would have the password.
SET log_min_error_statement = panic;
SET client_min_messages = warning;

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['cinema_owner', 'cinema_program']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE cinema_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    PASSWORD :'owner_password';
ALTER ROLE cinema_program LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    PASSWORD :'program_password';
GRANT pg_read_all_stats TO cinema_owner; -- how far the standby is behind
REVOKE TEMPORARY ON DATABASE :"DBNAME" FROM PUBLIC;
ALTER SCHEMA public OWNER TO cinema_owner;

SELECT format('ALTER TABLE %s OWNER TO cinema_owner', oid::regclass) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
  AND relowner <> 'cinema_owner'::regrole
UNION ALL
SELECT format('ALTER TYPE %s OWNER TO cinema_owner', pg_type.oid::regtype) FROM pg_type
LEFT JOIN pg_class ON pg_class.oid = typrelid
WHERE typnamespace = 'public'::regnamespace AND typowner <> 'cinema_owner'::regrole
  AND (typtype = 'r' OR typtype = 'c' AND relkind = 'c') \gexec

\if :{?rewind_password}
-- As Patroni makes it, but for databases that were there before.
SELECT 'CREATE ROLE rewinder'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rewinder') \gexec
ALTER ROLE rewinder LOGIN PASSWORD :'rewind_password';
GRANT EXECUTE ON FUNCTION pg_ls_dir(text, boolean, boolean) TO rewinder;
GRANT EXECUTE ON FUNCTION pg_stat_file(text, boolean) TO rewinder;
GRANT EXECUTE ON FUNCTION pg_read_binary_file(text) TO rewinder;
GRANT EXECUTE ON FUNCTION pg_read_binary_file(text, bigint, bigint, boolean) TO rewinder;
\endif
END_OF_SQL
