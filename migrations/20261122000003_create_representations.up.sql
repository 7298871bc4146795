-- Who signs for whom, who joins a designation, what rectifies what: the rest of the life of a declaration.

-- Holders of parental authority and representatives: dated links, each with the kind of its proof.
CREATE TABLE representation (
    patient_id uuid NOT NULL REFERENCES patient,
    representation_id uuid NOT NULL,
    version integer NOT NULL,
    -- A person of the register, or the names of somebody else, encrypted and bound to the link.
    representant_id uuid REFERENCES patient,
    identite_chiffree bytea,
    nature text NOT NULL,
    preuve text NOT NULL,
    reference_preuve text,
    motif_fin text,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, representation_id, version),
    CONSTRAINT representation_nature CHECK (nature IN ('titulaire_autorite_parentale', 'tutelle', 'curatelle',
        'habilitation_familiale', 'mandat_de_protection_future')),
    CONSTRAINT representation_preuve CHECK (preuve IN ('livret_de_famille', 'acte_de_naissance', 'decision_de_justice',
        'mandat_vise', 'rattachement_ayant_droit')),
    CONSTRAINT representation_motif_fin
        CHECK (motif_fin IN ('majorite', 'decision_de_justice', 'fin_de_mesure', 'deces', 'erreur_de_saisie')),
    CONSTRAINT representation_par CHECK ((representant_id IS NULL) <> (identite_chiffree IS NULL)),
    CONSTRAINT representation_autrui CHECK (representant_id <> patient_id),
    CONSTRAINT representation_version CHECK (version >= 1),
    CONSTRAINT representation_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT representation_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT representation_unique
        EXCLUDE USING gist (patient_id WITH =, representation_id WITH =, effet WITH &&) WHERE (remplace_le IS NULL),
    CONSTRAINT representation_d_une_personne
        EXCLUDE USING gist (patient_id WITH =, representant_id WITH =, nature WITH =, effet WITH &&)
        WHERE (remplace_le IS NULL AND representant_id IS NOT NULL)
);
CREATE INDEX representation_par_id ON representation (representation_id);
-- Whom a person represents.
CREATE INDEX representation_par_representant ON representation (representant_id) WHERE remplace_le IS NULL;

-- The link under which a holder or a representative signed.
ALTER TABLE signature ADD COLUMN representation_id uuid;

-- The wrong entry that a declaration rectifies, under the same public number.
ALTER TABLE declaration ADD COLUMN rectifie_id uuid;

-- A wrong entry that was rectified never counted. Every row of before keeps satisfying the longer list.
ALTER TABLE etat_declaration
    DROP CONSTRAINT etat_declaration_etat,
    ADD CONSTRAINT etat_declaration_etat
        CHECK (etat IN ('en_attente', 'active', 'refusee', 'annulee', 'expiree', 'rectifiee')) NOT VALID;

-- A declaration that adds doctors to a designation, and the doctors in place that it names: they sign nothing again.
CREATE TABLE avenant (
    patient_id uuid NOT NULL,
    declaration_id uuid NOT NULL,
    en_place uuid[] NOT NULL,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, declaration_id),
    FOREIGN KEY (patient_id, declaration_id) REFERENCES declaration
);

-- Persons told that they will soon choose by themselves: once for each birthday.
CREATE TABLE avis_majorite (
    patient_id uuid NOT NULL REFERENCES patient,
    anniversaire date NOT NULL,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, anniversaire)
);

CREATE TRIGGER representation_histoire BEFORE UPDATE ON representation
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER representation_garde BEFORE DELETE ON representation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER avenant_garde BEFORE UPDATE OR DELETE ON avenant
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER avis_majorite_garde BEFORE UPDATE OR DELETE ON avis_majorite
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
