DROP FUNCTION presents_par_carte;
DROP FUNCTION presents;
DROP TYPE present;
