-- A feuille and its first evaluation in one row, with numbers instead of digits: half the space, one insert, two indexes.
-- Later evaluations keep their own table. Existing rows are kept.

-- The number that bills, as an integer: nine characters in base 36, one more digit for a FINESS.
CREATE FUNCTION facturation_en_nombre(ecrite text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT sum(rang.valeur * (36::numeric ^ (9 - rang.place)))::bigint
         + CASE left(ecrite, 1) WHEN 'F' THEN (36::numeric ^ 9)::bigint ELSE 0 END
    FROM (SELECT place, strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr(ecrite, place + 1, 1)) - 1 AS valeur
          FROM generate_series(1, 9) AS place) AS rang
$$;

ALTER TABLE feuille_de_soins RENAME TO feuille_ancienne;
ALTER TABLE evaluation RENAME TO evaluation_ancienne;
ALTER INDEX feuille_de_soins_pkey RENAME TO feuille_ancienne_pkey;
ALTER INDEX feuille_de_soins_unique RENAME TO feuille_ancienne_unique;
ALTER INDEX evaluation_pkey RENAME TO evaluation_ancienne_pkey;
-- Partitions of before give their names to those of after.
DO $$
DECLARE
    fille regclass;
BEGIN
    FOR fille IN SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent IN ('feuille_ancienne'::regclass, 'evaluation_ancienne'::regclass)
          AND inhrelid IN (SELECT oid FROM pg_class WHERE relkind = 'r')
    LOOP
        EXECUTE format('ALTER TABLE %s RENAME TO %I', fille, 'ancienne_' || fille::text);
    END LOOP;
END
$$;

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
    -- The first evaluation: what is left to pay is the fees minus what both insurances pay.
    honoraires_centimes integer NOT NULL,
    rembourse_amo_centimes integer NOT NULL,
    majoration_centimes integer NOT NULL,
    participation_centimes integer NOT NULL,
    part_amc_centimes integer NOT NULL,
    loi_id smallint NOT NULL,
    appartenance smallint NOT NULL,
    code_determine smallint NOT NULL,
    -- The rest of the feuille, in the binary form of storage/feuilles_de_soins/codec.
    contenu bytea NOT NULL,
    -- Facts used, amounts by line and rules that decided, in the binary form of storage/evaluations/codec.
    detail bytea NOT NULL,
    PRIMARY KEY (patient_id, facturation, numero_facture, date_etablissement, date_soins)
) PARTITION BY RANGE (date_soins);
CREATE INDEX feuille_de_soins_par_id ON feuille_de_soins (feuille_id);

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
    -- 2, then one more for each new evaluation of the feuille; the first is in its row.
    numero smallint NOT NULL,
    loi_id smallint NOT NULL,
    appartenance smallint NOT NULL,
    code_determine smallint NOT NULL,
    -- Facts used, amounts by line and rules that decided, in the binary form of storage/evaluations/codec.
    detail bytea NOT NULL,
    PRIMARY KEY (feuille_id, numero, patient_id, date_soins),
    CONSTRAINT evaluation_numero CHECK (numero >= 2)
) PARTITION BY RANGE (date_soins);

SELECT creer_partitions(mois) FROM (SELECT DISTINCT date_trunc('month', date_soins)::date FROM feuille_ancienne) AS m (mois);

INSERT INTO feuille_de_soins
SELECT f.feuille_id, f.patient_id, f.enregistre_le, f.executant_rpps::bigint, facturation_en_nombre(f.facturation),
       ('1' || f.numero_facture)::integer, f.date_soins, f.date_etablissement, e.honoraires_centimes,
       e.rembourse_amo_centimes, e.majoration_centimes, e.participation_centimes, e.part_amc_centimes,
       e.loi_id, e.appartenance, e.code_determine, f.contenu, e.detail
FROM feuille_ancienne f JOIN evaluation_ancienne e
  ON e.feuille_id = f.feuille_id AND e.date_soins = f.date_soins AND e.numero = 1;

INSERT INTO evaluation
SELECT feuille_id, patient_id, connu_le, date_soins, honoraires_centimes, rembourse_amo_centimes, majoration_centimes,
       participation_centimes, part_amc_centimes, numero, loi_id, appartenance, code_determine, detail
FROM evaluation_ancienne WHERE numero >= 2;

DROP TABLE feuille_ancienne, evaluation_ancienne;
DROP FUNCTION facturation_en_nombre;

CREATE TRIGGER feuille_de_soins_garde BEFORE UPDATE OR DELETE ON feuille_de_soins
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER evaluation_garde BEFORE UPDATE OR DELETE ON evaluation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
