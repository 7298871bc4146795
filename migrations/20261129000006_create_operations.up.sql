-- The doctor's side: acts that end the line of a doctor, operations of a caisse on a doctor, what they did for each
-- patient, the neutralisation that follows some of them, and the arrivals and departures that a doctor reads.

-- Retirement, death, move, change of specialty, suspension… of one doctor, asked by a caisse and carried out by a job.
CREATE TABLE operation_medecin (
    operation_id uuid PRIMARY KEY,
    medecin_id uuid NOT NULL REFERENCES medecin,
    nature text NOT NULL,
    effet_du date NOT NULL,
    -- First day after a suspension whose end is known.
    effet_au date,
    -- Régime and caisse that asked: the only one that reads and undoes it.
    caisse text NOT NULL,
    motif text,
    etat text NOT NULL,
    version integer NOT NULL,
    -- Also the instant under which the practice facts of the doctor were changed.
    enregistre_le timestamptz NOT NULL,
    annulee_le timestamptz,
    CONSTRAINT operation_medecin_nature CHECK (nature IN ('retraite', 'cessation', 'deces', 'changement_departement',
        'changement_cabinet', 'changement_specialite', 'suspension')),
    CONSTRAINT operation_medecin_etat CHECK (etat IN ('en_attente', 'en_cours', 'terminee', 'annulation', 'annulee')),
    CONSTRAINT operation_medecin_fin CHECK (effet_au IS NULL OR (nature = 'suspension' AND effet_au > effet_du)),
    CONSTRAINT operation_medecin_version CHECK (version >= 1)
);
CREATE UNIQUE INDEX operation_medecin_unique ON operation_medecin (medecin_id, nature, effet_du)
    WHERE annulee_le IS NULL;

-- The patients of an operation: what remains to be done, what was done, what was undone.
CREATE TABLE operation_patient (
    patient_id uuid NOT NULL REFERENCES patient,
    operation_id uuid NOT NULL REFERENCES operation_medecin,
    resultat text,
    neutralise boolean,
    traite_le timestamptz,
    defait_le timestamptz,
    PRIMARY KEY (patient_id, operation_id),
    CONSTRAINT operation_patient_resultat CHECK (resultat IN ('fermee', 'membre_ferme', 'notifiee', 'inchangee')),
    CONSTRAINT operation_patient_traite CHECK ((resultat IS NULL) = (traite_le IS NULL))
);
CREATE INDEX operation_patient_par_operation ON operation_patient (operation_id, patient_id);

-- An act after which a doctor is no longer one of the médecins traitants of a person. The timeline is unrolled from the
-- choices and from these.
CREATE TABLE fin_designation (
    patient_id uuid NOT NULL REFERENCES patient,
    fin_id uuid NOT NULL,
    medecin_id uuid NOT NULL REFERENCES medecin,
    motif text NOT NULL,
    -- First day on which the doctor is no longer a médecin traitant.
    effet_du date NOT NULL,
    -- A withdrawal does not touch the choices signed after this instant.
    decidee_le timestamptz NOT NULL,
    operation_id uuid REFERENCES operation_medecin,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, fin_id),
    CONSTRAINT fin_designation_motif CHECK (motif IN ('medecin', 'cessation', 'changement_de_lieu', 'changement_de_specialite',
        'retraite', 'deces', 'changement_de_departement', 'patient')),
    CONSTRAINT fin_designation_connaissance CHECK (remplace_le > enregistre_le)
);
CREATE UNIQUE INDEX fin_designation_unique ON fin_designation (patient_id, operation_id)
    WHERE remplace_le IS NULL AND operation_id IS NOT NULL;
CREATE INDEX fin_designation_par_operation ON fin_designation (operation_id) WHERE operation_id IS NOT NULL;

-- Days on which a person without médecin traitant bears no majoration, because the doctor retired or left.
CREATE TABLE neutralisation (
    patient_id uuid NOT NULL REFERENCES patient,
    neutralisation_id uuid NOT NULL,
    medecin_id uuid NOT NULL REFERENCES medecin,
    operation_id uuid NOT NULL REFERENCES operation_medecin,
    motif text NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, neutralisation_id),
    CONSTRAINT neutralisation_motif CHECK (motif IN ('retraite', 'changement_departement')),
    CONSTRAINT neutralisation_effet CHECK (lower_inc(effet) AND NOT isempty(effet) AND NOT upper_inf(effet)),
    CONSTRAINT neutralisation_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT neutralisation_unique
        EXCLUDE USING gist (patient_id WITH =, operation_id WITH =, effet WITH &&) WHERE (remplace_le IS NULL)
);
CREATE INDEX neutralisation_par_operation ON neutralisation (operation_id);

-- Arrivals and departures as the register came to know them, for the doctor to follow.
CREATE TABLE mouvement_patientele (
    patient_id uuid NOT NULL REFERENCES patient,
    mouvement_id uuid NOT NULL,
    medecin_id uuid NOT NULL REFERENCES medecin,
    -- A reader never goes past the oldest transaction still open, so nothing is lost to commit order.
    transaction_id xid8 NOT NULL,
    nature text NOT NULL,
    -- First day of care, or first day without.
    jour date NOT NULL,
    motif_fin text,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, mouvement_id),
    CONSTRAINT mouvement_patientele_nature CHECK (nature IN ('arrivee', 'depart', 'arrivee_annulee', 'depart_annule'))
);
CREATE INDEX mouvement_patientele_ordre ON mouvement_patientele (medecin_id, transaction_id, mouvement_id);

CREATE TRIGGER fin_designation_histoire BEFORE UPDATE ON fin_designation
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER fin_designation_garde BEFORE DELETE ON fin_designation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER neutralisation_histoire BEFORE UPDATE ON neutralisation
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER neutralisation_garde BEFORE DELETE ON neutralisation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER mouvement_patientele_garde BEFORE UPDATE OR DELETE ON mouvement_patientele
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
