DROP TABLE simulation_reforme;
DROP TABLE statistique;
DROP TABLE statistique_mouvement;
DROP TABLE statistique_recue;
DROP TABLE statistique_personne;
DROP TABLE statistique_a_compter;
DROP TABLE statistique_purgee;
DROP TABLE statistique_suivi;
