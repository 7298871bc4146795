//! Doctors, places and practices.

pub mod accueil;
pub mod annuaire;
pub mod changements;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::connaissance::{Connaissance, instant};
use super::types::Finess;
use super::{StorageError, Tx};
use crate::domain::calendar::Periode;
use crate::domain::fait_date::FaitDate;
use crate::domain::feuille_de_soins::{Convention, OptionTarifaire};
use crate::domain::identifiers::{CommuneExercice, NumeroFacturation, Rpps, Specialite};
use crate::domain::ids::{FaitId, LieuId, MedecinId};
use crate::domain::medecin::{
    Exercice, Lieu, Medecin, ModeExercice, NatureLieu, NomMedecin, NouveauLieu,
};
use crate::domain::vocabulary::Vocabulaire;

/// Creates a doctor without any fact; `false` when the RPPS is already known.
pub async fn insert(
    tx: &mut Tx,
    id: MedecinId,
    rpps: &Rpps,
    instant: DateTime<Utc>,
) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* medecin.insert */
         INSERT INTO medecin (medecin_id, rpps, connu_le, enregistre_le) VALUES ($1, $2, $3, $3)
         ON CONFLICT (rpps) DO NOTHING",
        id.uuid(),
        rpps.as_str(),
        instant
    ))
    .await
}

/// Records names.
pub async fn insert_nom(
    tx: &mut Tx,
    medecin: MedecinId,
    fait: &FaitDate<NomMedecin>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* identite_medecin.insert */
         INSERT INTO identite_medecin (medecin_id, identite_id, nom, prenom, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6)",
        medecin.uuid(),
        fait.id.uuid(),
        fait.valeur.nom,
        fait.valeur.prenom,
        fait.effet,
        fait.enregistre_le
    ))
    .await
}

/// Records a specialty.
pub async fn insert_specialite(
    tx: &mut Tx,
    medecin: MedecinId,
    fait: &FaitDate<Specialite>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* specialite_medecin.insert */
         INSERT INTO specialite_medecin (medecin_id, specialite_id, code, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5)",
        medecin.uuid(),
        fait.id.uuid(),
        fait.valeur as _,
        fait.effet,
        fait.enregistre_le
    ))
    .await
}

/// Creates a place.
pub async fn insert_lieu(
    tx: &mut Tx,
    lieu: &Lieu,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* lieu.insert */
         INSERT INTO lieu (lieu_id, nature, nom, commune, adresse, finess_et, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        lieu.id.uuid(),
        lieu.nature.mot(),
        lieu.nom,
        lieu.commune.as_str(),
        lieu.adresse,
        lieu.finess_et as _,
        instant
    ))
    .await
}

