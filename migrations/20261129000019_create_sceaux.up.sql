-- Seals of what is written once: by slices of time, each bound to the one before by a key that the database does not have.
-- Whoever owns the database can change a row, or add or remove one; not make the seals that would hide it.
CREATE TABLE sceau (
    numero bigint PRIMARY KEY,
    -- What is sealed: everything written from one instant on, before the other. The first slice has no beginning.
    du timestamptz,
    au timestamptz NOT NULL,
    -- Which columns were sealed, and how: storage/sceaux.rs.
    forme smallint NOT NULL,
    -- The tables of that form, in its order: how many rows, and the digest of all of them.
    lignes bigint[] NOT NULL,
    empreintes bytea[] NOT NULL,
    -- Keyed hash of all that precedes and of the seal before, and the version of the key.
    chaine bytea NOT NULL,
    cle smallint NOT NULL,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT sceau_numero CHECK (numero >= 1),
    CONSTRAINT sceau_tranche CHECK ((numero = 1) = (du IS NULL) AND (du IS NULL OR du < au)),
    CONSTRAINT sceau_chaine CHECK (octet_length(chaine) = 32)
);
CREATE TRIGGER sceau_garde BEFORE UPDATE OR DELETE ON sceau
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER jamais_videe BEFORE TRUNCATE ON sceau
    FOR EACH STATEMENT EXECUTE FUNCTION histoire_jamais_videe();

-- Rows come in the order of time: a page or two say which pages hold a slice.
CREATE INDEX acces_sceau ON acces USING brin (survenu_le) WITH (autosummarize = on);
CREATE INDEX evenement_sceau ON evenement USING brin (enregistre_le) WITH (autosummarize = on);
CREATE INDEX reception_sceau ON reception USING brin (survenu_le) WITH (autosummarize = on);
CREATE INDEX signature_sceau ON signature USING brin (enregistre_le) WITH (autosummarize = on);
CREATE INDEX evaluation_sceau ON evaluation USING brin (connu_le) WITH (autosummarize = on);
CREATE INDEX feuille_de_soins_sceau ON feuille_de_soins USING brin (enregistre_le) WITH (autosummarize = on);
