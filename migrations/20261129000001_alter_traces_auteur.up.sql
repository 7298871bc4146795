-- Who acts: role, identity and organisation in clear, the subject of the token sealed. A row is written once, and
-- traces and events only hold its number.
CREATE TABLE auteur (
    auteur_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Keyed digest of all that follows.
    empreinte bytea NOT NULL,
    role text NOT NULL,
    -- RPPS of a doctor, code of a caisse, internal id of a patient.
    identite text NOT NULL,
    organisation text,
    sujet_chiffre bytea NOT NULL,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT auteur_unique UNIQUE (empreinte),
    CONSTRAINT auteur_role CHECK (role IN ('medecin', 'patient', 'caisse', 'referentiel'))
);
CREATE TRIGGER auteur_garde BEFORE UPDATE OR DELETE ON auteur
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();

-- No foreign key: rows of authors are never removed, and every trace would lock the row of its author.
ALTER TABLE acces DROP COLUMN appelant_role, DROP COLUMN appelant, ADD COLUMN auteur_id integer NOT NULL;
-- Nobody when the service itself acts.
ALTER TABLE evenement ADD COLUMN auteur_id integer;

-- Whom a kept answer shows: given again, it is seen again.
ALTER TABLE idempotence ADD COLUMN personnes uuid[];
