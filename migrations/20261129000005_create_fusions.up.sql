-- Two records found to be one person, and what a merge or a split moves between them.

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
CREATE INDEX mouvement_declaration_par_declaration ON mouvement_declaration (declaration_id);

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