/// A place by its id.
pub async fn get_lieu(conn: &mut PgConnection, id: LieuId) -> Result<Option<Lieu>, StorageError> {
    Ok(sqlx::query_as!(
        Lieu,
        "/* lieu.get */
         SELECT lieu_id AS id, nature, nom, commune, adresse, finess_et FROM lieu WHERE lieu_id = $1",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// A place found again by what it is called where it is.
pub async fn find_lieu(
    conn: &mut PgConnection,
    wanted: &NouveauLieu,
) -> Result<Option<Lieu>, StorageError> {
    Ok(sqlx::query_as!(
        Lieu,
        "/* lieu.find */
         SELECT lieu_id AS id, nature, nom, commune, adresse, finess_et FROM lieu
         WHERE commune = $1 AND nature = $2 AND upper(nom) = upper($3) AND upper(adresse) = upper($4)
           AND ($5::text IS NULL OR finess_et IS NULL OR finess_et = $5)
         ORDER BY lieu_id LIMIT 1",
        wanted.commune.as_str(),
        wanted.nature.mot(),
        wanted.nom,
        wanted.adresse,
        wanted.finess_et as _
    )
    .fetch_optional(conn)
    .await?)
}

/// Records a practice at an existing place.
pub async fn insert_exercice(
    tx: &mut Tx,
    medecin: MedecinId,
    fait: &FaitDate<Exercice>,
) -> Result<(), StorageError> {
    let exercice = &fait.valeur;
    tx.write(sqlx::query!(
        "/* exercice.insert */
         INSERT INTO exercice
             (medecin_id, exercice_id, lieu_id, mode, principal, convention, option_tarifaire,
              facturation_nature, facturation_numero, effet, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        medecin.uuid(),
        fait.id.uuid(),
        exercice.lieu.id.uuid(),
        exercice.mode.mot(),
        exercice.principal,
        exercice.convention.map(Vocabulaire::mot),
        exercice.option_tarifaire.mot(),
        exercice.facturation.as_ref().map(NumeroFacturation::kind),
        exercice.facturation.as_ref().map(NumeroFacturation::as_str),
        fait.effet,
        fait.enregistre_le
    ))
    .await
}

/// A fact about a doctor: a name, a specialty or a practice.
struct Ligne {
    medecin_id: MedecinId,
    id: Option<FaitId>,
    effet: Option<Periode>,
    enregistre_le: Option<DateTime<Utc>>,
    remplace_le: Option<DateTime<Utc>>,
    nom: Option<String>,
    prenom: Option<String>,
    code: Option<Specialite>,
    mode: Option<ModeExercice>,
    principal: Option<bool>,
    convention: Option<Convention>,
    option_tarifaire: Option<OptionTarifaire>,
    facturation: Option<NumeroFacturation>,
    lieu_id: Option<LieuId>,
    nature: Option<NatureLieu>,
    nom_lieu: Option<String>,
    commune: Option<CommuneExercice>,
    adresse: Option<String>,
    finess_et: Option<Finess>,
}

impl Ligne {
    fn exercice(&self) -> Option<Exercice> {
        let lieu = Lieu {
            id: self.lieu_id?,
            nature: self.nature?,
            nom: self.nom_lieu.clone()?,
            commune: self.commune?,
            adresse: self.adresse.clone()?,
            finess_et: self.finess_et,
        };
        Some(Exercice {
            lieu,
            mode: self.mode?,
            principal: self.principal?,
            convention: self.convention,
            option_tarifaire: self.option_tarifaire?,
            facturation: self.facturation,
        })
    }
}

/// A doctor by RPPS, as known at an instant.
pub async fn find(
    conn: &mut PgConnection,
    rpps: &Rpps,
    connu_le: impl Into<Connaissance>,
) -> Result<Option<Medecin>, StorageError> {
    let rows = sqlx::query_as!(
        Ligne,
        r#"/* medecin.find */
         SELECT m.medecin_id, f.id AS "id?: FaitId", f.effet AS "effet?: Periode", f.enregistre_le AS "enregistre_le?",
                f.remplace_le, f.nom, f.prenom, f.code AS "code?: Specialite", f.mode AS "mode?: ModeExercice",
                f.principal AS "principal?", f.convention AS "convention?: Convention",
                f.option_tarifaire AS "option_tarifaire?: OptionTarifaire", f.facturation AS "facturation?: NumeroFacturation",
                f.lieu_id AS "lieu_id?: LieuId", f.nature AS "nature?: NatureLieu", f.nom_lieu AS "nom_lieu?",
                f.commune AS "commune?: CommuneExercice", f.adresse, f.finess_et AS "finess_et?: Finess"
         FROM medecin m
         LEFT JOIN LATERAL (
             SELECT i.identite_id AS id, i.effet, i.enregistre_le, i.remplace_le, i.nom, i.prenom, NULL AS code, NULL AS mode,
                    NULL::boolean AS principal, NULL AS convention, NULL AS option_tarifaire, NULL AS facturation,
                    NULL::uuid AS lieu_id, NULL AS nature, NULL AS nom_lieu, NULL AS commune, NULL AS adresse, NULL AS finess_et
             FROM identite_medecin i WHERE i.medecin_id = m.medecin_id
             UNION ALL
             SELECT s.specialite_id, s.effet, s.enregistre_le, s.remplace_le, NULL, NULL, s.code, NULL,
                    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
             FROM specialite_medecin s WHERE s.medecin_id = m.medecin_id
             UNION ALL
             SELECT e.exercice_id, e.effet, e.enregistre_le, e.remplace_le, NULL, NULL, NULL, e.mode,
                    e.principal, e.convention, e.option_tarifaire, e.facturation_nature || ':' || e.facturation_numero,
                    l.lieu_id, l.nature, l.nom, l.commune, l.adresse, l.finess_et
             FROM exercice e JOIN lieu l ON l.lieu_id = e.lieu_id WHERE e.medecin_id = m.medecin_id
         ) f ON f.enregistre_le <= $2 AND (f.remplace_le IS NULL OR f.remplace_le > $2)
         WHERE m.rpps = $1 AND m.enregistre_le <= $2
         ORDER BY lower(f.effet), f.id"#,
        rpps.as_str(),
        instant(connu_le)
    )
    .fetch_all(conn)
    .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let (noms, specialites, exercices) = Default::default();
    let mut found = Medecin { id: first.medecin_id, rpps: *rpps, noms, specialites, exercices };
    for row in rows {
        let (Some(id), Some(effet), Some(enregistre_le)) = (row.id, row.effet, row.enregistre_le)
        else {
            continue;
        };
        let fait = FaitDate { id, valeur: (), effet, enregistre_le, remplace_le: row.remplace_le };
        if let Some(exercice) = row.exercice() {
            found.exercices.push(fait.avec(exercice));
        } else if let Some(code) = row.code {
            found.specialites.push(fait.avec(code));
        } else if let (Some(nom), Some(prenom)) = (row.nom, row.prenom) {
            found.noms.push(fait.avec(NomMedecin { nom, prenom }));
        }
    }
    Ok(Some(found))
}

/// The RPPS of a doctor; `None` when there is no such doctor.
pub async fn rpps_of(conn: &mut PgConnection, id: MedecinId) -> Result<Option<Rpps>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* medecin.rpps_of */ SELECT rpps FROM medecin WHERE medecin_id = $1",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// Whether a doctor practises somewhere on a day, as far as is known now.
pub async fn exerce_le(
    conn: &mut PgConnection,
    rpps: &Rpps,
    jour: NaiveDate,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* exercice.any */
         SELECT EXISTS (SELECT FROM medecin m JOIN exercice e ON e.medecin_id = m.medecin_id
                        WHERE m.rpps = $1 AND e.remplace_le IS NULL AND e.effet @> $2::date) AS "any!""#,
        rpps.as_str(),
        jour
    )
    .fetch_one(conn)
    .await?)
}
