-- The CCAM, as the files of the Assurance maladie give it: each file holds the whole past of every act, so a row is an act, not an
-- act on a day. What a file changes is replaced, never rewritten: what was known at an instant stays known.

-- The versions that were loaded. One is known at a time.
CREATE TABLE ccam_version (
    -- Five digits: 07500 is the version 75.00.
    numero text NOT NULL,
    -- Day on which the file was made, and its number among the deliveries.
    cree_le date NOT NULL,
    chronologique integer NOT NULL,
    -- SHA-256 of its records.
    empreinte bytea NOT NULL,
    enregistrements bigint NOT NULL,
    -- Acts in the file, then those that it brought, changed and took away.
    actes integer NOT NULL,
    nouveaux integer NOT NULL,
    changes integer NOT NULL,
    retires integer NOT NULL,
    -- Which tariff grid is whose, in the form of src/storage/ccam/codec.rs.
    grilles bytea NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (enregistre_le),
    CONSTRAINT ccam_version_numero CHECK (numero ~ '^[0-9]{5}$'),
    CONSTRAINT ccam_version_empreinte CHECK (octet_length(empreinte) = 32),
    CONSTRAINT ccam_version_remplacement CHECK (remplace_le > enregistre_le)
);
CREATE UNIQUE INDEX ccam_version_connue ON ccam_version ((true)) WHERE remplace_le IS NULL;

-- Acts: creation, end, conditions, activities and phases with their tariffs by date of effect, in the same form. Read by code, a
-- whole act at a time.
CREATE TABLE ccam_acte (
    code text NOT NULL,
    detail bytea NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (code, enregistre_le),
    CONSTRAINT ccam_acte_code CHECK (code ~ '^[A-Z]{4}[0-9]{3}$'),
    CONSTRAINT ccam_acte_remplacement CHECK (remplace_le > enregistre_le)
);
CREATE UNIQUE INDEX ccam_acte_connu ON ccam_acte (code) WHERE remplace_le IS NULL;

CREATE TRIGGER ccam_version_histoire BEFORE UPDATE ON ccam_version
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER ccam_version_garde BEFORE DELETE ON ccam_version
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER ccam_acte_histoire BEFORE UPDATE ON ccam_acte
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER ccam_acte_garde BEFORE DELETE ON ccam_acte
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
