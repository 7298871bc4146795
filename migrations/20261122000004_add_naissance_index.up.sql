-- no-transaction
-- Persons by birth date, for those who will soon reach an age.
CREATE INDEX CONCURRENTLY identite_patient_par_naissance ON identite_patient (date_naissance) WHERE remplace_le IS NULL;
