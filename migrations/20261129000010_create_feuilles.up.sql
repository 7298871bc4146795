-- Feuilles de soins and their evaluations, partitioned by month of care. Codes and integers only, sealed: sentences are rendered
-- when they are read. No foreign key here: the person's row is locked by every write, and a check per row would cost as
-- much as the insert itself.

-- The laws under which evaluations were made, by fingerprint, with the values they used.
CREATE TABLE loi (
    loi_id smallint PRIMARY KEY,
    empreinte bytea NOT NULL,
    contenu jsonb NOT NULL,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT loi_empreinte CHECK (octet_length(empreinte) = 32),
    CONSTRAINT loi_empreinte_unique UNIQUE (empreinte)
);

-- A feuille and its first evaluation in one row, with numbers instead of digits: one insert, two indexes.
CREATE TABLE feuille_de_soins (
    -- Carries the month of care, so that an id leads to its partition.
    feuille_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    -- Also what was known when the first evaluation was made: everything recorded up to this instant.
    enregistre_le timestamptz NOT NULL,
    executant_rpps bigint NOT NULL,
    -- The number that bills: see storage/feuilles_de_soins/numeros.
    facturation bigint NOT NULL,
    -- The digits of the number after a 1 that keeps its zeros.
    numero_facture integer NOT NULL,
    date_soins date NOT NULL,
    date_etablissement date NOT NULL,
    -- The law of the first evaluation.
    loi_id smallint NOT NULL,
    -- With which others it came, when it did: who was answered with it.
    reception_id integer,
    -- The rest of the feuille, in the binary form of storage/feuilles_de_soins/codec.rs, then facts used, amounts by line and
    -- rules that decided, in that of storage/evaluations/codec.rs: sealed together under a key of data, bound to the id.
    contenu_chiffre bytea NOT NULL,
    PRIMARY KEY (patient_id, facturation, numero_facture, date_etablissement, date_soins)
) PARTITION BY RANGE (date_soins);
CREATE INDEX feuille_de_soins_par_id ON feuille_de_soins (feuille_id);

-- Later evaluations of a feuille.
CREATE TABLE evaluation (
    feuille_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    -- What was known: everything recorded up to this instant.
    connu_le timestamptz NOT NULL,
    date_soins date NOT NULL,
    -- 2, then one more for each new evaluation of the feuille; the first is in its row.
    numero smallint NOT NULL,
    loi_id smallint NOT NULL,
    -- Facts used, amounts by line and rules that decided, in the binary form of storage/evaluations/codec.rs, sealed
    -- under a key of data and bound to the id and the number.
    detail_chiffre bytea NOT NULL,
    PRIMARY KEY (feuille_id, numero, patient_id, date_soins),
    CONSTRAINT evaluation_numero CHECK (numero >= 2)
) PARTITION BY RANGE (date_soins);

