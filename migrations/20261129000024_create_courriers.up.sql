-- Letters to patients, made for the printer of a caisse. A letter is no fact: these rows are work, removed after some days.

CREATE TABLE courriers (
    courriers_id uuid PRIMARY KEY,
    -- Nine digits, of whose caisse it is; and who asked for them.
    organisme text NOT NULL,
    auteur_id integer NOT NULL,
    nature text NOT NULL,
    -- First and last day on which their events were recorded.
    du date NOT NULL,
    au date NOT NULL,
    recto_verso boolean NOT NULL,
    etat text NOT NULL,
    version integer NOT NULL,
    -- How many times it was begun: what an earlier run left is not of it.
    essai integer NOT NULL,
    -- Events that there are, those that were looked at, letters made of them, and those without a letter by reason.
    prevus bigint NOT NULL,
    traites bigint NOT NULL,
    lettres bigint NOT NULL,
    sans_objet jsonb NOT NULL,
    -- The instant of which they are, once all are made.
    etablis_le timestamptz,
    requete_id uuid NOT NULL,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT courriers_nature
        CHECK (nature IN ('depart_medecin', 'choix_en_son_nom', 'fin_protection', 'seize_ans')),
    CONSTRAINT courriers_jours CHECK (du <= au),
    CONSTRAINT courriers_etat CHECK (etat IN ('en_preparation', 'pret', 'perime')),
    CONSTRAINT courriers_prets CHECK (etat <> 'pret' OR etablis_le IS NOT NULL),
    CONSTRAINT courriers_organisme CHECK (organisme ~ '^[0-9]{9}$'),
    CONSTRAINT courriers_version CHECK (version >= 1)
);
CREATE INDEX courriers_purge ON courriers (enregistre_le) WHERE etat <> 'perime';

-- A lot, as a PDF and as a text, both encrypted, with those whom it shows: they are told by whoever reads it. Removed when
-- the letters are.
CREATE TABLE courriers_lot (
    courriers_id uuid NOT NULL REFERENCES courriers,
    essai integer NOT NULL,
    rang integer NOT NULL,
    lettres bigint NOT NULL,
    personnes uuid[] NOT NULL,
    octets_pdf bigint NOT NULL,
    sha256_pdf bytea NOT NULL,
    pdf_chiffre bytea NOT NULL,
    octets_texte bigint NOT NULL,
    sha256_texte bytea NOT NULL,
    texte_chiffre bytea NOT NULL,
    PRIMARY KEY (courriers_id, essai, rang)
);

-- Those that end soon are looked for every day.
CREATE INDEX neutralisation_par_fin ON neutralisation (upper(effet)) WHERE remplace_le IS NULL;
