-- What a caisse recovered of its claims after third-party payment. Claims themselves have no row: the current evaluation of the
-- feuille says them. Few feuilles have a row here.
CREATE TABLE recouvrement (
    -- The record that received the feuille, whatever became of it since: a recovery hangs on its feuille, which never moves.
    patient_id uuid NOT NULL REFERENCES patient,
    feuille_id uuid NOT NULL,
    recouvrement_id uuid NOT NULL,
    -- Which claim of the feuille: principal line of the act, and what for.
    numero_ligne smallint NOT NULL,
    nature text NOT NULL,
    mode text NOT NULL,
    -- What is taken back has the amount of what it takes back.
    montant_centimes integer NOT NULL,
    jour date NOT NULL,
    -- The movement that this one takes back, and why.
    annule_id uuid,
    motif text,
    -- Code of the caisse.
    auteur text NOT NULL,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, feuille_id, recouvrement_id),
    FOREIGN KEY (patient_id, feuille_id, annule_id) REFERENCES recouvrement,
    CONSTRAINT recouvrement_nature CHECK (nature IN ('majoration', 'participation_forfaitaire')),
    CONSTRAINT recouvrement_mode CHECK (mode IN ('retenue_sur_remboursement', 'paiement', 'remise', 'annulation')),
    CONSTRAINT recouvrement_motif CHECK (motif IN ('erreur_de_saisie', 'paiement_rejete', 'somme_rendue', 'reclamation')),
    CONSTRAINT recouvrement_montant CHECK (montant_centimes > 0),
    CONSTRAINT recouvrement_annulation
        CHECK ((mode = 'annulation') = (annule_id IS NOT NULL) AND (mode = 'annulation') = (motif IS NOT NULL))
);
-- A movement is taken back once.
CREATE UNIQUE INDEX recouvrement_annule ON recouvrement (patient_id, feuille_id, annule_id) WHERE annule_id IS NOT NULL;

CREATE TRIGGER recouvrement_garde BEFORE UPDATE OR DELETE ON recouvrement
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
