-- Files of conciliation: a patient finds no médecin traitant, the caisse helps. Without effect on reimbursement.

CREATE TABLE conciliation (
    patient_id uuid NOT NULL REFERENCES patient,
    conciliation_id uuid NOT NULL,
    -- The caisse asked for help: régime, caisse and centre of that day.
    organisme text NOT NULL,
    -- Near which residence doctors are looked for.
    commune text NOT NULL,
    -- patient, or caisse in the patient's name.
    demandee_par text NOT NULL,
    demandee_le date NOT NULL,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, conciliation_id),
    CONSTRAINT conciliation_organisme CHECK (organisme ~ '^[0-9]{9}$'),
    CONSTRAINT conciliation_commune CHECK (commune ~ '^[0-9][0-9AB][0-9]{3}$'),
    CONSTRAINT conciliation_demandee_par CHECK (demandee_par IN ('patient', 'caisse'))
);
CREATE INDEX conciliation_par_id ON conciliation (conciliation_id);
-- Statistics of a caisse: the five digits of régime and caisse.
CREATE INDEX conciliation_par_caisse ON conciliation (left(organisme, 5), demandee_le);

-- One row a version, the last one without remplace_le.
CREATE TABLE etat_conciliation (
    patient_id uuid NOT NULL,
    conciliation_id uuid NOT NULL,
    version integer NOT NULL,
    etat text NOT NULL,
    -- The doctor who agreed, for that outcome.
    medecin_id uuid REFERENCES medecin,
    -- Day on which the search ended.
    terminee_le date,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, conciliation_id, version),
    FOREIGN KEY (patient_id, conciliation_id) REFERENCES conciliation,
    CONSTRAINT etat_conciliation_version CHECK (version >= 1),
    CONSTRAINT etat_conciliation_etat CHECK (etat IN ('ouverte', 'medecin_trouve', 'abandonnee', 'close')),
    CONSTRAINT etat_conciliation_medecin CHECK ((etat = 'medecin_trouve') = (medecin_id IS NOT NULL)),
    CONSTRAINT etat_conciliation_terminee CHECK ((etat = 'ouverte') = (terminee_le IS NULL)),
    CONSTRAINT etat_conciliation_connaissance CHECK (remplace_le > enregistre_le)
);
CREATE UNIQUE INDEX etat_conciliation_courant ON etat_conciliation (patient_id, conciliation_id)
    WHERE remplace_le IS NULL;
-- One search at a time.
CREATE UNIQUE INDEX etat_conciliation_ouverte ON etat_conciliation (patient_id)
    WHERE remplace_le IS NULL AND etat = 'ouverte';

-- A doctor contacted, and what the doctor answered: a new version for each thing learnt.
CREATE TABLE contact_conciliation (
    patient_id uuid NOT NULL,
    conciliation_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    version integer NOT NULL,
    medecin_id uuid NOT NULL REFERENCES medecin,
    -- patient or caisse.
    contacte_par text NOT NULL,
    contacte_le date NOT NULL,
    reponse text NOT NULL,
    repondu_le date,
    -- The declaration that the doctor refused, when the answer is that refusal.
    declaration_id uuid,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, conciliation_id, contact_id, version),
    FOREIGN KEY (patient_id, conciliation_id) REFERENCES conciliation,
    FOREIGN KEY (patient_id, declaration_id) REFERENCES declaration,
    CONSTRAINT contact_conciliation_par CHECK (contacte_par IN ('patient', 'caisse')),
    CONSTRAINT contact_conciliation_reponse CHECK (reponse IN ('attendue', 'accord', 'refus', 'sans_reponse')),
    CONSTRAINT contact_conciliation_repondu CHECK ((reponse = 'attendue') = (repondu_le IS NULL)),
    CONSTRAINT contact_conciliation_ordre CHECK (repondu_le >= contacte_le),
    CONSTRAINT contact_conciliation_connaissance CHECK (remplace_le > enregistre_le)
);
CREATE UNIQUE INDEX contact_conciliation_courant ON contact_conciliation (patient_id, conciliation_id, contact_id)
    WHERE remplace_le IS NULL;

CREATE TRIGGER conciliation_garde BEFORE UPDATE OR DELETE ON conciliation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER etat_conciliation_histoire BEFORE UPDATE ON etat_conciliation
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER etat_conciliation_garde BEFORE DELETE ON etat_conciliation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER contact_conciliation_histoire BEFORE UPDATE ON contact_conciliation
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER contact_conciliation_garde BEFORE DELETE ON contact_conciliation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
