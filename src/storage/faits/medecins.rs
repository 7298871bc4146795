//! What the register knows about many doctors at once, now or at an instant.

use std::collections::BTreeMap;

use sqlx::postgres::PgConnection;

use crate::domain::calendar::Periode;
use crate::domain::feuille_de_soins::{Convention, OptionTarifaire};
use crate::domain::identifiers::{CommuneExercice, NumAm, NumeroFacturation, Rpps, Specialite};
use crate::domain::ids::LieuId;
use crate::domain::medecin::ModeExercice;
use crate::storage::StorageError;
use crate::storage::connaissance::{Connaissance, connu};

/// A practice of a doctor, with what a feuille says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExerciceConnu {
    pub rpps: Rpps,
    pub effet: Periode,
    pub mode: ModeExercice,
    /// Principal practice, or secondary cabinet.
    pub principal: bool,
    /// None when nobody said it: the feuille is believed.
    pub convention: Option<Convention>,
    /// Contract limiting overruns.
    pub option_tarifaire: OptionTarifaire,
    /// The number that bills there, when one does.
    pub facturation: Option<NumeroFacturation>,
    pub lieu: LieuId,
    pub commune: CommuneExercice,
}

impl ExerciceConnu {
    /// Whether he practises there on his own account, not in somebody's place.
    pub fn est_propre(&self) -> bool {
        self.mode != ModeExercice::Remplacant
    }
}

/// What the practice files of a doctor say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fiche {
    pub specialites: Vec<(Periode, Specialite)>,
    /// His practices, those as a locum too.
    pub exercices: Vec<ExerciceConnu>,
}

/// A specialty or a practice of a doctor.
struct Ligne {
    rpps: Rpps,
    code: Option<Specialite>,
    code_effet: Option<Periode>,
    effet: Option<Periode>,
    mode: Option<ModeExercice>,
    principal: Option<bool>,
    convention: Option<Convention>,
    option_tarifaire: Option<OptionTarifaire>,
    facturation: Option<NumeroFacturation>,
    lieu: Option<LieuId>,
    commune: Option<CommuneExercice>,
}

impl Ligne {
    fn exercice(&self) -> Option<ExerciceConnu> {
        Some(ExerciceConnu {
            rpps: self.rpps,
            effet: self.effet?,
            mode: self.mode?,
            principal: self.principal?,
            convention: self.convention,
            option_tarifaire: self.option_tarifaire?,
            facturation: self.facturation,
            lieu: self.lieu?,
            commune: self.commune?,
        })
    }
}

/// The files of some doctors, by one statement; an unknown doctor has none.
pub async fn fiches(
    conn: &mut PgConnection,
    medecins: &[Rpps],
    connu_le: Connaissance,
) -> Result<BTreeMap<Rpps, Fiche>, StorageError> {
    let rows = connu!(
        conn, connu_le => "$2", Ligne, "medecin.files", "medecin.files_known_at",
        r#"SELECT m.rpps AS "rpps!: Rpps", s.code AS "code?: Specialite", s.effet AS "code_effet?: Periode",
                  NULL::daterange AS "effet?: Periode", NULL AS "mode?: ModeExercice", NULL::boolean AS "principal?",
                  NULL AS "convention?: Convention", NULL AS "option_tarifaire?: OptionTarifaire",
                  NULL AS "facturation?: NumeroFacturation", NULL::uuid AS "lieu?: LieuId", NULL AS "commune?: CommuneExercice"
           FROM medecin m
           LEFT JOIN specialite_medecin s ON s.medecin_id = m.medecin_id AND "# ["s."]
        " WHERE m.rpps = ANY($1) AND " ("m.")
        " UNION ALL
           SELECT m.rpps, NULL, NULL, e.effet, e.mode, e.principal, e.convention, e.option_tarifaire,
                  e.facturation_nature || ':' || e.facturation_numero, e.lieu_id, l.commune
           FROM medecin m JOIN exercice e ON e.medecin_id = m.medecin_id
           JOIN lieu l ON l.lieu_id = e.lieu_id
           WHERE m.rpps = ANY($1) AND " ("m.") " AND " ["e."];
        medecins as _
    )?;
    let mut fiches: BTreeMap<Rpps, Fiche> = BTreeMap::new();
    for row in rows {
        let fiche = fiches.entry(row.rpps).or_default();
        fiche.specialites.extend(row.code_effet.zip(row.code));
        fiche.exercices.extend(row.exercice());
    }
    Ok(fiches)
}

/// Whose a billing number is, in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Titulaire {
    pub numero: NumAm,
    pub rpps: Rpps,
    pub effet: Periode,
}

/// The doctors who bill under some numbers. A locum bills under the number of the doctor replaced, whose it is.
pub async fn titulaires(
    conn: &mut PgConnection,
    numeros: &[NumAm],
    connu_le: Connaissance,
) -> Result<Vec<Titulaire>, StorageError> {
    Ok(connu!(
        conn, connu_le => "$2", Titulaire, "exercice.holders", "exercice.holders_known_at",
        r#"SELECT e.facturation_numero AS "numero!: NumAm", m.rpps, e.effet
           FROM exercice e JOIN medecin m USING (medecin_id)
           WHERE e.facturation_nature = 'num_am' AND e.facturation_numero = ANY($1) AND e.mode <> 'remplacant' AND "# ["e."];
        numeros as _
    )?)
}
