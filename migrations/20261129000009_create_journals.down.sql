DROP TABLE tache;
DROP TABLE essai;
DROP TABLE idempotence;
DROP TABLE reception;
DROP TABLE acces;
DROP VIEW journal;
DROP TABLE evenement;
DROP TABLE auteur;
