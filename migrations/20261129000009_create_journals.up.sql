-- What happened, who looked, what was already answered, what remains to be done. All written in the business transaction.

-- Who acts: role, identity and organisation in clear, the subject of the token sealed. A row is written once, and
-- traces and events only hold its number. No foreign key leads here: rows are never removed, and every trace would
-- lock the row of its author.
CREATE TABLE auteur (
    auteur_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Keyed digest of all that follows.
    empreinte bytea NOT NULL,
    role text NOT NULL,
    -- RPPS of a doctor, code of a caisse, internal id of a patient.
    identite text NOT NULL,
    organisation text,
    sujet_chiffre bytea NOT NULL,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT auteur_unique UNIQUE (empreinte),
    CONSTRAINT auteur_role CHECK (role IN ('medecin', 'patient', 'caisse', 'referentiel', 'statistiques'))
);

CREATE TABLE evenement (
    -- Those of one person follow each other: it is drawn under the lock of the person. Between persons, commits come in
    -- another order: the place of an event in the feed is given afterwards (fil).
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    evenement_id uuid NOT NULL,
    -- A kind of src/domain/evenement.rs, which says whom it is told to.
    nature text NOT NULL,
    -- Since when it is known, and from which day it counts.
    enregistre_le timestamptz NOT NULL,
    effet_du date,
    patient_id uuid,
    medecin_id uuid,
    declaration_id uuid,
    feuille_id uuid,
    -- The feuilles that a transaction evaluated, told in one row: each is an event of its own, in the order of the array.
    -- Everything else that the event says is in the row of the feuille, which is never rewritten either.
    feuilles uuid[],
    -- Nobody when the service itself acts.
    auteur_id integer,
    -- Codes and states: never a number of a person.
    donnees jsonb NOT NULL
);
-- What happened to a person, to find which feuilles it concerns. Feuilles themselves are left out: they are many.
CREATE INDEX evenement_par_patient ON evenement (patient_id, enregistre_le)
    WHERE patient_id IS NOT NULL AND nature NOT LIKE 'feuille.%';

-- Choices that somebody signed for a person whom they did not represent, until their caisse looks at them: few.
CREATE INDEX evenement_a_verifier ON evenement (declaration_id) WHERE nature = 'declaration.a_verifier';

