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
