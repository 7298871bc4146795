-- Referrals: the médecin traitant sends a patient to a correspondent, for a period; the correspondent reports back.

-- What never changes of a referral: whose, by whom, of which kind.
CREATE TABLE adressage (
    patient_id uuid NOT NULL REFERENCES patient,
    adressage_id uuid NOT NULL,
    -- The médecin traitant who established it.
    medecin_id uuid NOT NULL REFERENCES medecin,
    nature text NOT NULL,
    -- Day on which the author was the médecin traitant.
    etabli_le date NOT NULL,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, adressage_id),
    CONSTRAINT adressage_nature CHECK (nature IN ('avis_ponctuel', 'plan_de_soins', 'sequence', 'protocole_ald'))
);
CREATE INDEX adressage_par_id ON adressage (adressage_id);

-- One row a version: what a correction, a closing or a report changes.
CREATE TABLE version_adressage (
    patient_id uuid NOT NULL,
    adressage_id uuid NOT NULL,
    version integer NOT NULL,
    etat text NOT NULL,
    -- Why it was closed, when somebody closed it.
    motif_cloture text,
    -- Codes of acts and periodicity: never a diagnosis.
    contenu jsonb NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, adressage_id, version),
    FOREIGN KEY (patient_id, adressage_id) REFERENCES adressage,
    CONSTRAINT version_adressage_version CHECK (version >= 1),
    CONSTRAINT version_adressage_etat CHECK (etat IN ('actif', 'clos', 'annule')),
    CONSTRAINT version_adressage_motif
        CHECK (motif_cloture IN ('soins_termines', 'patient', 'correspondant', 'autre_adressage', 'autre')),
    CONSTRAINT version_adressage_motif_present CHECK ((etat = 'clos') = (motif_cloture IS NOT NULL)),
    -- Nobody is referred for ever.
    CONSTRAINT version_adressage_effet CHECK (lower_inc(effet) AND NOT isempty(effet) AND NOT upper_inf(effet)),
    CONSTRAINT version_adressage_connaissance CHECK (remplace_le > enregistre_le)
);
CREATE UNIQUE INDEX version_adressage_courante ON version_adressage (patient_id, adressage_id) WHERE remplace_le IS NULL;

-- To whom: a doctor, or any doctor of a specialty. Written with their version, and as lasting.
CREATE TABLE correspondant_adressage (
    patient_id uuid NOT NULL,
    adressage_id uuid NOT NULL,
    version integer NOT NULL,
    rang integer NOT NULL,
    medecin_id uuid REFERENCES medecin,
    specialite text,
    PRIMARY KEY (patient_id, adressage_id, version, rang),
    FOREIGN KEY (patient_id, adressage_id, version) REFERENCES version_adressage,
    CONSTRAINT correspondant_adressage_un_seul CHECK ((medecin_id IS NULL) <> (specialite IS NULL)),
    CONSTRAINT correspondant_adressage_specialite CHECK (specialite ~ '^[0-9]{2}$')
);

-- Referrals that send to a doctor.
CREATE INDEX correspondant_adressage_par_medecin ON correspondant_adressage (medecin_id) WHERE medecin_id IS NOT NULL;

-- What a correspondent reported to the médecin traitant: written once.
CREATE TABLE retour_adressage (
    patient_id uuid NOT NULL,
    adressage_id uuid NOT NULL,
    retour_id uuid NOT NULL,
    medecin_id uuid NOT NULL REFERENCES medecin,
    nature text NOT NULL,
    -- Day of the care that the report tells.
    soins_le date NOT NULL,
    -- Where the document itself is kept, never its content; sealed under a key of data.
    reference_chiffree bytea,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, adressage_id, retour_id),
    FOREIGN KEY (patient_id, adressage_id) REFERENCES adressage,
    CONSTRAINT retour_adressage_nature CHECK (nature IN ('conclusions', 'compte_rendu', 'synthese'))
);

CREATE TRIGGER adressage_garde BEFORE UPDATE OR DELETE ON adressage
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER version_adressage_histoire BEFORE UPDATE ON version_adressage
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER version_adressage_garde BEFORE DELETE ON version_adressage
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER correspondant_adressage_garde BEFORE UPDATE OR DELETE ON correspondant_adressage
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER retour_adressage_garde BEFORE UPDATE OR DELETE ON retour_adressage
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
