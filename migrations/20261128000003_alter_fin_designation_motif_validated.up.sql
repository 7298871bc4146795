-- The rows that exist fit: their motives are all still accepted.
ALTER TABLE fin_designation VALIDATE CONSTRAINT fin_designation_motif;
