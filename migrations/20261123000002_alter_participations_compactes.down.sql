ALTER TABLE participation_retenue ALTER COLUMN executants TYPE text[] USING executants::text[];
UPDATE participation_retenue SET executants = ARRAY(
    SELECT lpad(executant, 11, '0') FROM unnest(executants) WITH ORDINALITY AS u (executant, rang) ORDER BY rang);
ALTER TABLE participation_retenue ADD CONSTRAINT participation_retenue_patient_id_fkey
    FOREIGN KEY (patient_id) REFERENCES patient;
