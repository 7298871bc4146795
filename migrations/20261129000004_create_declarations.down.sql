DROP TABLE designation_medecin;
DROP TABLE designation;
DROP TABLE avenant;
DROP TABLE preuve_utilisee;
DROP TABLE signature;
DROP TABLE etat_declaration;
DROP TABLE declaration_medecin;
DROP TABLE declaration;
