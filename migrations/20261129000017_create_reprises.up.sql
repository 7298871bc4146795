-- Taking over what exists, and giving it back: files that a caisse sends, and files that are made for it.

-- A file of affiliates, doctors or choices: read, tried, then applied by jobs.
CREATE TABLE reprise (
    reprise_id uuid PRIMARY KEY,
    -- Nine digits, of whose caisse it is; and who sent it.
    organisme text NOT NULL,
    auteur_id integer NOT NULL,
    nature text NOT NULL,
    -- How it is written, and read: in Windows-1252, or in UTF-8.
    format text NOT NULL,
    windows_1252 boolean NOT NULL,
    etat text NOT NULL,
    version integer NOT NULL,
    -- Of the file as it was received, once it is whole.
    octets bigint NOT NULL,
    sha256 bytea,
    -- Lines, those that were refused when they were read, and how many were looked at since.
    lignes bigint NOT NULL,
    illisibles bigint NOT NULL,
    traitees bigint NOT NULL,
    -- What became of those that were looked at, in the last trial or in the application.
    nouvelles bigint NOT NULL,
    deja_connues bigint NOT NULL,
    refusees bigint NOT NULL,
    requete_id uuid NOT NULL,
    enregistre_le timestamptz NOT NULL,
    -- Who dropped it, or sent the same file again, and when.
    abandon_auteur_id integer,
    abandonnee_le timestamptz,
    CONSTRAINT reprise_nature CHECK (nature IN ('affilies', 'medecins', 'choix')),
    CONSTRAINT reprise_format CHECK (format IN ('ndjson', 'csv')),
    CONSTRAINT reprise_etat CHECK (etat IN ('en_reception', 'en_essai', 'essayee', 'en_application', 'appliquee', 'perimee', 'abandonnee')),
    CONSTRAINT reprise_abandon CHECK ((etat = 'abandonnee') = (abandonnee_le IS NOT NULL) AND (abandon_auteur_id IS NULL) = (abandonnee_le IS NULL)),
    CONSTRAINT reprise_organisme CHECK (organisme ~ '^[0-9]{9}$'),
    CONSTRAINT reprise_version CHECK (version >= 1)
);
-- The same file sent twice is one, until it is applied; what reads otherwise is another file.
CREATE UNIQUE INDEX reprise_en_cours ON reprise (organisme, nature, sha256, format, windows_1252) WHERE etat IN ('en_essai', 'essayee', 'en_application');
CREATE INDEX reprise_purge ON reprise (enregistre_le) WHERE etat NOT IN ('appliquee', 'perimee', 'abandonnee');

-- The lines that were read, some hundreds together, encrypted and bound to their block. Removed once they are applied.
CREATE TABLE reprise_bloc (
    reprise_id uuid NOT NULL REFERENCES reprise,
    rang integer NOT NULL,
    contenu_chiffre bytea NOT NULL,
    -- Whether it was tried, then applied.
    essaye boolean NOT NULL,
    applique boolean NOT NULL,
    PRIMARY KEY (reprise_id, rang)
);

-- What is said of a line that was refused: never a value of it.
CREATE TABLE reprise_ligne (
    reprise_id uuid NOT NULL REFERENCES reprise,
    ligne bigint NOT NULL,
    rang smallint NOT NULL,
    -- Whether it was said when the line was read, and stays.
    lecture boolean NOT NULL,
    champ text NOT NULL,
    code text NOT NULL,
    message text NOT NULL,
    PRIMARY KEY (reprise_id, ligne, rang)
);

-- A file made for a caisse of what the register holds, as it was at one instant.
CREATE TABLE export (
    export_id uuid PRIMARY KEY,
    -- Nine digits, of whose caisse it is; and who asked for it.
    organisme text NOT NULL,
    auteur_id integer NOT NULL,
    nature text NOT NULL,
    format text NOT NULL,
    colonnes text NOT NULL,
    -- First and last day of care, of evaluations.
    soins_du date,
    soins_au date,
    etat text NOT NULL,
    version integer NOT NULL,
    -- How many times it was begun: what an earlier run left is not of it.
    essai integer NOT NULL,
    -- Persons or events that there are, those that were looked at, and the rows made of them.
    prevues bigint NOT NULL,
    traitees bigint NOT NULL,
    lignes bigint NOT NULL,
    -- Of the file, compressed and not, once it is whole.
    blocs integer,
    octets bigint,
    sha256 bytea,
    octets_contenu bigint,
    sha256_contenu bytea,
    -- The instant of which it is, and the last place of the feed whose effects are in it.
    etabli_le timestamptz,
    position bigint,
    requete_id uuid NOT NULL,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT export_nature CHECK (nature IN ('designations', 'evaluations', 'mouvements')),
    CONSTRAINT export_format CHECK (format IN ('ndjson', 'csv')),
    CONSTRAINT export_colonnes CHECK (colonnes IN ('registre', 'snds')),
    CONSTRAINT export_soins CHECK (num_nulls(soins_du, soins_au) = CASE WHEN nature = 'evaluations' THEN 0 ELSE 2 END),
    CONSTRAINT export_etat CHECK (etat IN ('en_preparation', 'pret', 'perime')),
    CONSTRAINT export_manifeste
        CHECK (etat <> 'pret'
               OR num_nulls(blocs, octets, sha256, octets_contenu, sha256_contenu, etabli_le, position) = 0),
    CONSTRAINT export_organisme CHECK (organisme ~ '^[0-9]{9}$'),
    CONSTRAINT export_version CHECK (version >= 1)
);
CREATE INDEX export_purge ON export (enregistre_le) WHERE etat <> 'perime';

-- The pieces of the file, compressed and encrypted, each with those whom it shows: they are told by whoever reads it.
-- Removed when the file is.
CREATE TABLE export_bloc (
    export_id uuid NOT NULL REFERENCES export,
    essai integer NOT NULL,
    rang integer NOT NULL,
    personnes uuid[] NOT NULL,
    contenu_chiffre bytea NOT NULL,
    PRIMARY KEY (export_id, essai, rang)
);

-- Tells PostgreSQL how much the tables of persons and of their choices hold. A register that is being filled is believed to be
-- empty until autovacuum has passed, and reading all of a table then seems cheaper than a key. Runs with the rights of the owner
-- of the tables, who alone may.
CREATE FUNCTION mesurer_registre() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    ANALYZE public.medecin, public.specialite_medecin, public.exercice, public.lieu,
        public.patient, public.identite_patient, public.identifiant_patient, public.affiliation,
        public.declaration, public.declaration_medecin, public.etat_declaration, public.designation, public.designation_medecin;
END
$$;
