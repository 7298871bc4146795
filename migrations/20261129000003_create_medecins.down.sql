DROP TABLE accueil_medecin;
DROP TABLE exercice;
DROP TABLE lieu;
DROP TABLE specialite_medecin;
DROP TABLE identite_medecin;
DROP TABLE medecin;
DROP FUNCTION lettres(text);
