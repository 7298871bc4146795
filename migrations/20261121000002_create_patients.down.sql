DROP TABLE affiliation;
DROP TABLE identifiant_patient;
DROP TABLE identite_patient;
DROP TABLE patient;
