DROP VIEW journal;
ALTER TABLE evenement DROP COLUMN feuilles;
