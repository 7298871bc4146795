-- Counts for statistics, made from the register by a job that follows the feed. Nothing here is a fact: all of it can be made
-- again (traitant statistiques --refaire), and only statistique_personne knows of persons.

-- How far the feed was followed, and the instant of the last thing that was counted.
CREATE TABLE statistique_suivi (
    ligne smallint PRIMARY KEY,
    position bigint NOT NULL,
    connu_le timestamptz,
    CONSTRAINT statistique_suivi_seule CHECK (ligne = 1)
);
INSERT INTO statistique_suivi (ligne, position) VALUES (1, 0);

-- Persons recorded and not counted yet: written with them, since their recording is told to nobody.
CREATE TABLE statistique_a_compter (
    patient_id uuid PRIMARY KEY REFERENCES patient
) WITH (autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

-- What the life of a person adds to the counts, as it was last counted: taken away when it becomes another. The binary form
-- is that of storage/statistiques/codec.rs. No foreign key: it would lock the rows of persons whom lots wait for.
CREATE TABLE statistique_personne (
    patient_id uuid PRIMARY KEY,
    comptes bytea NOT NULL
);

-- What a lot adds, left by its own transaction under the first feuille of its event, until the job counts it: the lot had read
-- everything then. Amounts included, by instant, in the binary form of the same file; no person is in it.
CREATE TABLE statistique_recue (
    feuille_id uuid PRIMARY KEY,
    comptes bytea NOT NULL
);

-- What was counted of feuilles and persons that a purge removed since: statistics keep it, and nothing of the register says it
-- any more. Amounts included, in the binary form of the same file.
CREATE TABLE statistique_purgee (
    enregistre_le timestamptz NOT NULL,
    comptes bytea NOT NULL
);

-- Every change of a count, with the instant under which it became known. Written once.
CREATE TABLE statistique_mouvement (
    connu_le timestamptz NOT NULL,
    -- First day of the month in which it counts.
    mois date NOT NULL,
    caisse integer NOT NULL,
    -- What is counted, at which age, and the codes of that: src/domain/statistiques/classes.rs.
    nature smallint NOT NULL,
    age smallint NOT NULL,
    code_1 smallint NOT NULL,
    code_2 smallint NOT NULL,
    code_3 smallint NOT NULL,
    nombre bigint NOT NULL,
    -- Cents.
    honoraires bigint NOT NULL,
    base bigint NOT NULL,
    ticket bigint NOT NULL,
    amo bigint NOT NULL,
    amc bigint NOT NULL,
    reste bigint NOT NULL,
    majoration bigint NOT NULL,
    depassement bigint NOT NULL,
    reference bigint NOT NULL
);
-- What became known after an instant.
CREATE INDEX statistique_mouvement_par_instant ON statistique_mouvement (connu_le);

-- Their sums, by month and by year: an index of the table above, with the same columns.
CREATE TABLE statistique (
    nature smallint NOT NULL,
    -- 1 for a year, 2 for a month, and its first day.
    pas smallint NOT NULL,
    debut date NOT NULL,
    caisse integer NOT NULL,
    age smallint NOT NULL,
    code_1 smallint NOT NULL,
    code_2 smallint NOT NULL,
    code_3 smallint NOT NULL,
    nombre bigint NOT NULL,
    honoraires bigint NOT NULL,
    base bigint NOT NULL,
    ticket bigint NOT NULL,
    amo bigint NOT NULL,
    amc bigint NOT NULL,
    reste bigint NOT NULL,
    majoration bigint NOT NULL,
    depassement bigint NOT NULL,
    reference bigint NOT NULL,
    PRIMARY KEY (nature, pas, debut, caisse, age, code_1, code_2, code_3),
    CONSTRAINT statistique_pas CHECK (pas IN (1, 2))
) WITH (fillfactor = 80);

CREATE TRIGGER statistique_mouvement_garde BEFORE UPDATE OR DELETE ON statistique_mouvement
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER statistique_purgee_garde BEFORE UPDATE OR DELETE ON statistique_purgee
    FOR EACH ROW EXECUTE FUNCTION histoire_immuable();
CREATE TRIGGER jamais_videe BEFORE TRUNCATE ON statistique_purgee
    FOR EACH STATEMENT EXECUTE FUNCTION histoire_jamais_videe();

-- What a reform would change of the feuilles of some months: asked, then counted by a job as the statistics are. Of the whole
-- register: a caisse reads what is its own.
CREATE TABLE simulation_reforme (
    simulation_id uuid PRIMARY KEY,
    auteur_id integer NOT NULL REFERENCES auteur,
    -- First and last day of care: whole months.
    du date NOT NULL,
    au date NOT NULL,
    -- Other values of parameters, as they were asked.
    reforme jsonb NOT NULL,
    etat text NOT NULL,
    version integer NOT NULL,
    enregistre_le timestamptz NOT NULL,
    -- The law in force under which it is counted: with another one, the job begins again.
    loi_id smallint,
    -- Feuilles of these months, those that were looked at, and those of which a law says nothing.
    prevues bigint NOT NULL,
    vues bigint NOT NULL,
    sans_reponse bigint NOT NULL,
    -- The month and the last feuille that were looked at: where the job goes on.
    mois date,
    place uuid,
    -- The counts so far, in the binary form of storage/statistiques/codec.rs.
    comptes bytea NOT NULL,
    CONSTRAINT simulation_reforme_etat CHECK (etat IN ('en_cours', 'terminee')),
    CONSTRAINT simulation_reforme_jours CHECK (du <= au),
    CONSTRAINT simulation_reforme_version CHECK (version >= 1)
);
