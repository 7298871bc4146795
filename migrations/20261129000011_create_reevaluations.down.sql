DROP TABLE reevaluation_feuille;
DROP TABLE reevaluation;
