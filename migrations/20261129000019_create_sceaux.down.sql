DO $$
DECLARE
    indexe text;
BEGIN
    FOR indexe IN
        SELECT c.relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relname ~ '_sceau(_fin)?$' AND NOT i.indisunique
          AND NOT i.indisprimary AND i.indrelid NOT IN ('sceau'::regclass, 'purge'::regclass)
          AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = c.oid)
    LOOP
        EXECUTE format('DROP INDEX %I', indexe);
    END LOOP;
END
$$;
DROP TABLE purge;
DROP TABLE sceau;
