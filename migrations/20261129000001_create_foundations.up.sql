-- What every other table leans on: equality inside exclusion constraints, and history that cannot be rewritten.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Guards of history take the names of columns that are sealed, or digested, under the master key: these alone change, and
-- nothing else of the row, when the key is rotated. The service has no right to; the owner, who has, lacks the key.

-- A bitemporal row is never changed: it is replaced once, by writing when.
CREATE FUNCTION histoire_remplacable() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    remplacement timestamptz := NEW.remplace_le;
BEGIN
    IF TG_NARGS > 0 AND NEW.remplace_le IS NOT DISTINCT FROM OLD.remplace_le
       AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV AND NEW IS DISTINCT FROM OLD THEN
        RETURN NEW;
    END IF;
    NEW.remplace_le := OLD.remplace_le;
    IF OLD.remplace_le IS NOT NULL OR remplacement IS NULL OR NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'history of % is never rewritten, only replaced once', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.remplace_le := remplacement;
    RETURN NEW;
END
$$;

-- An act, an event or an evaluation is written once. A purge, which says so for its transaction, removes rows: the service has no right
-- to, and whoever owns the tables removes nothing that the seals do not miss. What proves the rest is never removed.
CREATE FUNCTION histoire_immuable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_NARGS > 0 AND TG_OP = 'UPDATE'
       AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV AND NEW IS DISTINCT FROM OLD THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND current_setting('traitant.purge', true) = 'oui'
       AND TG_TABLE_NAME NOT IN ('sceau', 'purge', 'base', 'cle', 'cle_retiree', 'cle_donnees', 'auteur') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'rows of % are written once', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- A table that keeps history is never emptied: guards of its rows do not see TRUNCATE.
CREATE FUNCTION histoire_jamais_videe() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps history and is never emptied', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
