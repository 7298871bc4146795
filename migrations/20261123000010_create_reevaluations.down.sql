DROP INDEX evenement_par_patient;
DROP TABLE reevaluation_feuille, reevaluation;
