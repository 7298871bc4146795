-- Taking over what exists, and giving it back: files that a caisse sends, and files that are made for it.

-- A file of affiliates, doctors or choices: read, tried, then applied by jobs.
CREATE TABLE reprise (
    reprise_id uuid PRIMARY KEY,
    -- Nine digits, of whose caisse it is; and who sent it.
    organisme text NOT NULL,
    auteur_id integer NOT NULL,
    nature text NOT NULL,
    format text NOT NULL,
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
    CONSTRAINT reprise_nature CHECK (nature IN ('affilies', 'medecins', 'choix')),
    CONSTRAINT reprise_format CHECK (format IN ('ndjson', 'csv')),
    CONSTRAINT reprise_etat CHECK (etat IN ('en_reception', 'en_essai', 'essayee', 'en_application', 'appliquee', 'perimee')),
    CONSTRAINT reprise_organisme CHECK (organisme ~ '^[0-9]{9}$'),
    CONSTRAINT reprise_version CHECK (version >= 1)
);
-- The same file sent twice is one, until it is applied.
CREATE UNIQUE INDEX reprise_en_cours ON reprise (organisme, nature, sha256) WHERE etat IN ('en_essai', 'essayee', 'en_application');
CREATE INDEX reprise_purge ON reprise (enregistre_le) WHERE etat NOT IN ('appliquee', 'perimee');

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
