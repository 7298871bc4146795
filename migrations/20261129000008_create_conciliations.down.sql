DROP TABLE contact_conciliation;
DROP TABLE etat_conciliation;
DROP TABLE conciliation;
