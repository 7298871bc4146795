-- Persons covered by the compulsory insurance. What changes about them is a dated fact beside them.

CREATE TABLE patient (
    patient_id uuid PRIMARY KEY,
    -- Record that this one was merged into. A guard read under the lock of the row; its history is in fusion.
    fusionne_dans uuid,
    -- Since when the processing of their data is limited, if it is: the row of limitation says why.
    limite_le timestamptz,
    enregistre_le timestamptz NOT NULL,
    -- What an evaluation reads of the person, made from the facts and sealed under a key of data: see storage/patients/etat.rs.
    etat_chiffre bytea,
    -- Instant of the last thing recorded about the person. Locked first by every write about the person; instants of
    -- knowledge are made to increase from it, whatever the clocks of the instances say. What every feuille changes
    -- comes last, so that the log of a row that stays in its page has nothing of what is before.
    connu_le timestamptz NOT NULL,
    -- The value of connu_le for which etat_chiffre was made: it is old as soon as connu_le is another.
    etat_le timestamptz,
    -- Participations forfaitaires kept in the latest year of care of the person: the year in two bytes, then nine bytes
    -- each as in participation_retenue, which has the years before.
    retenues bytea,
    CONSTRAINT patient_retenues CHECK (octet_length(retenues) % 9 = 2),
    CONSTRAINT patient_etat CHECK (etat_le IS NULL OR etat_chiffre IS NOT NULL)
) WITH (fillfactor = 70);
-- Records that were merged into another: looked for with every number, and few.
CREATE INDEX patient_fusionne ON patient (patient_id) WHERE fusionne_dans IS NOT NULL;

CREATE TABLE identite_patient (
    patient_id uuid NOT NULL REFERENCES patient,
    identite_id uuid NOT NULL,
    -- AAAA-MM-JJ as the insurance writes it: the month or the day may be outside the calendar.
    date_naissance text NOT NULL,
    rang smallint NOT NULL,
    -- Names and sex, encrypted and bound to this row.
    noms_chiffres bytea NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, identite_id),
    CONSTRAINT identite_patient_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT identite_patient_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT identite_patient_naissance CHECK (date_naissance ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    CONSTRAINT identite_patient_rang CHECK (rang BETWEEN 1 AND 9),
    CONSTRAINT identite_patient_unique EXCLUDE USING gist (patient_id WITH =, effet WITH &&) WHERE (coalesce(remplace_le, 'infinity') = 'infinity')
);
-- Persons by birth date, for those who will soon reach an age.
CREATE INDEX identite_patient_par_naissance ON identite_patient (date_naissance) WHERE remplace_le IS NULL;

CREATE TABLE identifiant_patient (
    patient_id uuid NOT NULL REFERENCES patient,
    identifiant_id uuid NOT NULL,
    -- nir, nia, nnp or mig: declared, never guessed.
    nature text NOT NULL,
    -- The person's own number, or that of the insured person under whom care is billed.
    usage text NOT NULL,
    -- Keyed hash of nature and number; the key is not in the database.
    empreinte bytea NOT NULL,
    valeur_chiffree bytea NOT NULL,
    -- Whether somebody else had it as their own number, or was designated by it with the same birth date and rank, when it
    -- was written: it then designates that one, except for the caisse of this person, until one of the two is corrected.
    conteste boolean NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, identifiant_id),
    CONSTRAINT identifiant_patient_nature CHECK (nature IN ('nir', 'nia', 'nnp', 'mig')),
    CONSTRAINT identifiant_patient_usage CHECK (usage IN ('individuel', 'ouvrant_droit')),
    CONSTRAINT identifiant_patient_empreinte CHECK (octet_length(empreinte) = 16),
    CONSTRAINT identifiant_patient_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT identifiant_patient_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT identifiant_patient_unique
        EXCLUDE USING gist (patient_id WITH =, usage WITH =, effet WITH &&) WHERE (coalesce(remplace_le, 'infinity') = 'infinity')
);
-- A person is found by the hash of a number; several share that of an insured parent.
CREATE INDEX identifiant_patient_par_empreinte ON identifiant_patient (empreinte) INCLUDE (patient_id)
    WHERE remplace_le IS NULL;
-- A person is also found as known at an instant, by a number that was corrected since.
CREATE INDEX identifiant_patient_par_empreinte_connue ON identifiant_patient (empreinte)
    WHERE remplace_le IS NOT NULL;
-- Numbers of several persons: few.
CREATE INDEX identifiant_patient_conteste ON identifiant_patient (patient_id) WHERE conteste AND remplace_le IS NULL;

CREATE TABLE affiliation (
    patient_id uuid NOT NULL REFERENCES patient,
    affiliation_id uuid NOT NULL,
    -- Régime (2), caisse (3), centre (4).
    organisme text NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, affiliation_id),
    CONSTRAINT affiliation_organisme CHECK (organisme ~ '^[0-9]{9}$'),
    CONSTRAINT affiliation_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT affiliation_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT affiliation_unique EXCLUDE USING gist (patient_id WITH =, effet WITH &&) WHERE (coalesce(remplace_le, 'infinity') = 'infinity')
);

