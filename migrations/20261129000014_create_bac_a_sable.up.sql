-- What makes a database that of a sandbox, and where its clock stands: only a marked database is ever emptied or
-- moved in time, and production starts on none.
CREATE TABLE bac_a_sable (
    numero smallint PRIMARY KEY CHECK (numero = 1),
    cree_le timestamptz NOT NULL,
    -- How far its clock is ahead of that of the machine.
    avance_secondes bigint NOT NULL CHECK (avance_secondes >= 0),
    -- The invented people are all there: otherwise the next start begins again.
    peuple boolean NOT NULL
);
