-- What happens to a person beside their choices: acts of the caisse with their version, address, status, death, and two
-- records found to be one person.

-- Record that this one was merged into. A guard read under the lock of the row; its history is in fusion.
ALTER TABLE patient ADD COLUMN fusionne_dans uuid;

-- Every act of a caisse about a person, with its reason. The last version is that of the person's record; 1 is its creation.
CREATE TABLE acte_patient (
    patient_id uuid NOT NULL REFERENCES patient,
    version integer NOT NULL,
    nature text NOT NULL,
    -- Why, for a correction: a word of a closed list.
    motif text,
    -- Code of the caisse.
    auteur text NOT NULL,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, version),
    CONSTRAINT acte_patient_version CHECK (version >= 2)
);

CREATE TABLE adresse_patient (
    patient_id uuid NOT NULL REFERENCES patient,
    adresse_id uuid NOT NULL,
    -- Encrypted and bound to this row.
    adresse_chiffree bytea NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, adresse_id),
    CONSTRAINT adresse_patient_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT adresse_patient_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT adresse_patient_unique EXCLUDE USING gist (patient_id WITH =, effet WITH &&) WHERE (remplace_le IS NULL)
);

-- Coverage that puts a designation to sleep, and back to ordinary.
CREATE TABLE statut_patient (
    patient_id uuid NOT NULL REFERENCES patient,
    statut_id uuid NOT NULL,
    statut text NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, statut_id),
    CONSTRAINT statut_patient_statut CHECK (statut IN ('ordinaire', 'ame', 'passage', 'sans_droits', 'hors_de_france')),
    CONSTRAINT statut_patient_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT statut_patient_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT statut_patient_unique EXCLUDE USING gist (patient_id WITH =, effet WITH &&) WHERE (remplace_le IS NULL)
);

-- The death: its first day is the day of death, and it has no end.
CREATE TABLE deces_patient (
    patient_id uuid NOT NULL REFERENCES patient,
    deces_id uuid NOT NULL,
    source text NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, deces_id),
    CONSTRAINT deces_patient_effet CHECK (lower_inc(effet) AND NOT isempty(effet) AND upper_inf(effet)),
    CONSTRAINT deces_patient_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT deces_patient_unique EXCLUDE USING gist (patient_id WITH =, effet WITH &&) WHERE (remplace_le IS NULL)
);

-- Two records of one person: patient_id is the one that is kept. Undone when remplace_le is set.
CREATE TABLE fusion (
    patient_id uuid NOT NULL REFERENCES patient,
    fusion_id uuid NOT NULL,
    absorbe_id uuid NOT NULL REFERENCES patient,
    motif text NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, fusion_id),
    CONSTRAINT fusion_de_deux CHECK (patient_id <> absorbe_id),
    CONSTRAINT fusion_connaissance CHECK (remplace_le > enregistre_le)
);
CREATE INDEX fusion_par_absorbe ON fusion (absorbe_id);
CREATE INDEX fusion_par_id ON fusion (fusion_id);

-- Declarations that went from one record to another: patient_id is where they came.
CREATE TABLE mouvement_declaration (
    patient_id uuid NOT NULL,
    declaration_id uuid NOT NULL,
    -- The state that the declaration has at its arrival.
    version integer NOT NULL,
    origine_id uuid NOT NULL,
    fusion_id uuid,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, declaration_id, version),
    FOREIGN KEY (patient_id, declaration_id) REFERENCES declaration
);

-- Feuilles that a split gave to another record: patient_id is the one that has them now.
CREATE TABLE attribution_feuille (
    patient_id uuid NOT NULL REFERENCES patient,
    feuille_id uuid NOT NULL,
    origine_id uuid NOT NULL,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, feuille_id)
);
CREATE INDEX attribution_feuille_par_feuille ON attribution_feuille (feuille_id);

-- Days on which the two records of a merge named different doctors. One row a state, the last without remplace_le.
CREATE TABLE conflit_designation (
    patient_id uuid NOT NULL REFERENCES patient,
    conflit_id uuid NOT NULL,
    version integer NOT NULL,
    etat text NOT NULL,
    fusion_id uuid NOT NULL,
    -- The declaration of the record that was kept, and that of the other one.
    declaration_conservee uuid NOT NULL,
    declaration_absorbee uuid NOT NULL,
    declaration_retenue uuid,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, conflit_id, version),
    CONSTRAINT conflit_designation_etat CHECK (etat IN ('ouvert', 'resolu', 'annule')),
    CONSTRAINT conflit_designation_retenue CHECK ((etat = 'resolu') = (declaration_retenue IS NOT NULL)),
    CONSTRAINT conflit_designation_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT conflit_designation_connaissance CHECK (remplace_le > enregistre_le)
);
CREATE UNIQUE INDEX conflit_designation_courant ON conflit_designation (patient_id, conflit_id) WHERE remplace_le IS NULL;
CREATE INDEX conflit_designation_par_id ON conflit_designation (conflit_id);
CREATE INDEX conflit_designation_ouvert ON conflit_designation (conflit_id) WHERE remplace_le IS NULL AND etat = 'ouvert';

-- Days on which a declaration is set aside by a conflict: it counts for nothing on them.
CREATE TABLE ecart_designation (
    patient_id uuid NOT NULL,
    ecart_id uuid NOT NULL,
    declaration_id uuid NOT NULL,
    conflit_id uuid NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, ecart_id),
    FOREIGN KEY (patient_id, declaration_id) REFERENCES declaration,
    CONSTRAINT ecart_designation_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT ecart_designation_connaissance CHECK (remplace_le > enregistre_le)
);

CREATE TRIGGER acte_patient_garde BEFORE UPDATE OR DELETE ON acte_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER adresse_patient_histoire BEFORE UPDATE ON adresse_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER adresse_patient_garde BEFORE DELETE ON adresse_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER statut_patient_histoire BEFORE UPDATE ON statut_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER statut_patient_garde BEFORE DELETE ON statut_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER deces_patient_histoire BEFORE UPDATE ON deces_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER deces_patient_garde BEFORE DELETE ON deces_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER fusion_histoire BEFORE UPDATE ON fusion
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER fusion_garde BEFORE DELETE ON fusion
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER mouvement_declaration_garde BEFORE UPDATE OR DELETE ON mouvement_declaration
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER attribution_feuille_garde BEFORE UPDATE OR DELETE ON attribution_feuille
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER conflit_designation_histoire BEFORE UPDATE ON conflit_designation
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER conflit_designation_garde BEFORE DELETE ON conflit_designation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER ecart_designation_histoire BEFORE UPDATE ON ecart_designation
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER ecart_designation_garde BEFORE DELETE ON ecart_designation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
