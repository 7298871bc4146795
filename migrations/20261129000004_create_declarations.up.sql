-- The declaration being signed, and the designation that it opens.

-- What was declared: written once, before any signature.
CREATE TABLE declaration (
    patient_id uuid NOT NULL REFERENCES patient,
    declaration_id uuid NOT NULL,
    -- Number that paper, telephone and screen show from the start.
    numero text NOT NULL,
    -- The wrong entry that this one rectifies, under the same public number.
    rectifie_id uuid,
    -- The merged record under whose number, or by whose token, it came: it goes there when the merge is undone.
    sous_id uuid,
    canal text NOT NULL,
    -- Canonical content that every party signs, encrypted; and its digest.
    contenu_chiffre bytea NOT NULL,
    contenu_sha256 bytea NOT NULL,
    -- A missing signature is waited for until this instant.
    expire_le timestamptz NOT NULL,
    -- Of a choice taken over from the register of before, which nobody signs here: in which takeover, the day of its
    -- signatures when that register had it, the day from which it counts, how it had been entered there (as the SNDS
    -- says it), and where its proof is, sealed under a key of data.
    reprise_id uuid,
    signe_le date,
    effet_du date,
    origine text,
    reference_preuve_chiffree bytea,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, declaration_id),
    CONSTRAINT declaration_canal CHECK (canal IN ('teleservice', 'portail', 'papier', 'reprise')),
    CONSTRAINT declaration_origine CHECK (origine IN ('saisie', 'saisie_modifiee', 'scan', 'teledeclaration', 'inconnue')),
    CONSTRAINT declaration_reprise
        CHECK (num_nulls(reprise_id, effet_du, origine) = CASE WHEN canal = 'reprise' THEN 0 ELSE 3 END),
    CONSTRAINT declaration_sha256 CHECK (octet_length(contenu_sha256) = 32)
);
CREATE INDEX declaration_par_id ON declaration (declaration_id);
CREATE INDEX declaration_par_numero ON declaration (numero);

CREATE TABLE declaration_medecin (
    patient_id uuid NOT NULL,
    declaration_id uuid NOT NULL,
    medecin_id uuid NOT NULL REFERENCES medecin,
    lieu_id uuid NOT NULL REFERENCES lieu,
    PRIMARY KEY (patient_id, declaration_id, medecin_id),
    FOREIGN KEY (patient_id, declaration_id) REFERENCES declaration
);
CREATE INDEX declaration_medecin_par_medecin ON declaration_medecin (medecin_id, declaration_id);

-- One row a state, the last one without remplace_le.
CREATE TABLE etat_declaration (
    patient_id uuid NOT NULL,
    declaration_id uuid NOT NULL,
    version integer NOT NULL,
    etat text NOT NULL,
    -- Whether the patient's side contests it, or what the caisse decided of that.
    contestation text,
    -- Why the declaration was refused, cancelled or contested, when somebody said so.
    motif text,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, declaration_id, version),
    FOREIGN KEY (patient_id, declaration_id) REFERENCES declaration,
    -- A wrong entry that was rectified never counted.
    CONSTRAINT etat_declaration_etat
        CHECK (etat IN ('en_attente', 'active', 'refusee', 'annulee', 'expiree', 'rectifiee', 'caduque')),
    CONSTRAINT etat_declaration_contestation CHECK (contestation IN ('ouverte', 'retenue', 'rejetee')),
    CONSTRAINT etat_declaration_version CHECK (version >= 1),
    CONSTRAINT etat_declaration_connaissance CHECK (remplace_le > enregistre_le)
);
CREATE UNIQUE INDEX etat_declaration_courant ON etat_declaration (patient_id, declaration_id) WHERE remplace_le IS NULL;
-- Declarations that wait, for the job that lets them expire.
CREATE INDEX etat_declaration_en_attente ON etat_declaration (enregistre_le)
    WHERE remplace_le IS NULL AND etat = 'en_attente';
-- Those that lapsed with a doctor or a life, for the job that makes them wait again: few.
CREATE INDEX etat_declaration_caduque ON etat_declaration (enregistre_le)
    WHERE remplace_le IS NULL AND etat = 'caduque' AND motif IS NOT NULL;

-- Choices that are contested and not yet decided, which evaluations warn of: few.
CREATE INDEX etat_declaration_contestee ON etat_declaration (patient_id) WHERE contestation = 'ouverte';

