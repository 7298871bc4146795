ALTER TABLE participation_retenue ADD COLUMN jours date[], ADD COLUMN executants bigint[], ADD COLUMN centimes smallint[];
UPDATE participation_retenue p SET (jours, executants, centimes) = (
    SELECT coalesce(array_agg(make_date(p.annee, 1, 1) + (get_byte(one, 0) * 256 + get_byte(one, 1) - 1) ORDER BY rang), '{}'),
           coalesce(array_agg(('x' || encode(substring(one FROM 3 FOR 5), 'hex'))::bit(40)::bigint ORDER BY rang), '{}'),
           coalesce(array_agg((get_byte(one, 7) * 256 + get_byte(one, 8))::smallint ORDER BY rang), '{}')
    FROM generate_series(0, octet_length(p.retenues) / 9 - 1) AS rang,
         LATERAL (SELECT substring(p.retenues FROM rang * 9 + 1 FOR 9) AS one) AS cut);
ALTER TABLE participation_retenue
    DROP COLUMN retenues,
    ALTER COLUMN jours SET NOT NULL, ALTER COLUMN executants SET NOT NULL, ALTER COLUMN centimes SET NOT NULL,
    ADD CONSTRAINT participation_retenue_tableaux
        CHECK (cardinality(jours) = cardinality(executants) AND cardinality(jours) = cardinality(centimes));
