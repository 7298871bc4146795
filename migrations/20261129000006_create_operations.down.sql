DROP TABLE mouvement_patientele;
DROP TABLE neutralisation;
DROP TABLE fin_designation;
DROP TABLE operation_patient;
DROP TABLE operation_medecin;
