-- Doctors, by RPPS, and the places where they practise, as dated facts. Public data: nothing is encrypted.

-- The letters of a name, in capitals, without accents and without what stands between them: what a search compares.
CREATE FUNCTION lettres(nom text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(upper(replace(replace(replace(replace(translate(nom,
        'àâäáãåçéèêëíìîïñóòôöõúùûüýÿÀÂÄÁÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕÚÙÛÜÝŸ',
        'aaaaaaceeeeiiiinooooouuuuyyAAAAAACEEEEIIIINOOOOOUUUUYY'),
        'œ', 'oe'), 'Œ', 'OE'), 'æ', 'ae'), 'Æ', 'AE') COLLATE "C"), '[^A-Z]', '', 'g')
$$;

CREATE TABLE medecin (
    medecin_id uuid PRIMARY KEY,
    rpps text NOT NULL,
    connu_le timestamptz NOT NULL,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT medecin_rpps CHECK (rpps ~ '^[0-9]{11}$'),
    CONSTRAINT medecin_rpps_unique UNIQUE (rpps)
);

CREATE TABLE identite_medecin (
    medecin_id uuid NOT NULL REFERENCES medecin,
    identite_id uuid NOT NULL,
    nom text NOT NULL,
    prenom text NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (medecin_id, identite_id),
    CONSTRAINT identite_medecin_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT identite_medecin_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT identite_medecin_unique EXCLUDE USING gist (medecin_id WITH =, effet WITH &&) WHERE (coalesce(remplace_le, 'infinity') = 'infinity')
);

-- Whoever searches writes the name first, or the first name.
CREATE INDEX identite_medecin_par_nom ON identite_medecin (lettres(nom || prenom) COLLATE "C", medecin_id) WHERE remplace_le IS NULL;
CREATE INDEX identite_medecin_par_prenom ON identite_medecin (lettres(prenom || nom) COLLATE "C") WHERE remplace_le IS NULL;

CREATE TABLE specialite_medecin (
    medecin_id uuid NOT NULL REFERENCES medecin,
    specialite_id uuid NOT NULL,
    -- Code of the Assurance maladie, two digits.
    code text NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (medecin_id, specialite_id),
    CONSTRAINT specialite_medecin_code CHECK (code ~ '^[0-9]{2}$'),
    CONSTRAINT specialite_medecin_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT specialite_medecin_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT specialite_medecin_unique
        EXCLUDE USING gist (medecin_id WITH =, effet WITH &&) WHERE (coalesce(remplace_le, 'infinity') = 'infinity')
);

-- A place of practice: one cabinet in one set of premises, or one centre. Two cabinets of a building are two places.
CREATE TABLE lieu (
    lieu_id uuid PRIMARY KEY,
    nature text NOT NULL,
    nom text NOT NULL,
    commune text NOT NULL,
    adresse text NOT NULL,
    finess_et text,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT lieu_nature CHECK (nature IN ('cabinet', 'centre_de_sante', 'maison_de_sante', 'hopital', 'medico_social')),
    CONSTRAINT lieu_commune CHECK (commune ~ '^[0-9][0-9AB][0-9]{3}$')
);

-- A place is found again by what it is called where it is.
CREATE INDEX lieu_par_commune ON lieu (commune);
CREATE INDEX lieu_par_nom ON lieu (lettres(nom) COLLATE "C");

-- A doctor practising at a place: several at once are possible.
CREATE TABLE exercice (
    medecin_id uuid NOT NULL REFERENCES medecin,
    exercice_id uuid NOT NULL,
    lieu_id uuid NOT NULL REFERENCES lieu,
    -- How: in private practice, salaried, or as a locum, who cannot be designated.
    mode text NOT NULL,
    -- The principal practice, or a secondary cabinet.
    principal boolean NOT NULL,
    -- Nothing when only the public directory says the practice.
    convention text,
    option_tarifaire text NOT NULL,
    -- num_am or finess, and the number.
    facturation_nature text,
    facturation_numero text,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (medecin_id, exercice_id),
    CONSTRAINT exercice_mode CHECK (mode IN ('liberal', 'salarie', 'remplacant')),
    CONSTRAINT exercice_convention
        CHECK (convention IN ('non_conventionne', 'secteur_1', 'secteur_1_dp', 'secteur_2', 'salarie')),
    CONSTRAINT exercice_option CHECK (option_tarifaire IN ('aucune', 'optam', 'optam_co')),
    CONSTRAINT exercice_facturation CHECK ((facturation_nature IS NULL) = (facturation_numero IS NULL)),
    CONSTRAINT exercice_facturation_nature CHECK (facturation_nature IN ('num_am', 'finess')),
    CONSTRAINT exercice_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT exercice_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT exercice_unique
        EXCLUDE USING gist (medecin_id WITH =, lieu_id WITH =, effet WITH &&) WHERE (coalesce(remplace_le, 'infinity') = 'infinity')
);
CREATE INDEX exercice_par_lieu ON exercice (lieu_id) WHERE remplace_le IS NULL;
-- Whose a billing number is, when who bills under it is somebody else.
CREATE INDEX exercice_par_num_am ON exercice (facturation_numero) WHERE facturation_nature = 'num_am';

-- Whether a doctor takes new patients, as he says it himself; unknown on the days without.
CREATE TABLE accueil_medecin (
    medecin_id uuid NOT NULL REFERENCES medecin,
    accueil_id uuid NOT NULL,
    accepte boolean NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (medecin_id, accueil_id),
    CONSTRAINT accueil_medecin_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT accueil_medecin_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT accueil_medecin_unique EXCLUDE USING gist (medecin_id WITH =, effet WITH &&) WHERE (coalesce(remplace_le, 'infinity') = 'infinity')
);

CREATE TRIGGER accueil_medecin_histoire BEFORE UPDATE ON accueil_medecin
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER accueil_medecin_garde BEFORE DELETE ON accueil_medecin
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER identite_medecin_histoire BEFORE UPDATE ON identite_medecin
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER identite_medecin_garde BEFORE DELETE ON identite_medecin
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER specialite_medecin_histoire BEFORE UPDATE ON specialite_medecin
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER specialite_medecin_garde BEFORE DELETE ON specialite_medecin
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER exercice_histoire BEFORE UPDATE ON exercice
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER exercice_garde BEFORE DELETE ON exercice
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
