DROP TABLE tache;
DROP TABLE idempotence;
DROP TABLE acces;
DROP TABLE evenement;
