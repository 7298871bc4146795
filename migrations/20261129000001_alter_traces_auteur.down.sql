ALTER TABLE idempotence DROP COLUMN personnes;
ALTER TABLE evenement DROP COLUMN auteur_id;
ALTER TABLE acces DROP COLUMN auteur_id, ADD COLUMN appelant_role text NOT NULL DEFAULT '', ADD COLUMN appelant text NOT NULL DEFAULT '';
DROP TABLE auteur;
