-- The feuille and its first evaluation apart again.
CREATE FUNCTION facturation_en_texte(nombre bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN nombre >= (36::numeric ^ 9)::bigint THEN 'F' ELSE 'A' END
        || string_agg(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ',
               (div(nombre, (36::numeric ^ (9 - place))::bigint) % 36)::integer + 1, 1), '' ORDER BY place)
    FROM generate_series(1, 9) AS place
$$;

ALTER TABLE feuille_de_soins RENAME TO feuille_ancienne;
ALTER TABLE evaluation RENAME TO evaluation_ancienne;
ALTER INDEX feuille_de_soins_pkey RENAME TO feuille_ancienne_pkey;
ALTER INDEX evaluation_pkey RENAME TO evaluation_ancienne_pkey;
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
    feuille_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    enregistre_le timestamptz NOT NULL,
    date_soins date NOT NULL,
    date_etablissement date NOT NULL,
    executant_rpps text NOT NULL,
    facturation text NOT NULL,
    numero_facture text NOT NULL,
    contenu bytea NOT NULL,
    PRIMARY KEY (feuille_id, patient_id, date_soins),
    CONSTRAINT feuille_de_soins_unique
        UNIQUE (patient_id, facturation, numero_facture, date_etablissement, date_soins)
) PARTITION BY RANGE (date_soins);

CREATE TABLE evaluation (
    feuille_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    connu_le timestamptz NOT NULL,
    date_soins date NOT NULL,
    honoraires_centimes integer NOT NULL,
    rembourse_amo_centimes integer NOT NULL,
    majoration_centimes integer NOT NULL,
    participation_centimes integer NOT NULL,
    part_amc_centimes integer NOT NULL,
    reste_a_charge_centimes integer NOT NULL,
    numero smallint NOT NULL,
    loi_id smallint NOT NULL,
    appartenance smallint NOT NULL,
    code_determine smallint NOT NULL,
    detail bytea NOT NULL,
    PRIMARY KEY (feuille_id, numero, patient_id, date_soins),
    CONSTRAINT evaluation_total CHECK (
        rembourse_amo_centimes + part_amc_centimes + reste_a_charge_centimes = honoraires_centimes
    )
) PARTITION BY RANGE (date_soins);

SELECT creer_partitions(mois) FROM (SELECT DISTINCT date_trunc('month', date_soins)::date FROM feuille_ancienne) AS m (mois);

INSERT INTO feuille_de_soins
SELECT feuille_id, patient_id, enregistre_le, date_soins, date_etablissement, lpad(executant_rpps::text, 11, '0'),
       facturation_en_texte(facturation), substr(numero_facture::text, 2), contenu
FROM feuille_ancienne;

INSERT INTO evaluation
SELECT feuille_id, patient_id, enregistre_le, date_soins, honoraires_centimes, rembourse_amo_centimes, majoration_centimes,
       participation_centimes, part_amc_centimes, honoraires_centimes - rembourse_amo_centimes - part_amc_centimes, 1,
       loi_id, appartenance, code_determine, detail
FROM feuille_ancienne
UNION ALL
SELECT feuille_id, patient_id, connu_le, date_soins, honoraires_centimes, rembourse_amo_centimes, majoration_centimes,
       participation_centimes, part_amc_centimes, honoraires_centimes - rembourse_amo_centimes - part_amc_centimes, numero,
       loi_id, appartenance, code_determine, detail
FROM evaluation_ancienne;

DROP TABLE feuille_ancienne, evaluation_ancienne;
DROP FUNCTION facturation_en_texte;

CREATE TRIGGER feuille_de_soins_garde BEFORE UPDATE OR DELETE ON feuille_de_soins
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER evaluation_garde BEFORE UPDATE OR DELETE ON evaluation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
