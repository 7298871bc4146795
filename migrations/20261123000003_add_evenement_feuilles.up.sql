-- The feuilles that a transaction evaluated, told in one row: each is an event of its own, in the order of the array.
-- Everything else that the event says is in the row of the feuille, which is never rewritten either.
ALTER TABLE evenement ADD COLUMN feuilles uuid[];

-- The events one by one, in their order: (transaction_id, sequence, rang).
CREATE VIEW journal AS
SELECT e.transaction_id, e.sequence, coalesce(f.rang, 1) AS rang, e.evenement_id, e.nature, e.version_schema,
       e.survenu_le, e.enregistre_le, e.effet_du, e.patient_id, e.medecin_id, e.declaration_id,
       coalesce(f.feuille_id, e.feuille_id) AS feuille_id, e.auteur_role, e.auteur_moyen, e.donnees
FROM evenement e LEFT JOIN LATERAL unnest(e.feuilles) WITH ORDINALITY AS f (feuille_id, rang) ON true;
