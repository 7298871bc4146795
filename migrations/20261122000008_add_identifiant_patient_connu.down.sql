-- no-transaction
DROP INDEX CONCURRENTLY identifiant_patient_par_empreinte_connue;
