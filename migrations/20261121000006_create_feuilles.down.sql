DROP FUNCTION creer_partitions(date);
DROP TABLE participation_retenue;
DROP TABLE evaluation;
DROP TABLE feuille_de_soins;
DROP TABLE loi;
