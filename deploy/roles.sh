#!/bin/sh
# Makes the roles of Postgres; it may run again at any time. The owner of the tables
# migrates them. The programs own nothing; the migration grants their rights. With
# $REWIND_PASSWORD there is a role that rewinds a former primary. Old tables, which the
# superuser made, are given to the owner.
#
# $SUPERUSER_URL has no password: that is in $PGPASSWORD.
set -eu
where=${SUPERUSER_URL:?say where Postgres is}
for name in OWNER_PASSWORD PROGRAM_PASSWORD; do
	case $(printenv $name) in
	"" | *[!A-Za-z0-9._~-]*)
		echo "$name stands in a URL: use letters, digits, and . _ ~ - only" >&2
		exit 1
		;;
	esac
done
export PGCONNECT_TIMEOUT=5
left=300 # seconds until a primary has to be there

make_roles() {
	psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$where" <<'END_OF_SQL'
\getenv owner_password OWNER_PASSWORD
\getenv program_password PROGRAM_PASSWORD
\getenv rewind_password REWIND_PASSWORD
-- Keeps passwords out of the server's log when a statement fails.
SET log_min_error_statement = panic;
SET client_min_messages = warning;

-- Patroni makes the role that rewinds in a new database, just after it can be reached. Who
-- makes it first breaks that, and Patroni starts over with another database. The last grant
-- is the end.
DO $$
BEGIN
    FOR second IN 1..60 LOOP
        EXIT WHEN current_setting('cluster_name') = '' OR EXISTS (
            SELECT FROM pg_roles WHERE rolname = 'rewinder' AND has_function_privilege(
                oid, 'pg_read_binary_file(text, bigint, bigint, boolean)', 'EXECUTE'));
        PERFORM pg_sleep(1);
    END LOOP;
END $$;

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['cinema_owner', 'cinema_program']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE cinema_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    PASSWORD :'owner_password';
ALTER ROLE cinema_program LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    PASSWORD :'program_password';
GRANT pg_read_all_stats TO cinema_owner; -- to see the lag of the standby
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
-- As Patroni makes it in a new database: this is for older ones.
SELECT 'CREATE ROLE rewinder'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rewinder') \gexec
ALTER ROLE rewinder LOGIN PASSWORD :'rewind_password';
GRANT EXECUTE ON FUNCTION pg_ls_dir(text, boolean, boolean) TO rewinder;
GRANT EXECUTE ON FUNCTION pg_stat_file(text, boolean) TO rewinder;
GRANT EXECUTE ON FUNCTION pg_read_binary_file(text) TO rewinder;
GRANT EXECUTE ON FUNCTION pg_read_binary_file(text, bigint, bigint, boolean) TO rewinder;
\endif
END_OF_SQL
}

until make_roles; do
	# 2: no connection, or none any more. Another error would come again.
	code=$?
	left=$((left - 1))
	test "$code" -eq 2 && test "$left" -gt 0 || exit "$code"
	sleep 1
done
