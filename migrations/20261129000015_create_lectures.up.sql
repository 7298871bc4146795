-- What is known now of a person and is asked each time a doctor looks at them: one row a doctor of a designation; without any, one row
-- alone. What their row holds is not repeated: caisses and statuses are here where it is not current.
CREATE TYPE present AS (
    patient_id uuid,
    fusionne_dans uuid,
    etat bytea,
    limite boolean,
    -- Whether a declaration that waits, and that the patient's side lodged or signed, names the doctor.
    attendu boolean,
    -- Whether the doctor practises on the day that is asked about.
    exerce boolean,
    caisses_du daterange[],
    caisses text[],
    statuts_du daterange[],
    statuts text[],
    designation_id uuid,
    version integer,
    declaration_id uuid,
    effet daterange,
    motif_fin text,
    enregistre_le timestamptz,
    medecin_id uuid,
    rpps text,
    membre_effet daterange,
    membre_motif_fin text,
    membre_version integer
);

CREATE FUNCTION presents(personne uuid, medecin text, jour date) RETURNS SETOF present
LANGUAGE sql STABLE AS $$
    SELECT p.patient_id, p.fusionne_dans, CASE WHEN p.etat_le = p.connu_le THEN p.etat_chiffre END,
           p.limite_le IS NOT NULL,
           EXISTS (
               SELECT FROM declaration_medecin c JOIN medecin cm USING (medecin_id)
               JOIN etat_declaration e USING (patient_id, declaration_id)
               JOIN declaration de USING (patient_id, declaration_id)
               WHERE c.patient_id = personne AND cm.rpps = medecin AND e.remplace_le IS NULL AND e.etat = 'en_attente'
                 AND (de.canal <> 'teleservice' OR EXISTS (
                     SELECT FROM signature s
                     WHERE s.patient_id = c.patient_id AND s.declaration_id = c.declaration_id
                       AND s.role <> 'medecin' AND lien_vaut(s.patient_id, s.representation_id, s.signe_le)))),
           jour IS NOT NULL AND EXISTS (
               SELECT FROM medecin me JOIN exercice x ON x.medecin_id = me.medecin_id
               WHERE me.rpps = medecin AND x.remplace_le IS NULL AND x.effet @> jour),
           CASE WHEN p.etat_le IS DISTINCT FROM p.connu_le THEN ARRAY(
               SELECT a.effet FROM affiliation a WHERE a.patient_id = personne AND a.remplace_le IS NULL
               ORDER BY lower(a.effet)) END,
           CASE WHEN p.etat_le IS DISTINCT FROM p.connu_le THEN ARRAY(
               SELECT a.organisme FROM affiliation a WHERE a.patient_id = personne AND a.remplace_le IS NULL
               ORDER BY lower(a.effet)) END,
           CASE WHEN p.etat_le IS DISTINCT FROM p.connu_le THEN ARRAY(
               SELECT t.effet FROM statut_patient t WHERE t.patient_id = personne AND t.remplace_le IS NULL
               ORDER BY lower(t.effet)) END,
           CASE WHEN p.etat_le IS DISTINCT FROM p.connu_le THEN ARRAY(
               SELECT t.statut FROM statut_patient t WHERE t.patient_id = personne AND t.remplace_le IS NULL
               ORDER BY lower(t.effet)) END,
           d.designation_id, d.version, d.declaration_id, d.effet, d.motif_fin, d.enregistre_le,
           dm.medecin_id, m.rpps, dm.effet, dm.motif_fin, dm.version
    FROM patient p
    LEFT JOIN (designation d
               JOIN designation_medecin dm
                 ON dm.patient_id = d.patient_id AND dm.designation_id = d.designation_id AND dm.remplace_le IS NULL
               JOIN medecin m ON m.medecin_id = dm.medecin_id)
        ON d.patient_id = p.patient_id AND d.remplace_le IS NULL
    WHERE p.patient_id = personne
$$;

-- The same, of the one person of a card, and the try: a reading by a card is nearly always the first of its caller with its number,
-- and finds somebody. It is one statement then, under the lock of the tries with that number (see essais_connus). One that finds nobody
-- is counted before the lock is left, told to those whom the number designates under the ids that came with it, and gives a row that
-- names nobody. Everything else gives no row, counts nothing and is looked at step by step: tries that are known already, a doctor who
-- does not practise that day, several persons for one card, a number of more persons than there are ids.
CREATE FUNCTION presents_par_carte(
    verrou bigint, le_numero bytea, appelants bytea[], apres timestamptz, maintenant timestamptz,
    empreintes bytea[], naissance text, le_rang smallint, medecin text, jour date,
    traces uuid[], auteur integer, essai_de text, requete uuid
) RETURNS SETOF present
-- Its statements are planned once: planning one of them again takes twenty times as long as all of them, and an index is always the way.
LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    porteurs uuid[];
    trouves uuid[];
BEGIN
    PERFORM pg_advisory_xact_lock(verrou);
    IF EXISTS (SELECT FROM essai e WHERE e.numero = le_numero AND e.appelant = ANY (appelants) AND e.depuis > apres)
       OR NOT EXISTS (SELECT FROM medecin m JOIN exercice x USING (medecin_id)
                      WHERE m.rpps = medecin AND x.remplace_le IS NULL AND x.effet @> jour)
    THEN
        RETURN;
    END IF;
    SELECT array_agg(DISTINCT f.patient_id), array_agg(DISTINCT f.patient_id) FILTER (WHERE f.designe AND f.ordre = 1)
    INTO porteurs, trouves FROM (
        SELECT o.patient_id, o.designe, rank() OVER (PARTITION BY o.designe ORDER BY o.conteste) AS ordre FROM (
            SELECT coalesce(p.fusionne_dans, p.patient_id) AS patient_id, n.conteste,
                   -- One by one: joined, those born on that day would be read all.
                   (SELECT true FROM identite_patient i
                    WHERE i.patient_id = n.patient_id AND i.remplace_le IS NULL
                      AND i.date_naissance = naissance AND i.rang = le_rang LIMIT 1) IS TRUE AS designe
            FROM identifiant_patient n
            JOIN patient p ON p.patient_id = n.patient_id
            WHERE n.empreinte = ANY (empreintes) AND n.remplace_le IS NULL OFFSET 0) o) f;
    IF cardinality(porteurs) > cardinality(traces) THEN
        RETURN;
    ELSIF trouves IS NULL THEN
        PERFORM compter_essai(le_numero, appelants, apres, maintenant);
        INSERT INTO acces (patient_id, acces_id, survenu_le, auteur_id, operation, requete_id)
        SELECT porteurs[n], traces[n], maintenant, auteur, essai_de, requete FROM generate_subscripts(porteurs, 1) AS n;
        RETURN QUERY SELECT (NULL::present).*;
    ELSIF cardinality(trouves) = 1 THEN
        RETURN QUERY SELECT * FROM presents(trouves[1], medecin, jour);
    END IF;
END $$;
