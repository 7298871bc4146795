-- Persons covered by the compulsory insurance. What changes about them is a dated fact beside them.
CREATE TABLE patient (
    patient_id uuid PRIMARY KEY,
    -- Instant of the last thing recorded about the person. Locked first by every write about the person; instants of
    -- knowledge are made to increase from it, whatever the clocks of the instances say.
    connu_le timestamptz NOT NULL,
    enregistre_le timestamptz NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE identite_patient (
    patient_id uuid NOT NULL REFERENCES patient,
    identite_id uuid NOT NULL,
    -- AAAA-MM-JJ as the insurance writes it: the month or the day may be outside the calendar.
    date_naissance text NOT NULL,
    rang smallint NOT NULL,
    -- Names, encrypted and bound to this row.
    noms_chiffres bytea NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, identite_id),
    CONSTRAINT identite_patient_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT identite_patient_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT identite_patient_naissance CHECK (date_naissance ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    CONSTRAINT identite_patient_rang CHECK (rang BETWEEN 1 AND 9),
    CONSTRAINT identite_patient_unique EXCLUDE USING gist (patient_id WITH =, effet WITH &&) WHERE (remplace_le IS NULL)
);

CREATE TABLE identifiant_patient (
    patient_id uuid NOT NULL REFERENCES patient,
    identifiant_id uuid NOT NULL,
    -- nir, nia, nnp or mig: declared, never guessed.
    nature text NOT NULL,
    -- The person's own number, or that of the insured person under whom care is billed.
    usage text NOT NULL,
    -- Keyed hash of nature and number; the key is not in the database.
    empreinte bytea NOT NULL,
    valeur_chiffree bytea NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, identifiant_id),
    CONSTRAINT identifiant_patient_nature CHECK (nature IN ('nir', 'nia', 'nnp', 'mig')),
    CONSTRAINT identifiant_patient_usage CHECK (usage IN ('individuel', 'ouvrant_droit')),
    CONSTRAINT identifiant_patient_empreinte CHECK (octet_length(empreinte) = 16),
    CONSTRAINT identifiant_patient_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT identifiant_patient_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT identifiant_patient_unique
        EXCLUDE USING gist (patient_id WITH =, usage WITH =, effet WITH &&) WHERE (remplace_le IS NULL)
);
-- A person is found by the hash of a number; several share that of an insured parent.
CREATE INDEX identifiant_patient_par_empreinte ON identifiant_patient (empreinte) WHERE remplace_le IS NULL;

CREATE TABLE affiliation (
    patient_id uuid NOT NULL REFERENCES patient,
    affiliation_id uuid NOT NULL,
    -- Régime (2), caisse (3), centre (4).
    organisme text NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, affiliation_id),
    CONSTRAINT affiliation_organisme CHECK (organisme ~ '^[0-9]{9}$'),
    CONSTRAINT affiliation_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT affiliation_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT affiliation_unique EXCLUDE USING gist (patient_id WITH =, effet WITH &&) WHERE (remplace_le IS NULL)
);

CREATE TRIGGER identite_patient_histoire BEFORE UPDATE ON identite_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER identite_patient_garde BEFORE DELETE ON identite_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER identifiant_patient_histoire BEFORE UPDATE ON identifiant_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER identifiant_patient_garde BEFORE DELETE ON identifiant_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER affiliation_histoire BEFORE UPDATE ON affiliation
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER affiliation_garde BEFORE DELETE ON affiliation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
