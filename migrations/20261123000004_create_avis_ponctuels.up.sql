-- Single opinions of consultants, kept beside their feuilles: whoever follows a patient is not consulted for an opinion, and
-- a later feuille may show it. A few in a hundred feuilles have a row here.
CREATE TABLE avis_ponctuel (
    patient_id uuid NOT NULL REFERENCES patient,
    feuille_id uuid NOT NULL,
    executant_rpps text NOT NULL,
    -- Day of care.
    jour date NOT NULL,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, feuille_id)
);

-- An opinion that another feuille of the same performer contradicts: to be looked at again.
CREATE TABLE avis_ponctuel_rompu (
    patient_id uuid NOT NULL,
    feuille_id uuid NOT NULL,
    rompu_par uuid NOT NULL,
    -- Day of care of the feuille that contradicts it.
    jour date NOT NULL,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, feuille_id, rompu_par),
    FOREIGN KEY (patient_id, feuille_id) REFERENCES avis_ponctuel
);

CREATE TRIGGER avis_ponctuel_garde BEFORE UPDATE OR DELETE ON avis_ponctuel
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER avis_ponctuel_rompu_garde BEFORE UPDATE OR DELETE ON avis_ponctuel_rompu
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
