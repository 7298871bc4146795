//! Everything that the register keeps on one person, table by table, as it is kept: what a person may ask for (RGPD, art. 15).
//! Feuilles, evaluations and accesses, whose rows nobody could read, are read as their own pages show them.

use serde_json::{Map, Value};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;

use super::coffre::{Attache, Place};
use super::rotation::{COLONNES, DONNEES};
use super::{Coffre, Connection, StorageError, cles};
use crate::domain::ids::PatientId;

/// The rows of a table that are about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rubrique {
    pub table: &'static str,
    /// What the person reads.
    pub titre: &'static str,
    /// The column that they follow.
    ordre: &'static str,
}

const fn rubrique(table: &'static str, ordre: &'static str, titre: &'static str) -> Rubrique {
    Rubrique { table, titre, ordre }
}

/// Every table whose rows name a person, but those of [`AILLEURS`].
pub static RUBRIQUES: [Rubrique; 41] = [
    rubrique("patient", "enregistre_le", "Le dossier"),
    rubrique("identite_patient", "effet", "Noms, prénoms, sexe et naissance"),
    rubrique("identifiant_patient", "effet", "Numéros"),
    rubrique("affiliation", "effet", "Caisses"),
    rubrique("adresse_patient", "effet", "Adresses"),
    rubrique("statut_patient", "effet", "Situations qui suspendent la désignation"),
    rubrique("deces_patient", "effet", "Décès"),
    rubrique("representation", "effet", "Personnes qui vous représentent"),
    rubrique("avis_majorite", "enregistre_le", "Annonces de la majorité du choix"),
    rubrique("acte_patient", "version", "Actes de la caisse sur le dossier"),
    rubrique("limitation", "enregistre_le", "Limitations du traitement de vos données"),
    rubrique("demande_rectification", "enregistre_le", "Vos demandes de rectification"),
    rubrique("reponse_rectification", "enregistre_le", "Réponses à ces demandes"),
    rubrique("declaration", "enregistre_le", "Déclarations de médecin traitant"),
    rubrique("declaration_medecin", "declaration_id", "Médecins des déclarations"),
    rubrique("etat_declaration", "enregistre_le", "États des déclarations"),
    rubrique("signature", "enregistre_le", "Signatures des déclarations"),
    rubrique("avenant", "enregistre_le", "Avenants aux déclarations"),
    rubrique("designation", "effet", "Désignations du médecin traitant"),
    rubrique("designation_medecin", "effet", "Médecins désignés"),
    rubrique("fin_designation", "effet_du", "Fins de désignation"),
    rubrique("neutralisation", "effet", "Périodes sans majoration après le départ d'un médecin"),
    rubrique("operation_patient", "operation_id", "Départs et cessations de vos médecins"),
    rubrique("fusion", "enregistre_le", "Réunions de dossiers"),
    rubrique(
        "mouvement_declaration",
        "declaration_id",
        "Déclarations passées d'un dossier à l'autre",
    ),
    rubrique("attribution_feuille", "feuille_id", "Feuilles passées d'un dossier à l'autre"),
    rubrique("conflit_designation", "conflit_id", "Désignations contradictoires de deux dossiers"),
    rubrique("ecart_designation", "ecart_id", "Désignations écartées"),
    rubrique("adressage", "adressage_id", "Adressages à un autre médecin"),
    rubrique("version_adressage", "adressage_id, version", "Contenu des adressages"),
    rubrique("correspondant_adressage", "adressage_id", "Correspondants des adressages"),
    rubrique("retour_adressage", "adressage_id", "Comptes rendus des adressages"),
    rubrique("conciliation", "conciliation_id", "Recherches d'un médecin traitant avec la caisse"),
    rubrique("etat_conciliation", "conciliation_id", "États de ces recherches"),
    rubrique("contact_conciliation", "conciliation_id", "Médecins contactés"),
    rubrique("evenement", "sequence", "Événements"),
    rubrique("avis_ponctuel", "jour", "Avis ponctuels de consultants"),
    rubrique("avis_ponctuel_rompu", "jour", "Avis ponctuels contredits par un autre soin"),
    rubrique("recouvrement", "enregistre_le", "Sommes recouvrées par la caisse"),
    rubrique("reevaluation", "enregistre_le", "Réévaluations demandées pour vous"),
    rubrique("reevaluation_feuille", "date_soins", "Feuilles réévaluées"),
];

