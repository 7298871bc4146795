DROP TABLE honoraires_annee;
