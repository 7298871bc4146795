DROP INDEX neutralisation_par_fin;
DROP TABLE courriers_lot;
DROP TABLE courriers;