/// Tables that name a person and are shown otherwise, or by nothing, and why.
pub static AILLEURS: [(&str, &str); 11] = [
    ("feuille_de_soins", "lue en clair sous « feuilles_de_soins »"),
    ("evaluation", "lue en clair avec sa feuille"),
    (
        "participation_retenue",
        "somme de ce que disent les feuilles de l'année, refaite à partir d'elles",
    ),
    ("acces", "lu en clair sous « acces », avec les réceptions de feuilles"),
    ("journal", "vue des événements"),
    (
        "statistique_personne",
        "ce que le dossier ajoute aux statistiques, refait à partir de lui ; elles ne montrent personne",
    ),
    (
        "export_bloc",
        "extraits de sa caisse, gardés sept jours : tout ce qu'ils disent est ailleurs, et qui les télécharge est dans « acces »",
    ),
    (
        "courriers_lot",
        "lettres écrites d'après les événements et le dossier, gardées sept jours ; qui les imprime est dans « acces »",
    ),
    ("statistique_a_compter", "dossiers que les statistiques ne comptent pas encore"),
    (
        "idempotence",
        "réponses déjà données, gardées un jour pour être redonnées ; tout ce qu'elles disent est ailleurs",
    ),
    (
        "representation.representant_id",
        "les personnes que l'on représente sont dans leur propre dossier ; GET /v1/moi/proches les liste",
    ),
];

/// Columns that say nothing: sealed values, which are opened beside, digests, and sums made from other rows.
const MUETTES: [&str; 13] = [
    "empreinte",
    "etat",
    "etat_chiffre",
    "preuve_chiffree",
    "reference_chiffree",
    "reference_preuve_chiffree",
    "etat_le",
    "retenues",
    "noms_chiffres",
    "valeur_chiffree",
    "adresse_chiffree",
    "identite_chiffree",
    "contenu_chiffre",
];

/// The rows of a table about a person, under all of their records, the sealed values open.
pub async fn lignes(
    conn: &mut Connection,
    coffre: &Coffre,
    rubrique: &Rubrique,
    dossiers: &[PatientId],
) -> Result<Vec<Value>, StorageError> {
    let Rubrique { table, ordre, .. } = rubrique;
    let scelle = COLONNES.iter().find(|one| one.table == *table);
    let scelle = scelle.and_then(|one| Some((one, one.lien()?)));
    let mut more = scelle.as_ref().map_or_else(String::new, |(colonne, (_, ligne))| {
        format!(", {ligne} AS ligne_scellee, {} AS valeur_scellee", colonne.nom)
    });
    let donnee = DONNEES.iter().find(|one| one.table == *table);
    let donnee = donnee.and_then(|one| Some((one.nom, one.seule?)));
    if let Some((nom, (_, ligne))) = donnee {
        more.extend([format!(", {ligne} AS ligne_donnee, {nom} AS valeur_donnee")]);
    }
    // Names of tables and columns are those above.
    let statement = format!(
        "/* dossier_complet.lignes */
         SELECT to_jsonb(t) - $2 AS ligne{more} FROM {table} t WHERE patient_id = ANY ($1) ORDER BY {ordre}"
    );
    let ids: Vec<Uuid> = dossiers.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query(AssertSqlSafe(statement))
        .bind(ids)
        .bind(&MUETTES[..])
        .fetch_all(&mut *conn)
        .await?;
    if donnee.is_some() {
        cles::learn(conn, coffre).await?;
    }
    rows.into_iter()
        .map(|row| {
            let Json(mut ligne) = row.try_get::<Json<Map<String, Value>>, _>("ligne")?;
            ligne.retain(|_, value| !value.is_null());
            ligne.values_mut().for_each(hexadecimal);
            if let Some((colonne, (place, _))) = &scelle
                && let Some(sealed) = row.try_get::<Option<Vec<u8>>, _>("valeur_scellee")?
            {
                let place = Place { colonne: place, ligne: row.try_get("ligne_scellee")? };
                ligne.insert(nom(colonne.nom), ouvert(&coffre.open(place, &sealed)?));
            }
            if let Some((colonne, (genre, _))) = donnee
                && let Some(sealed) = row.try_get::<Option<Vec<u8>>, _>("valeur_donnee")?
            {
                let place = Attache::seule(genre, row.try_get("ligne_donnee")?);
                let clair = coffre.ouvrir_donnee(place, sealed)?;
                ligne.insert(nom(colonne), ouvert(clair.octets()));
            }
            Ok(Value::Object(ligne))
        })
        .collect()
}

/// Writes bytes as the answers of the service write digests: PostgreSQL puts a sign before.
fn hexadecimal(value: &mut Value) {
    match value {
        Value::String(text) => {
            let digits = text.strip_prefix("\\x").filter(|rest| {
                rest.len().is_multiple_of(2) && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
            });
            if let Some(digits) = digits {
                *text = digits.to_owned();
            }
        }
        Value::Array(all) => all.iter_mut().for_each(hexadecimal),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {}
    }
}

/// The name of a sealed column, once it is open.
fn nom(colonne: &str) -> String {
    let ends = ["_chiffrees", "_chiffres", "_chiffree", "_chiffre"];
    let end = ends.into_iter().find_map(|end| colonne.strip_suffix(end));
    end.unwrap_or(colonne).to_owned()
}

fn ouvert(clear: &[u8]) -> Value {
    serde_json::from_slice(clear)
        .ok()
        .filter(|value: &Value| value.is_object() || value.is_array())
        .unwrap_or_else(|| Value::String(String::from_utf8_lossy(clear).into_owned()))
}
