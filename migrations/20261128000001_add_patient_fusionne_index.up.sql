-- no-transaction
-- Records that were merged into another: looked for with every number, and few.
CREATE INDEX CONCURRENTLY patient_fusionne ON patient (patient_id) WHERE fusionne_dans IS NOT NULL;
