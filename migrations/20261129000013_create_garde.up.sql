-- What this database is: of real people or invented ones, and under which master key. Its one row is written by the first
-- service that starts on it; every other one compares itself with it.
CREATE TABLE base (
    -- Sixteen bytes drawn by chance.
    marque bytea PRIMARY KEY,
    mode text NOT NULL,
    -- A keyed hash of its mark: whoever has another master key finds another one.
    temoin bytea NOT NULL,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT base_mode CHECK (mode IN ('bac-a-sable', 'production')),
    CONSTRAINT base_marque CHECK (octet_length(marque) = 16),
    CONSTRAINT base_temoin CHECK (octet_length(temoin) = 16)
);
CREATE UNIQUE INDEX base_seule ON base ((true));
CREATE TRIGGER base_garde BEFORE UPDATE OR DELETE ON base
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();

-- A table that keeps history is not emptied either: guards of rows do not see TRUNCATE. Those that have a guard of their rows
-- get one of themselves here; creer_partitions gives its own to each new partition.
DO $$
DECLARE
    gardee regclass;
BEGIN
    FOR gardee IN
        SELECT DISTINCT t.tgrelid::regclass
        FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE p.proname IN ('histoire_immuable', 'histoire_remplacable')
    LOOP
        EXECUTE format('CREATE TRIGGER jamais_videe BEFORE TRUNCATE ON %s
                        FOR EACH STATEMENT EXECUTE FUNCTION histoire_jamais_videe()', gardee);
    END LOOP;
END
$$;
