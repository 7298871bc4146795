-- Feuilles de soins and their evaluations, partitioned by month of care. Codes and integers only: sentences are rendered
-- when they are read. No foreign key here: the person's row is locked by every write, and a check per row would cost as
-- much as the insert itself.

-- The laws under which evaluations were made, by fingerprint, with the values they used.
CREATE TABLE loi (
    loi_id smallint PRIMARY KEY,
    empreinte bytea NOT NULL,
    moteur integer NOT NULL,
    contenu jsonb NOT NULL,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT loi_empreinte CHECK (octet_length(empreinte) = 32),
    CONSTRAINT loi_empreinte_unique UNIQUE (empreinte)
);

CREATE TABLE feuille_de_soins (
    -- Carries the month of care, so that an id leads to its partition.
    feuille_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    enregistre_le timestamptz NOT NULL,
    date_soins date NOT NULL,
    date_etablissement date NOT NULL,
    executant_rpps text NOT NULL,
    -- A (num_am) or F (finess), and the number that bills.
    facturation text NOT NULL,
    numero_facture text NOT NULL,
    -- The rest of the feuille, in the binary form of storage/feuilles_de_soins/codec.
    contenu bytea NOT NULL,
    PRIMARY KEY (feuille_id, patient_id, date_soins),
    CONSTRAINT feuille_de_soins_unique
        UNIQUE (patient_id, facturation, numero_facture, date_etablissement, date_soins)
) PARTITION BY RANGE (date_soins);

CREATE TABLE evaluation (
    feuille_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    -- What was known: everything recorded up to this instant.
    connu_le timestamptz NOT NULL,
    date_soins date NOT NULL,
    honoraires_centimes integer NOT NULL,
    rembourse_amo_centimes integer NOT NULL,
    majoration_centimes integer NOT NULL,
    participation_centimes integer NOT NULL,
    part_amc_centimes integer NOT NULL,
    reste_a_charge_centimes integer NOT NULL,
    -- 1, then one more for each new evaluation of the feuille.
    numero smallint NOT NULL,
    loi_id smallint NOT NULL,
    appartenance smallint NOT NULL,
    code_determine smallint NOT NULL,
    -- Facts used, amounts by line and rules that decided, in the binary form of storage/evaluations/codec.
    detail bytea NOT NULL,
    PRIMARY KEY (feuille_id, numero, patient_id, date_soins),
    CONSTRAINT evaluation_total CHECK (
        rembourse_amo_centimes + part_amc_centimes + reste_a_charge_centimes = honoraires_centimes
    )
) PARTITION BY RANGE (date_soins);

CREATE TRIGGER feuille_de_soins_garde BEFORE UPDATE OR DELETE ON feuille_de_soins
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER evaluation_garde BEFORE UPDATE OR DELETE ON evaluation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();

-- Participations forfaitaires kept from a person in a year of care: one entry each. The yearly ceiling bounds the arrays.
CREATE TABLE participation_retenue (
    patient_id uuid NOT NULL REFERENCES patient,
    annee smallint NOT NULL,
    jours date[] NOT NULL,
    executants text[] NOT NULL,
    centimes smallint[] NOT NULL,
    PRIMARY KEY (patient_id, annee),
    CONSTRAINT participation_retenue_tableaux
        CHECK (cardinality(jours) = cardinality(executants) AND cardinality(jours) = cardinality(centimes))
) WITH (fillfactor = 80);

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
        END IF;
    END LOOP;
END
$$;