-- Who came to a caisse, or left it, as it became known.
CREATE INDEX affiliation_par_caisse ON affiliation (left(organisme, 5), enregistre_le) WHERE remplace_le IS NULL;

CREATE TABLE adresse_patient (
    patient_id uuid NOT NULL REFERENCES patient,
    adresse_id uuid NOT NULL,
    -- Encrypted and bound to this row.
    adresse_chiffree bytea NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, adresse_id),
    CONSTRAINT adresse_patient_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT adresse_patient_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT adresse_patient_unique EXCLUDE USING gist (patient_id WITH =, effet WITH &&) WHERE (coalesce(remplace_le, 'infinity') = 'infinity')
);

-- Coverage that puts a designation to sleep, and back to ordinary.
CREATE TABLE statut_patient (
    patient_id uuid NOT NULL REFERENCES patient,
    statut_id uuid NOT NULL,
    statut text NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, statut_id),
    CONSTRAINT statut_patient_statut CHECK (statut IN ('ordinaire', 'ame', 'passage', 'sans_droits', 'hors_de_france')),
    CONSTRAINT statut_patient_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT statut_patient_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT statut_patient_unique EXCLUDE USING gist (patient_id WITH =, effet WITH &&) WHERE (coalesce(remplace_le, 'infinity') = 'infinity')
);

-- The death: its first day is the day of death, and it has no end.
CREATE TABLE deces_patient (
    patient_id uuid NOT NULL REFERENCES patient,
    deces_id uuid NOT NULL,
    source text NOT NULL,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, deces_id),
    CONSTRAINT deces_patient_effet CHECK (lower_inc(effet) AND NOT isempty(effet) AND upper_inf(effet)),
    CONSTRAINT deces_patient_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT deces_patient_unique EXCLUDE USING gist (patient_id WITH =, effet WITH &&) WHERE (coalesce(remplace_le, 'infinity') = 'infinity')
);

-- Holders of parental authority and representatives: dated links, each with the kind of its proof.
CREATE TABLE representation (
    patient_id uuid NOT NULL REFERENCES patient,
    representation_id uuid NOT NULL,
    version integer NOT NULL,
    -- A person of the register, or the names of somebody else, encrypted and bound to the link.
    representant_id uuid REFERENCES patient,
    identite_chiffree bytea,
    nature text NOT NULL,
    preuve text NOT NULL,
    -- Where the proof is kept, sealed under a key of data.
    reference_preuve_chiffree bytea,
    motif_fin text,
    effet daterange NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, representation_id, version),
    CONSTRAINT representation_nature CHECK (nature IN ('titulaire_autorite_parentale', 'tutelle', 'curatelle',
        'habilitation_familiale', 'mandat_de_protection_future')),
    CONSTRAINT representation_preuve CHECK (preuve IN ('livret_de_famille', 'acte_de_naissance', 'decision_de_justice',
        'mandat_vise', 'rattachement_ayant_droit')),
    CONSTRAINT representation_motif_fin
        CHECK (motif_fin IN ('majorite', 'decision_de_justice', 'fin_de_mesure', 'deces', 'erreur_de_saisie', 'protection_du_representant')),
    CONSTRAINT representation_par CHECK ((representant_id IS NULL) <> (identite_chiffree IS NULL)),
    CONSTRAINT representation_autrui CHECK (representant_id <> patient_id),
    CONSTRAINT representation_version CHECK (version >= 1),
    CONSTRAINT representation_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT representation_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT representation_unique
        EXCLUDE USING gist (patient_id WITH =, representation_id WITH =, effet WITH &&) WHERE (coalesce(remplace_le, 'infinity') = 'infinity'),
    CONSTRAINT representation_d_une_personne
        EXCLUDE USING gist (patient_id WITH =, representant_id WITH =, nature WITH =, effet WITH &&)
        WHERE (coalesce(remplace_le, 'infinity') = 'infinity' AND representant_id IS NOT NULL)
);
CREATE INDEX representation_par_id ON representation (representation_id);
-- Whom a person represents.
CREATE INDEX representation_par_representant ON representation (representant_id) WHERE remplace_le IS NULL;

-- Whether somebody is dead before a day, as known now, in the record that is theirs now.
CREATE FUNCTION mort_avant(personne uuid, jour date) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM patient p JOIN deces_patient m ON m.patient_id = coalesce(p.fusionne_dans, p.patient_id)
                   WHERE p.patient_id = personne AND m.remplace_le IS NULL AND lower(m.effet) < jour)
$$;

-- Whether what somebody signed on a day for a person under a link counts: the link, as known now, is one of that person and was
-- in force on that day. Who signs for themselves needs none.
CREATE FUNCTION lien_vaut(personne uuid, lien uuid, jour date) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT lien IS NULL
        OR EXISTS (SELECT FROM representation r JOIN patient p USING (patient_id)
                   WHERE r.representation_id = lien AND personne IN (p.patient_id, p.fusionne_dans)
                     AND r.remplace_le IS NULL AND r.effet @> jour
                     AND NOT mort_avant(r.representant_id, jour))
