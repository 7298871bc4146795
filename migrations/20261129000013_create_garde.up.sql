-- What this database is: of real people or invented ones. Its one row is written by the first service that starts on it;
-- every other one compares itself with it.
CREATE TABLE base (
    -- Sixteen bytes drawn by chance.
    marque bytea PRIMARY KEY,
    mode text NOT NULL,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT base_mode CHECK (mode IN ('bac-a-sable', 'production')),
    CONSTRAINT base_marque CHECK (octet_length(marque) = 16)
);
CREATE UNIQUE INDEX base_seule ON base ((true));
CREATE TRIGGER base_garde BEFORE UPDATE OR DELETE ON base
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();

-- The versions of the master key under which this database was written: the highest is the one of what is written now.
CREATE TABLE cle (
    version smallint PRIMARY KEY,
    -- A keyed hash of the mark of the base: whoever has another master key finds another one.
    temoin bytea NOT NULL,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT cle_version CHECK (version BETWEEN 1 AND 255),
    CONSTRAINT cle_temoin CHECK (octet_length(temoin) = 16)
);
CREATE TRIGGER cle_garde BEFORE UPDATE OR DELETE ON cle
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();

-- Those of which nothing is left that names a person: no service needs them any more.
CREATE TABLE cle_retiree (
    version smallint PRIMARY KEY REFERENCES cle,
    -- What verifies the seals of its time and recognises what it gave out, sealed under the version that replaced it.
    conserve_chiffre bytea NOT NULL,
    enregistre_le timestamptz NOT NULL
);
CREATE TRIGGER cle_retiree_garde BEFORE UPDATE OR DELETE ON cle_retiree
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable('conserve_chiffre');

-- The keys of data, which seal feuilles and evaluations: one is drawn at random with each version of the master key, and kept for as
-- long as something is sealed under it. A rotation seals the keys again, not what they seal.
CREATE TABLE cle_donnees (
    version smallint PRIMARY KEY,
    -- Sealed under the version in use of the master key.
    cle_chiffree bytea NOT NULL,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT cle_donnees_version CHECK (version BETWEEN 1 AND 255)
);
CREATE TRIGGER cle_donnees_garde BEFORE UPDATE OR DELETE ON cle_donnees
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable('cle_chiffree');

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
