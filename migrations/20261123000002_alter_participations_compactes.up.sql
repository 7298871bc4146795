-- Performers as numbers, and no check of the person for each row: the person's row is locked by every write, as for
-- feuilles.
ALTER TABLE participation_retenue DROP CONSTRAINT participation_retenue_patient_id_fkey;
ALTER TABLE participation_retenue ALTER COLUMN executants TYPE bigint[] USING executants::bigint[];