-- Which other records held, and when, what some records hold now: the one into which a record was merged, until the merge was undone;
-- those that held the feuilles and the declarations which they were given. Whoever read these then read what is theirs. What is
-- known bears an instant that may be some microseconds ahead of the clock: a second before belongs to it.
CREATE FUNCTION dossiers_tenus(dossiers uuid[]) RETURNS TABLE (patient_id uuid, du timestamptz, au timestamptz)
LANGUAGE sql STABLE AS $$
    WITH feuilles AS (
        SELECT a.feuille_id, a.enregistre_le AS au, lag(a.patient_id) OVER suite AS tenue_par, lag(a.enregistre_le) OVER suite AS du,
               last_value(a.patient_id) OVER (suite ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS chez
        FROM attribution_feuille a
        WHERE a.feuille_id = ANY (ARRAY(SELECT b.feuille_id FROM attribution_feuille b WHERE b.patient_id = ANY (dossiers)))
        WINDOW suite AS (PARTITION BY a.feuille_id ORDER BY a.enregistre_le)
    ), declarations AS (
        SELECT m.declaration_id, m.origine_id, m.enregistre_le AS au, lag(m.enregistre_le) OVER suite AS du,
               last_value(m.patient_id) OVER (suite ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS chez
        FROM mouvement_declaration m
        WHERE m.declaration_id = ANY (ARRAY(SELECT n.declaration_id FROM mouvement_declaration n WHERE n.patient_id = ANY (dossiers)))
        WINDOW suite AS (PARTITION BY m.declaration_id ORDER BY m.version)
    ), choses AS (
        SELECT coalesce(f.tenue_par, g.patient_id) AS patient_id, coalesce(f.du, g.enregistre_le) AS du, f.au
        FROM feuilles f
        LEFT JOIN feuille_de_soins g ON f.tenue_par IS NULL AND g.feuille_id = f.feuille_id
        WHERE f.chez = ANY (dossiers)
        UNION
        SELECT m.origine_id, coalesce(m.du, d.enregistre_le), m.au
        FROM declarations m
        LEFT JOIN declaration d ON m.du IS NULL AND d.patient_id = m.origine_id AND d.declaration_id = m.declaration_id
        WHERE m.chez = ANY (dossiers)
    ), tenus AS (
        SELECT f.patient_id, f.enregistre_le AS du, f.remplace_le AS au FROM fusion f
        WHERE f.absorbe_id = ANY (dossiers) AND f.remplace_le IS NOT NULL
        UNION
        SELECT c.patient_id, c.du, c.au FROM choses c
        UNION
        SELECT f.patient_id, greatest(c.du, f.enregistre_le), least(c.au, f.remplace_le)
        FROM choses c JOIN fusion f ON f.absorbe_id = c.patient_id
        WHERE f.enregistre_le < c.au AND (f.remplace_le IS NULL OR f.remplace_le > c.du)
    )
    SELECT t.patient_id, t.du - interval '1 second', t.au FROM tenus t
    WHERE t.patient_id <> ALL (dossiers)
$$;

-- Makes the partitions of a month if they are missing. Runs with the rights of the owner of the tables, so that the
-- service itself needs none on the schema. A table is made apart, then attached: readers are not blocked.
CREATE FUNCTION creer_partitions(mois date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    debut date := date_trunc('month', mois)::date;
    fin date := (date_trunc('month', mois) + interval '1 month')::date;
    mere text;
    fille text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('traitant.creer_partitions'));
    FOREACH mere IN ARRAY ARRAY['feuille_de_soins', 'evaluation'] LOOP
        fille := mere || to_char(debut, '_YYYY_MM');
        IF to_regclass('public.' || fille) IS NULL THEN
            EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', fille, mere);
            EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                mere, fille, debut, fin);
            EXECUTE format('CREATE TRIGGER jamais_videe BEFORE TRUNCATE ON public.%I
                            FOR EACH STATEMENT EXECUTE FUNCTION public.histoire_jamais_videe()', fille);
        END IF;
    END LOOP;
END
$$;

-- Participations forfaitaires kept from a person in a year of care before their latest one, which their own row holds
-- (patient.retenues), as one string of bytes, nine each: day of the year,
-- performer, cents. The yearly ceiling bounds it.
CREATE TABLE participation_retenue (
    patient_id uuid NOT NULL,
    annee smallint NOT NULL,
    retenues bytea NOT NULL,
    PRIMARY KEY (patient_id, annee),
    CONSTRAINT participation_retenue_octets CHECK (octet_length(retenues) % 9 = 0)
) WITH (fillfactor = 80);

-- Fees of the doctors who may bill authorised overruns, summed by calendar year of care: one row a doctor and a year. A sum
-- of facts that are kept elsewhere, like an index: no history of its own.
CREATE TABLE honoraires_annee (
    executant_rpps text NOT NULL,
    annee smallint NOT NULL,
    total_centimes bigint NOT NULL,
    -- Those of lines without authorised overrun.
    sans_depassement_centimes bigint NOT NULL,
    PRIMARY KEY (executant_rpps, annee),
    CONSTRAINT honoraires_annee_part
        CHECK (sans_depassement_centimes BETWEEN 0 AND total_centimes)
) WITH (fillfactor = 60);

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
    montant_centimes bigint NOT NULL,
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

CREATE TRIGGER feuille_de_soins_garde BEFORE UPDATE OR DELETE ON feuille_de_soins
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER evaluation_garde BEFORE UPDATE OR DELETE ON evaluation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER avis_ponctuel_garde BEFORE UPDATE OR DELETE ON avis_ponctuel
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER avis_ponctuel_rompu_garde BEFORE UPDATE OR DELETE ON avis_ponctuel_rompu
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER recouvrement_garde BEFORE UPDATE OR DELETE ON recouvrement
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