CREATE TABLE signature (
    patient_id uuid NOT NULL,
    declaration_id uuid NOT NULL,
    signature_id uuid NOT NULL,
    -- assure, titulaire_autorite_parentale, tuteur, curateur or medecin.
    role text NOT NULL,
    -- The doctor who signed, for the role medecin only.
    medecin_id uuid REFERENCES medecin,
    -- The link under which a holder of parental authority or a representative signed.
    representation_id uuid,
    -- Civil day of the signature; the instant too when a machine took it.
    signe_le date NOT NULL,
    signe_a timestamptz,
    recue_le timestamptz NOT NULL,
    moyen text NOT NULL,
    niveau text,
    -- Evidence of the means: digests and references, never a token nor a number of a person. Sealed under a key of data and
    -- bound to the id.
    preuve_chiffree bytea NOT NULL,
    contenu_sha256 bytea NOT NULL,
    -- When this row was written: that of a declaration which a merge or a scission moved has the instant of the move.
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, declaration_id, signature_id),
    FOREIGN KEY (patient_id, declaration_id) REFERENCES declaration,
    CONSTRAINT signature_role CHECK (role IN ('assure', 'titulaire_autorite_parentale', 'tuteur', 'curateur', 'medecin')),
    CONSTRAINT signature_medecin CHECK ((role = 'medecin') = (medecin_id IS NOT NULL)),
    CONSTRAINT signature_sha256 CHECK (octet_length(contenu_sha256) = 32)
);
CREATE UNIQUE INDEX signature_du_medecin ON signature (patient_id, declaration_id, medecin_id) WHERE role = 'medecin';
-- Somebody who has come of age confirms what they signed before: on another day.
CREATE UNIQUE INDEX signature_du_patient ON signature (patient_id, declaration_id, role, signe_le)
    WHERE role <> 'medecin';

-- Whether a quality of the patient's side in which a declaration was signed has no signature that counts any more.
CREATE FUNCTION signature_perdue(personne uuid, choix uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM signature s
        WHERE s.patient_id = personne AND s.declaration_id = choix AND s.role <> 'medecin'
        GROUP BY s.role
        HAVING NOT bool_or(lien_vaut(s.patient_id, s.representation_id, s.signe_le)))
$$;

-- A proof of signature serves once, whatever becomes of the declaration.
CREATE TABLE preuve_utilisee (
    -- Who issued it, and the name that they gave it.
    emetteur text NOT NULL,
    identifiant text NOT NULL,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (emetteur, identifiant)
);

-- A declaration that adds doctors to a designation, and the doctors in place that it names: they sign nothing again.
CREATE TABLE avenant (
    patient_id uuid NOT NULL,
    declaration_id uuid NOT NULL,
    en_place uuid[] NOT NULL,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (patient_id, declaration_id),
    FOREIGN KEY (patient_id, declaration_id) REFERENCES declaration
);

-- Who is the médecin traitant, from which day to which day, as known when. One designation at most on any day, whatever
-- the number of its doctors and of the instances that write.
CREATE TABLE designation (
    patient_id uuid NOT NULL REFERENCES patient,
    designation_id uuid NOT NULL,
    version integer NOT NULL,
    declaration_id uuid NOT NULL,
    effet daterange NOT NULL,
    -- Why it ends, when it ends.
    motif_fin text,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, designation_id, version),
    FOREIGN KEY (patient_id, declaration_id) REFERENCES declaration,
    CONSTRAINT designation_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT designation_motif CHECK (motif_fin IN ('remplacement', 'patient', 'medecin', 'cessation', 'deces')),
    CONSTRAINT designation_motif_present CHECK (upper_inf(effet) = (motif_fin IS NULL)),
    CONSTRAINT designation_connaissance CHECK (remplace_le > enregistre_le),
    CONSTRAINT designation_sans_chevauchement
        EXCLUDE USING gist (patient_id WITH =, effet WITH &&) WHERE (coalesce(remplace_le, 'infinity') = 'infinity')
);
-- The guard above is slow to read; this one serves "the médecin traitant in force".
CREATE INDEX designation_courante ON designation (patient_id, lower(effet)) WHERE remplace_le IS NULL;

-- The doctors of a designation: one, or several jointly. Their own period is cut by that of the designation.
CREATE TABLE designation_medecin (
    patient_id uuid NOT NULL REFERENCES patient,
    designation_id uuid NOT NULL,
    medecin_id uuid NOT NULL REFERENCES medecin,
    version integer NOT NULL,
    effet daterange NOT NULL,
    motif_fin text,
    enregistre_le timestamptz NOT NULL,
    remplace_le timestamptz,
    PRIMARY KEY (patient_id, designation_id, medecin_id, version),
    CONSTRAINT designation_medecin_effet CHECK (lower_inc(effet) AND NOT isempty(effet)),
    CONSTRAINT designation_medecin_connaissance CHECK (remplace_le > enregistre_le)
);
CREATE INDEX designation_medecin_patientele ON designation_medecin (medecin_id, patient_id) WHERE remplace_le IS NULL;

CREATE TRIGGER declaration_garde BEFORE UPDATE OR DELETE ON declaration
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable('contenu_chiffre');
CREATE TRIGGER declaration_medecin_garde BEFORE UPDATE OR DELETE ON declaration_medecin
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER etat_declaration_histoire BEFORE UPDATE ON etat_declaration
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER etat_declaration_garde BEFORE DELETE ON etat_declaration
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER signature_garde BEFORE UPDATE OR DELETE ON signature
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER preuve_utilisee_garde BEFORE UPDATE OR DELETE ON preuve_utilisee
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER avenant_garde BEFORE UPDATE OR DELETE ON avenant
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER designation_histoire BEFORE UPDATE ON designation
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER designation_garde BEFORE DELETE ON designation
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER designation_medecin_histoire BEFORE UPDATE ON designation_medecin
    FOR EACH ROW EXECUTE FUNCTION histoire_remplacable();
CREATE TRIGGER designation_medecin_garde BEFORE DELETE ON designation_medecin
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
