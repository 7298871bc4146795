DROP TABLE neutralisation;
DROP TABLE fin_designation;
DROP TABLE operation_patient;
DROP TABLE operation_caisse;
DROP TABLE operation_exercice;
DROP TABLE operation_medecin;
DROP FUNCTION declaration_sans_suite;
DROP FUNCTION caisse_le;
