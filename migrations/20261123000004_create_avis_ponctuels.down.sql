DROP TABLE avis_ponctuel_rompu;
DROP TABLE avis_ponctuel;
