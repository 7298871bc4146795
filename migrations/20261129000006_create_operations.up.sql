-- The doctor's side: acts that end the line of a doctor, operations of a caisse on a doctor, what they did for each
-- patient, and the neutralisation that follows some of them.

-- The caisse (régime and caisse) on which a person depends on a day, as known now: between two, the one that they left.
CREATE FUNCTION caisse_le(personne uuid, jour date) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT left(organisme, 5) FROM affiliation
    WHERE patient_id = personne AND remplace_le IS NULL AND lower(effet) <= jour
    ORDER BY lower(effet) DESC LIMIT 1
$$;

-- Retirement, death, move, change of specialty, suspension… of one doctor, asked by a caisse or by the national register,
-- and carried out by a job.
CREATE TABLE operation_medecin (
    operation_id uuid PRIMARY KEY,
    medecin_id uuid NOT NULL REFERENCES medecin,
    nature text NOT NULL,
    effet_du date NOT NULL,
    -- First day after a suspension whose end is known.
    effet_au date,
    -- Régime and caisse that asked: it ends lines of its own patients only. NULL: a national act.
    caisse text,
    motif text,
    -- Why it begins so long ago.
    justification text,
    etat text NOT NULL,
    version integer NOT NULL,
    -- Keyed digest of the agent who prepared a national act, which another one confirms, and when it expires.
    prepare_par bytea,
    expire_le timestamptz,
    -- The instant under which the practice facts of the doctor were changed: that of the confirmation, where there is one.
    enregistre_le timestamptz NOT NULL,
    confirmee_le timestamptz,
    annulee_le timestamptz,
    CONSTRAINT operation_medecin_nature CHECK (nature IN ('retraite', 'cessation', 'deces', 'changement_departement',
        'changement_cabinet', 'changement_specialite', 'suspension')),
    CONSTRAINT operation_medecin_etat CHECK (etat IN ('a_confirmer', 'en_attente', 'en_cours', 'terminee',
        'annulation', 'annulee', 'expiree')),
    CONSTRAINT operation_medecin_fin CHECK (effet_au IS NULL OR (nature = 'suspension' AND effet_au > effet_du)),
    CONSTRAINT operation_medecin_deux_agents CHECK (num_nulls(prepare_par, expire_le) IN (0, 2)
        AND (prepare_par IS NULL OR etat IN ('a_confirmer', 'annulee', 'expiree') OR confirmee_le IS NOT NULL)),
    CONSTRAINT operation_medecin_version CHECK (version >= 1)
);
CREATE UNIQUE INDEX operation_medecin_unique ON operation_medecin (medecin_id, nature, effet_du, caisse)
    NULLS NOT DISTINCT WHERE annulee_le IS NULL;
-- Those whose job is not over: few, and asked for with each feuille.
CREATE INDEX operation_medecin_en_cours ON operation_medecin (medecin_id) WHERE etat IN ('en_attente', 'en_cours');

-- Those that somebody follows: few.
CREATE INDEX operation_medecin_a_suivre ON operation_medecin (etat)
    WHERE etat IN ('a_confirmer', 'en_attente', 'en_cours', 'annulation');

-- The practice that a prepared act will begin, and the place that it leaves.
CREATE TABLE operation_exercice (
    operation_id uuid PRIMARY KEY REFERENCES operation_medecin,
    lieu_quitte uuid,
    lieu_id uuid NOT NULL REFERENCES lieu,
    mode text NOT NULL,
    principal boolean NOT NULL,
    convention text,
    option_tarifaire text NOT NULL,
    facturation text
);

-- The caisses that a national act concerns: each reads it, and undoes it for its own patients.
CREATE TABLE operation_caisse (
    operation_id uuid NOT NULL REFERENCES operation_medecin,
    caisse text NOT NULL,
    annulee_le timestamptz,
    PRIMARY KEY (operation_id, caisse)
);

-- The patients of an operation: what remains to be done, what was done, what was undone.
CREATE TABLE operation_patient (
    patient_id uuid NOT NULL REFERENCES patient,
    operation_id uuid NOT NULL REFERENCES operation_medecin,
    -- On which the person depends on the first day, as known when the operation reached them.
    caisse text,
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
    -- In which role it was recorded, unless an operation calls for it: who may take it back.
    par text,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, fin_id),
    CONSTRAINT fin_designation_par CHECK ((par IS NULL) = (operation_id IS NOT NULL)),
    CONSTRAINT fin_designation_motif CHECK (motif IN ('medecin', 'cessation', 'changement_de_lieu', 'changement_de_specialite',
        'retraite', 'deces', 'changement_de_departement', 'patient', 'remplacement')),
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
        EXCLUDE USING gist (patient_id WITH =, operation_id WITH =, effet WITH &&) WHERE (coalesce(remplace_le, 'infinity') = 'infinity')
);
CREATE INDEX neutralisation_par_operation ON neutralisation (operation_id);

CREATE TRIGGER fin_designation_histoire BEFORE UPDATE ON fin_designation
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER fin_designation_garde BEFORE DELETE ON fin_designation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER neutralisation_histoire BEFORE UPDATE ON neutralisation
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER neutralisation_garde BEFORE DELETE ON neutralisation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();

-- Whether nothing can come of a declaration on a day: its patient died before, or operations of these kinds left one of
-- its doctors without practice.
CREATE FUNCTION declaration_sans_suite(patient uuid, declaration uuid, jour date, departs text[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM deces_patient m
                   WHERE m.patient_id = patient AND m.remplace_le IS NULL AND lower(m.effet) < jour)
        OR EXISTS (SELECT FROM declaration_medecin c JOIN operation_medecin o USING (medecin_id)
                   WHERE c.patient_id = patient AND c.declaration_id = declaration
                     AND o.effet_du <= jour AND o.nature = ANY (departs)
                     AND o.etat IN ('en_attente', 'en_cours', 'terminee')
                     AND NOT EXISTS (SELECT FROM exercice x
                                     WHERE x.medecin_id = c.medecin_id AND x.remplace_le IS NULL
                                       AND x.effet @> jour AND x.mode <> 'remplacant'))
$$;
