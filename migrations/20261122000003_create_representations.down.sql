-- Back to declarations of one doctor and one adult.
DROP TABLE avis_majorite;
DROP TABLE avenant;
ALTER TABLE etat_declaration
    DROP CONSTRAINT etat_declaration_etat,
    ADD CONSTRAINT etat_declaration_etat
        CHECK (etat IN ('en_attente', 'active', 'refusee', 'annulee', 'expiree')) NOT VALID;
ALTER TABLE declaration DROP COLUMN rectifie_id;
ALTER TABLE signature DROP COLUMN representation_id;
DROP TABLE representation;