-- Events that have no place in the feed yet: written with them, removed by the publication that gives them one.
-- Read from its beginning, by an index in which those that were removed still stand: they are swept soon.
CREATE TABLE evenement_a_publier (
    sequence bigint PRIMARY KEY
) WITH (autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

-- The last place that was given. Its row is locked by a publication until it is committed: places become visible in
-- their order, whatever other transactions are open, here or in another database of the server.
CREATE TABLE fil_tete (
    ligne smallint PRIMARY KEY,
    position bigint NOT NULL,
    -- The feed begins after this place: what was before was purged.
    debut bigint NOT NULL,
    CONSTRAINT fil_tete_debut CHECK (debut <= position),
    CONSTRAINT fil_tete_seule CHECK (ligne = 1)
);
INSERT INTO fil_tete (ligne, position, debut) VALUES (1, 0, 0);

-- The feed: whose each published event is, in the order in which they are read. Made from the events alone.
CREATE TABLE fil (
    -- patient:…, caisse:…, medecin:…, patientele:… (movements of a doctor's patients alone), referentiel, or reception:…
    -- (the persons and the performers of feuilles that came together, who are not named one by one).
    destinataire text NOT NULL,
    position bigint NOT NULL,
    sequence bigint NOT NULL,
    -- Number of the kind.
    nature smallint NOT NULL,
    -- From which day it counts, where this reader may know it.
    effet_du date,
    -- Of a reception: the last nine digits of each performer, who reads it beside what is theirs alone.
    executants integer[],
    CONSTRAINT fil_executants CHECK ((executants IS NOT NULL) = (destinataire LIKE 'reception:%')),
    PRIMARY KEY (destinataire, position)
);
-- Places are given in their order: a page or two say which pages hold the first of them, whosever they are.
CREATE INDEX fil_par_position ON fil USING brin (position) WITH (autosummarize = on);
-- What came in lots, in its order: one row a lot.
CREATE INDEX fil_receptions ON fil (position) WHERE destinataire LIKE 'reception:%';

-- Where somebody wants to be sent what their feed tells.
CREATE TABLE abonnement (
    abonnement_id uuid PRIMARY KEY,
    -- Role and identity of whose it is, and whose feed it follows.
    proprietaire text NOT NULL,
    destinataire text NOT NULL,
    adresse text NOT NULL,
    -- Numbers of the only kinds; none: all of them.
    natures smallint[] NOT NULL,
    -- Secrets under which messages are signed, sealed: the present one, and the one of before until an instant.
    secret_chiffre bytea NOT NULL,
    ancien_chiffre bytea,
    ancien_jusqu_au timestamptz,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT abonnement_ancien CHECK ((ancien_chiffre IS NULL) = (ancien_jusqu_au IS NULL))
);
CREATE INDEX abonnement_par_proprietaire ON abonnement (proprietaire);
CREATE INDEX abonnement_par_destinataire ON abonnement (destinataire);

-- What remains to be sent to a subscription, and what was given up. A message that arrived has no row any more.
CREATE TABLE envoi (
    abonnement_id uuid NOT NULL REFERENCES abonnement,
    sequence bigint NOT NULL,
    essais smallint NOT NULL,
    -- When it is due; while it is being sent, when somebody else may take it; once given up, since when.
    prevu_le timestamptz NOT NULL,
    abandonne boolean NOT NULL,
    -- Why the last try failed.
    erreur text,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (abonnement_id, sequence)
);
CREATE INDEX envoi_a_faire ON envoi (prevu_le, sequence) WHERE NOT abandonne;

-- The events one by one, in the order of their sequences: (sequence, rang).
CREATE VIEW journal AS
SELECT e.sequence, coalesce(f.rang, 1) AS rang, e.evenement_id, e.nature, e.enregistre_le,
       e.effet_du, e.patient_id, e.medecin_id, e.declaration_id, coalesce(f.feuille_id, e.feuille_id) AS feuille_id,
       e.auteur_id, e.donnees
FROM evenement e LEFT JOIN LATERAL unnest(e.feuilles) WITH ORDINALITY AS f (feuille_id, rang) ON true;

-- Every reading of a person's data, for that person to read.
CREATE TABLE acces (
    patient_id uuid NOT NULL,
    acces_id uuid NOT NULL,
    survenu_le timestamptz NOT NULL,
    auteur_id integer NOT NULL,
    operation text NOT NULL,
    requete_id uuid NOT NULL,
    PRIMARY KEY (patient_id, acces_id)
);

-- A transaction that received many feuilles, and answered with them: the trace of that for each of their persons, whose
-- feuilles say which one it was. A row of acces for each would cost as much as a quarter of the lot.
CREATE TABLE reception (
    reception_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    survenu_le timestamptz NOT NULL,
    auteur_id integer NOT NULL,
    operation text NOT NULL,
    requete_id uuid NOT NULL
);

-- Answers already given, to be given again to a retry.
CREATE TABLE idempotence (
    appelant text NOT NULL,
    -- Keyed digest of the key that the caller chose: whatever they put in it is not kept.
    cle bytea NOT NULL,
    -- Digest of operation and request: another request under the same key is refused.
    requete_sha256 bytea NOT NULL,
    statut smallint,
    -- Headers and body, encrypted: they hold a person's data.
    reponse_chiffree bytea,
    -- Whom a kept answer shows: given again, it is seen again, by who may still see it.
    personnes uuid[],
    -- Numbers of what its thing made of the caller, and when something was last recorded about these persons, if the act did.
    relations smallint[],
    connu_le timestamptz,
    enregistre_le timestamptz NOT NULL,
    PRIMARY KEY (appelant, cle),
    CONSTRAINT idempotence_cle CHECK (octet_length(cle) = 16)
);
CREATE INDEX idempotence_purge ON idempotence (enregistre_le);

-- Tries with a number that found nobody, by who makes them: what slows and stops who guesses a birth date. Keyed digests
-- only; a row is of no use after a day.
CREATE TABLE essai (
    numero bytea NOT NULL,
    -- A subject, or the whole of the organisation that it acts for.
    appelant bytea NOT NULL,
    essais smallint NOT NULL,
    -- The first of these tries, and the last.
    depuis timestamptz NOT NULL,
    dernier_le timestamptz NOT NULL,
    PRIMARY KEY (numero, appelant)
);
CREATE INDEX essai_purge ON essai (depuis);

-- The tries of some callers with some numbers that began after an instant, once those that are under way with the same keys
-- are over: the second statement sees what they committed while the first one waited for them.
CREATE FUNCTION essais_connus(cles bigint[], numeros bytea[], appelants bytea[], apres timestamptz) RETURNS SETOF essai
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(cle) FROM unnest(cles) AS cle;
    RETURN QUERY SELECT * FROM essai WHERE numero = ANY (numeros) AND appelant = ANY (appelants) AND depuis > apres;
END $$;

-- Counts one more try of some callers with a number; those that began before an instant are forgotten.
CREATE FUNCTION compter_essai(le_numero bytea, appelants bytea[], apres timestamptz, maintenant timestamptz) RETURNS void
LANGUAGE sql VOLATILE AS $$
    INSERT INTO essai AS e (numero, appelant, essais, depuis, dernier_le)
    SELECT le_numero, un, 1, maintenant, maintenant FROM unnest(appelants) AS un
    ON CONFLICT (numero, appelant) DO UPDATE
    SET essais = CASE WHEN e.depuis > apres THEN e.essais + 1 ELSE 1 END,
        depuis = CASE WHEN e.depuis > apres THEN e.depuis ELSE excluded.depuis END,
        dernier_le = excluded.dernier_le
$$;

-- Jobs, taken with a lease by any instance.
CREATE TABLE tache (
    tache_id uuid PRIMARY KEY,
    nature text NOT NULL,
    -- Jobs of one key wait for each other and are queued once.
    cle text,
    charge jsonb NOT NULL,
    etat text NOT NULL,
    prevue_le timestamptz NOT NULL,
    bail_jusqu_au timestamptz,
    essais smallint NOT NULL,
    derniere_erreur text,
    enregistre_le timestamptz NOT NULL,
    CONSTRAINT tache_etat CHECK (etat IN ('en_attente', 'en_cours', 'terminee', 'abandonnee'))
);
CREATE INDEX tache_a_faire ON tache (prevue_le) WHERE etat IN ('en_attente', 'en_cours');
CREATE UNIQUE INDEX tache_unique ON tache (nature, cle) WHERE cle IS NOT NULL AND etat IN ('en_attente', 'en_cours');

CREATE TRIGGER evenement_garde BEFORE UPDATE OR DELETE ON evenement
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER auteur_garde BEFORE UPDATE OR DELETE ON auteur
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable('empreinte', 'sujet_chiffre');
CREATE TRIGGER acces_garde BEFORE UPDATE OR DELETE ON acces
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