$$;

-- Persons told that they will soon choose by themselves: once for each birthday.
CREATE TABLE avis_majorite (
    patient_id uuid NOT NULL REFERENCES patient,
    anniversaire date NOT NULL,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, anniversaire)
);

-- Every act of a caisse about a person, with its reason. The last version is that of the person's record; 1 is its creation.
CREATE TABLE acte_patient (
    patient_id uuid NOT NULL REFERENCES patient,
    version integer NOT NULL,
    nature text NOT NULL,
    -- Why, for a correction: a word of a closed list.
    motif text,
    -- Code of the caisse.
    auteur text NOT NULL,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, version),
    CONSTRAINT acte_patient_version CHECK (version >= 2)
);

-- While the processing of what is kept on a person is limited (RGPD, art. 18): from when it was recorded until it was lifted.
CREATE TABLE limitation (
    patient_id uuid NOT NULL REFERENCES patient,
    limitation_id uuid NOT NULL,
    motif text NOT NULL,
    -- Code of the caisse.
    auteur text NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, limitation_id),
    CONSTRAINT limitation_motif CHECK (motif IN ('exactitude_contestee', 'traitement_illicite', 'droits_en_justice', 'opposition')),
    CONSTRAINT limitation_connaissance CHECK (remplace_le > enregistre_le)
);
CREATE UNIQUE INDEX limitation_seule ON limitation (patient_id) WHERE remplace_le IS NULL;
CREATE TRIGGER limitation_histoire BEFORE UPDATE ON limitation
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER limitation_garde BEFORE DELETE ON limitation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();

-- What a person asks to be put right (RGPD, art. 16), from when it was recorded until it was answered.
CREATE TABLE demande_rectification (
    patient_id uuid NOT NULL REFERENCES patient,
    demande_id uuid NOT NULL,
    objet text NOT NULL,
    -- The words of the request, encrypted and bound to this row.
    contenu_chiffre bytea NOT NULL,
    -- The last day on which it is answered in time.
    terme date NOT NULL,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, demande_id),
    CONSTRAINT demande_rectification_objet CHECK (objet IN ('identite', 'numero', 'adresse', 'rattachement', 'representation',
        'declaration', 'feuille_de_soins', 'autre')),
    CONSTRAINT demande_rectification_connaissance CHECK (remplace_le > enregistre_le)
);
CREATE INDEX demande_rectification_par_id ON demande_rectification (demande_id);
-- Those that wait: few.
CREATE INDEX demande_rectification_ouverte ON demande_rectification (patient_id) WHERE remplace_le IS NULL;

-- What the caisse answered, once.
CREATE TABLE reponse_rectification (
    patient_id uuid NOT NULL,
    demande_id uuid NOT NULL,
    issue text NOT NULL,
    -- Why, encrypted and bound to this row.
    contenu_chiffre bytea,
    -- Code of the caisse.
    auteur text NOT NULL,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, demande_id),
    FOREIGN KEY (patient_id, demande_id) REFERENCES demande_rectification,
    CONSTRAINT reponse_rectification_issue CHECK (issue IN ('faite', 'refusee')),
    CONSTRAINT reponse_rectification_refus CHECK (issue <> 'refusee' OR contenu_chiffre IS NOT NULL)
);
CREATE TRIGGER demande_rectification_histoire BEFORE UPDATE ON demande_rectification
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable('contenu_chiffre');
CREATE TRIGGER demande_rectification_garde BEFORE DELETE ON demande_rectification
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER reponse_rectification_garde BEFORE UPDATE OR DELETE ON reponse_rectification
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable('contenu_chiffre');

CREATE TRIGGER identite_patient_histoire BEFORE UPDATE ON identite_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable('noms_chiffres');
CREATE TRIGGER identite_patient_garde BEFORE DELETE ON identite_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER identifiant_patient_histoire BEFORE UPDATE ON identifiant_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable('empreinte', 'valeur_chiffree');
CREATE TRIGGER identifiant_patient_garde BEFORE DELETE ON identifiant_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER affiliation_histoire BEFORE UPDATE ON affiliation
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER affiliation_garde BEFORE DELETE ON affiliation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER adresse_patient_histoire BEFORE UPDATE ON adresse_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable('adresse_chiffree');
CREATE TRIGGER adresse_patient_garde BEFORE DELETE ON adresse_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER statut_patient_histoire BEFORE UPDATE ON statut_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER statut_patient_garde BEFORE DELETE ON statut_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER deces_patient_histoire BEFORE UPDATE ON deces_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER deces_patient_garde BEFORE DELETE ON deces_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER representation_histoire BEFORE UPDATE ON representation
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable('identite_chiffree');
CREATE TRIGGER representation_garde BEFORE DELETE ON representation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER avis_majorite_garde BEFORE UPDATE OR DELETE ON avis_majorite
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER acte_patient_garde BEFORE UPDATE OR DELETE ON acte_patient
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
