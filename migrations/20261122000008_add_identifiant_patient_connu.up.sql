-- no-transaction
-- A person is also found as known at an instant, by a number that was corrected since.
CREATE INDEX CONCURRENTLY identifiant_patient_par_empreinte_connue ON identifiant_patient (empreinte)
    WHERE remplace_le IS NOT NULL;
