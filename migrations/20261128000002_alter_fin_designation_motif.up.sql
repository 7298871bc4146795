-- A patient may end a choice without making another one. Old code never writes this motive, and reads the others as before.
ALTER TABLE fin_designation DROP CONSTRAINT fin_designation_motif;
ALTER TABLE fin_designation ADD CONSTRAINT fin_designation_motif CHECK (motif IN ('medecin', 'cessation', 'changement_de_lieu',
    'changement_de_specialite', 'retraite', 'deces', 'changement_de_departement', 'patient')) NOT VALID;
