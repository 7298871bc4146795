-- Seals of what is written once: by slices of time, each bound to the one before by a key that the database does not have.
-- Whoever owns the database can change a row, or add or remove one; not make the seals that would hide it.
CREATE TABLE sceau (
    numero bigint PRIMARY KEY,
    -- What is sealed: everything written from one instant on, before the other. The first slice has no beginning.
    du timestamptz,
    au timestamptz NOT NULL,
    -- Which columns were sealed, and how: storage/sceaux.rs.
    forme smallint NOT NULL,
    -- The tables of that form, in its order: how many rows, and the digest of all of them.
    lignes bigint[] NOT NULL,
    empreintes bytea[] NOT NULL,
    -- Keyed hash of all that precedes and of the seal before, and the version of the key.
    chaine bytea NOT NULL,
    cle smallint NOT NULL,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT sceau_numero CHECK (numero >= 1),
    CONSTRAINT sceau_tranche CHECK ((numero = 1) = (du IS NULL) AND (du IS NULL OR du < au)),
    CONSTRAINT sceau_chaine CHECK (octet_length(chaine) = 32)
);
-- By its end, the slice of an instant.
CREATE UNIQUE INDEX sceau_par_fin ON sceau (au);
CREATE TRIGGER sceau_garde BEFORE UPDATE OR DELETE ON sceau
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER jamais_videe BEFORE TRUNCATE ON sceau
    FOR EACH STATEMENT EXECUTE FUNCTION histoire_jamais_videe();

-- What purges removed of what is sealed: a row for each slice and table of a transaction, bound to the one before by the key that the
-- database does not have. From then on the slice gives what is left of it.
CREATE TABLE purge (
    -- 1, then one more each time.
    numero bigint PRIMARY KEY,
    classe text NOT NULL,
    -- The period that was set, and the instant before which everything of the class was removed.
    regle text NOT NULL,
    avant timestamptz NOT NULL,
    -- The agreement under which it was removed (Code du patrimoine, L. 212-2), and the role of the database that did.
    visa text NOT NULL,
    par text NOT NULL,
    -- Which slice, and which of the tables of its form, from 1.
    sceau bigint NOT NULL REFERENCES sceau,
    rang smallint NOT NULL,
    -- How many rows were removed, and the digest of theirs: a backup of before still tells whether they are those.
    retirees bigint NOT NULL,
    empreinte_retirees bytea NOT NULL,
    -- How many are left, and the digest of all of them.
    restantes bigint NOT NULL,
    empreinte bytea NOT NULL,
    maillon bytea NOT NULL,
    cle smallint NOT NULL,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT purge_numero CHECK (numero >= 1),
    CONSTRAINT purge_lignes CHECK (retirees > 0 AND restantes >= 0),
    CONSTRAINT purge_classe CHECK (classe IN ('traces', 'evenements', 'feuilles', 'personnes')),
    CONSTRAINT purge_maillon CHECK (octet_length(maillon) = 32)
);
CREATE INDEX purge_par_sceau ON purge (sceau, rang, numero);
CREATE TRIGGER purge_garde BEFORE UPDATE OR DELETE ON purge
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER jamais_videe BEFORE TRUNCATE ON purge
    FOR EACH STATEMENT EXECUTE FUNCTION histoire_jamais_videe();

-- Rows come in the order of time: a page or two say which pages hold a slice.
CREATE INDEX acces_sceau ON acces USING brin (survenu_le) WITH (autosummarize = on);
CREATE INDEX evenement_sceau ON evenement USING brin (enregistre_le) WITH (autosummarize = on);
CREATE INDEX reception_sceau ON reception USING brin (survenu_le) WITH (autosummarize = on);
CREATE INDEX signature_sceau ON signature USING brin (enregistre_le) WITH (autosummarize = on);
CREATE INDEX evaluation_sceau ON evaluation USING brin (connu_le) WITH (autosummarize = on);
CREATE INDEX feuille_de_soins_sceau ON feuille_de_soins USING brin (enregistre_le) WITH (autosummarize = on);
CREATE INDEX purge_sceau ON purge USING brin (enregistre_le) WITH (autosummarize = on);

-- Of the register, what was written in a slice and what was replaced in it are found too. A row that is replaced, or a person of whom
-- something is recorded, moves to another page with its old instant: where that happens, pages no longer follow time, and a slice
-- of five minutes would read the table. What was replaced is little of it.
DO $$
DECLARE
    scellee text;
BEGIN
    FOREACH scellee IN ARRAY ARRAY[
        'auteur', 'preuve_utilisee', 'medecin', 'lieu', 'reponse_rectification', 'avis_majorite', 'acte_patient', 'declaration',
        'avenant', 'mouvement_declaration', 'adressage', 'retour_adressage', 'conciliation', 'recouvrement', 'attribution_feuille',
        'avis_ponctuel', 'avis_ponctuel_rompu'
    ] LOOP
        EXECUTE format('CREATE INDEX %I ON %I USING brin (enregistre_le) WITH (autosummarize = on)',
                       scellee || '_sceau', scellee);
    END LOOP;
    CREATE INDEX patient_sceau ON patient (enregistre_le);
    FOREACH scellee IN ARRAY ARRAY[
        'identite_medecin', 'specialite_medecin', 'exercice', 'accueil_medecin', 'ccam_version', 'ccam_acte',
        'identite_patient', 'identifiant_patient', 'affiliation', 'adresse_patient', 'statut_patient', 'deces_patient',
        'representation', 'limitation', 'demande_rectification', 'fusion', 'etat_declaration', 'designation',
        'designation_medecin', 'fin_designation', 'neutralisation', 'conflit_designation', 'ecart_designation',
        'version_adressage', 'etat_conciliation', 'contact_conciliation'
    ] LOOP
        EXECUTE format('CREATE INDEX %I ON %I (enregistre_le)', scellee || '_sceau', scellee);
        EXECUTE format('CREATE INDEX %I ON %I (remplace_le) WHERE remplace_le IS NOT NULL',
                       scellee || '_sceau_fin', scellee);
    END LOOP;
END
$$;
