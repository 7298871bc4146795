-- no-transaction
-- Without the index, the primary key is read instead.
DROP INDEX CONCURRENTLY patient_fusionne;
