-- Fails while a patient's withdrawal is kept: no version before this one could read it.
ALTER TABLE fin_designation DROP CONSTRAINT fin_designation_motif;
ALTER TABLE fin_designation ADD CONSTRAINT fin_designation_motif CHECK (motif IN ('medecin', 'cessation', 'changement_de_lieu',
    'changement_de_specialite', 'retraite', 'deces', 'changement_de_departement'));
