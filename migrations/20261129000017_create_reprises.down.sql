DROP FUNCTION mesurer_registre();
DROP TABLE export_bloc;
DROP TABLE export;
DROP TABLE reprise_ligne;
DROP TABLE reprise_bloc;
DROP TABLE reprise;
