-- Evaluations made again because a fact came late, was corrected, or because the law changed: first tried, then applied.

CREATE TABLE reevaluation (
    reevaluation_id uuid PRIMARY KEY,
    -- Régime and caisse that asked: the only one that reads and applies it.
    caisse text NOT NULL,
    motif text NOT NULL,
    -- One person, or all those of the caisse.
    patient_id uuid,
    -- Only those about whom something was recorded since.
    depuis timestamptz,
    -- Days of care, both included.
    du date NOT NULL,
    au date NOT NULL,
    etat text NOT NULL,
    version integer NOT NULL,
    enregistre_le timestamptz NOT NULL,
    -- The last person who was served in each lane: where a job goes on.
    places uuid[] NOT NULL,
    patients bigint NOT NULL,
    feuilles bigint NOT NULL,
    -- Feuilles that the law of today cannot evaluate: they keep their evaluation.
    sans_reponse bigint NOT NULL,
    -- Feuilles that are decided otherwise, and what the compulsory insurance, the complementary one and the patients pay more, in cents.
    feuilles_changees bigint NOT NULL,
    ecart_amo bigint NOT NULL,
    ecart_amc bigint NOT NULL,
    ecart_reste bigint NOT NULL,
    CONSTRAINT reevaluation_motif CHECK (motif IN ('fait_tardif', 'correction', 'loi', 'reclamation')),
    CONSTRAINT reevaluation_etat CHECK (etat IN ('en_attente', 'essayee', 'en_application', 'appliquee')),
    CONSTRAINT reevaluation_jours CHECK (du <= au),
    CONSTRAINT reevaluation_version CHECK (version >= 1)
);

-- What changes, feuille by feuille. Written by the trial, written again by the application.
CREATE TABLE reevaluation_feuille (
    reevaluation_id uuid NOT NULL REFERENCES reevaluation,
    -- The person, whatever the record that received the feuille.
    patient_id uuid NOT NULL,
    feuille_id uuid NOT NULL,
    date_soins date NOT NULL,
    -- The evaluation that is replaced, and the one that replaces it once applied.
    ancien smallint NOT NULL,
    nouveau smallint,
    -- Kinds of events recorded since the old evaluation that count on the day of care.
    causes text[] NOT NULL,
    code_ancien smallint NOT NULL,
    code_nouveau smallint NOT NULL,
    appartenance_ancienne smallint NOT NULL,
    appartenance_nouvelle smallint NOT NULL,
    amo_ancien bigint NOT NULL,
    amo_nouveau bigint NOT NULL,
    amc_ancien bigint NOT NULL,
    amc_nouveau bigint NOT NULL,
    reste_ancien bigint NOT NULL,
    reste_nouveau bigint NOT NULL,
    PRIMARY KEY (reevaluation_id, patient_id, feuille_id)
);
