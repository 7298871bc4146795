-- no-transaction
-- Without the index, the search reads every person.
DROP INDEX CONCURRENTLY identite_patient_par_naissance;
