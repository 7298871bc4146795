//! What is sealed of the register itself: each row of history as it was written, in the slice in which it was, and the instant at
//! which it was replaced, in the slice of that instant. So a row that an owner adds, changes, removes or brings back is found.

use std::fmt::Write as _;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;

use super::{Lue, Sceau, Tranche};
use crate::storage::types::Empreinte;
use crate::storage::{Connection, StorageError};

/// The rank of the first of these tables.
pub(super) const PREMIER: i16 = 8;

/// To what a row belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum De {
    /// A person.
    Personne,
    /// A person, and written with the row of another table that has this key.
    Ligne { table: &'static str, cle: &'static str },
    /// Doctors, the law, whoever acts.
    Tous,
}

/// A table of which rows are sealed.
#[derive(Debug, Clone, Copy)]
pub struct Scellee {
    pub table: &'static str,
    /// Columns that are never written again, apart by spaces. After a colon, what makes a text of them that no setting of a
    /// connection changes: a day (`j`), an instant (`i`), a period (`p`), bytes (`o`).
    pub colonnes: &'static str,
    /// The key of a row, where rows are replaced.
    pub cle: Option<&'static str>,
    /// Whether a move to another record copies rows with the instant at which they were written: a copy is then the same line, and to
    /// which records it came is in the states and movements of the declaration.
    pub copiee: bool,
    de: De,
}

const fn ecrite(table: &'static str, colonnes: &'static str) -> Scellee {
    Scellee { table, colonnes, cle: None, copiee: false, de: De::Personne }
}

const fn remplacee(table: &'static str, cle: &'static str, colonnes: &'static str) -> Scellee {
    Scellee { table, colonnes, cle: Some(cle), copiee: false, de: De::Personne }
}

const fn de_tous(one: Scellee) -> Scellee {
    Scellee { de: De::Tous, ..one }
}

const fn copiee(one: Scellee) -> Scellee {
    Scellee { copiee: true, ..one }
}

const fn avec(table: &'static str, cle: &'static str, one: Scellee) -> Scellee {
    Scellee { de: De::Ligne { table, cle }, ..one }
}

/// The tables, in the order of their ranks. What a rotation writes again is not sealed: it is opened instead
/// ([`crate::storage::scelles`]).
pub static TABLES: [Scellee; 47] = [
    de_tous(ecrite("auteur", "auteur_id role identite organisation enregistre_le:i")),
    de_tous(ecrite("preuve_utilisee", "emetteur identifiant enregistre_le:i")),
    de_tous(ecrite("loi", "loi_id empreinte:o contenu enregistre_le:i")),
    de_tous(ecrite("medecin", "medecin_id rpps enregistre_le:i")),
    de_tous(ecrite("lieu", "lieu_id nature nom commune adresse finess_et enregistre_le:i")),
    de_tous(remplacee(
        "identite_medecin",
        "medecin_id identite_id",
        "medecin_id identite_id nom prenom effet:p enregistre_le:i",
    )),
    de_tous(remplacee(
        "specialite_medecin",
        "medecin_id specialite_id",
        "medecin_id specialite_id code effet:p enregistre_le:i",
    )),
    de_tous(remplacee(
        "exercice",
        "medecin_id exercice_id",
        "medecin_id exercice_id lieu_id mode principal convention option_tarifaire facturation_nature facturation_numero effet:p \
         enregistre_le:i",
    )),
    de_tous(remplacee(
        "accueil_medecin",
        "medecin_id accueil_id",
        "medecin_id accueil_id accepte effet:p enregistre_le:i",
    )),
    de_tous(remplacee(
        "ccam_version",
        "numero",
        "numero cree_le:j chronologique empreinte:o enregistrements actes nouveaux changes retires grilles:o enregistre_le:i",
    )),
    de_tous(remplacee("ccam_acte", "code enregistre_le:i", "code detail:o enregistre_le:i")),
    ecrite("patient", "patient_id enregistre_le:i"),
    remplacee(
        "identite_patient",
        "patient_id identite_id",
        "patient_id identite_id date_naissance rang effet:p enregistre_le:i",
    ),
    remplacee(
        "identifiant_patient",
        "patient_id identifiant_id",
        "patient_id identifiant_id nature usage conteste effet:p enregistre_le:i",
    ),
    remplacee(
        "affiliation",
        "patient_id affiliation_id",
        "patient_id affiliation_id organisme effet:p enregistre_le:i",
    ),
    remplacee(
        "adresse_patient",
        "patient_id adresse_id",
        "patient_id adresse_id effet:p enregistre_le:i",
    ),
    remplacee(
        "statut_patient",
        "patient_id statut_id",
        "patient_id statut_id statut effet:p enregistre_le:i",
    ),
    remplacee(
        "deces_patient",
        "patient_id deces_id",
        "patient_id deces_id source effet:p enregistre_le:i",
    ),
    remplacee(
        "representation",
        "patient_id representation_id version",
        "patient_id representation_id version representant_id nature preuve reference_preuve_chiffree:o motif_fin effet:p \
         enregistre_le:i",
    ),
    remplacee(
        "limitation",
        "patient_id limitation_id",
        "patient_id limitation_id motif auteur enregistre_le:i",
    ),
    remplacee(
        "demande_rectification",
        "patient_id demande_id",
        "patient_id demande_id objet terme:j enregistre_le:i",
    ),
    ecrite("reponse_rectification", "patient_id demande_id issue auteur enregistre_le:i"),
    ecrite("avis_majorite", "patient_id anniversaire:j enregistre_le:i"),
    ecrite("acte_patient", "patient_id version nature motif auteur enregistre_le:i"),
    remplacee(
        "fusion",
        "patient_id fusion_id",
        "patient_id fusion_id absorbe_id motif enregistre_le:i",
    ),
    copiee(ecrite(
        "declaration",
        "declaration_id numero rectifie_id sous_id canal contenu_sha256:o expire_le:i reprise_id signe_le:j effet_du:j origine \
         reference_preuve_chiffree:o enregistre_le:i",
    )),
    copiee(avec(
        "declaration",
        "patient_id, declaration_id",
        ecrite("declaration_medecin", "declaration_id medecin_id lieu_id"),
    )),
    copiee(ecrite("avenant", "declaration_id en_place enregistre_le:i")),
    remplacee(
        "etat_declaration",
        "patient_id declaration_id version",
        "patient_id declaration_id version etat contestation motif enregistre_le:i",
    ),
    ecrite(
        "mouvement_declaration",
        "patient_id declaration_id version origine_id fusion_id enregistre_le:i",
    ),
    remplacee(
        "designation",
        "patient_id designation_id version",
        "patient_id designation_id version declaration_id effet:p motif_fin enregistre_le:i",
    ),
    remplacee(
        "designation_medecin",
        "patient_id designation_id medecin_id version",
        "patient_id designation_id medecin_id version effet:p motif_fin enregistre_le:i",
    ),
    remplacee(
        "fin_designation",
        "patient_id fin_id",
        "patient_id fin_id medecin_id motif effet_du:j decidee_le:i operation_id par enregistre_le:i",
    ),
    remplacee(
        "neutralisation",
        "patient_id neutralisation_id",
        "patient_id neutralisation_id medecin_id operation_id motif effet:p enregistre_le:i",
    ),
    remplacee(
        "conflit_designation",
        "patient_id conflit_id version",
        "patient_id conflit_id version etat fusion_id declaration_conservee declaration_absorbee declaration_retenue effet:p \
         enregistre_le:i",
    ),
    remplacee(
        "ecart_designation",
        "patient_id ecart_id",
        "patient_id ecart_id declaration_id conflit_id effet:p enregistre_le:i",
    ),
    ecrite("adressage", "patient_id adressage_id medecin_id nature etabli_le:j enregistre_le:i"),
    remplacee(
        "version_adressage",
        "patient_id adressage_id version",
        "patient_id adressage_id version etat motif_cloture contenu effet:p enregistre_le:i",
    ),
    avec(
        "version_adressage",
        "patient_id, adressage_id, version",
        ecrite(
            "correspondant_adressage",
            "patient_id adressage_id version rang medecin_id specialite",
        ),
    ),
    ecrite(
        "retour_adressage",
        "patient_id adressage_id retour_id medecin_id nature soins_le:j reference_chiffree:o enregistre_le:i",
    ),
    ecrite(
        "conciliation",
        "patient_id conciliation_id organisme commune demandee_par demandee_le:j enregistre_le:i",
    ),
    remplacee(
        "etat_conciliation",
        "patient_id conciliation_id version",
        "patient_id conciliation_id version etat medecin_id terminee_le:j enregistre_le:i",
    ),
    remplacee(
        "contact_conciliation",
        "patient_id conciliation_id contact_id version",
        "patient_id conciliation_id contact_id version medecin_id contacte_par contacte_le:j reponse repondu_le:j declaration_id \
         enregistre_le:i",
    ),
    ecrite(
        "recouvrement",
        "patient_id feuille_id recouvrement_id numero_ligne nature mode montant_centimes jour:j annule_id motif auteur \
         enregistre_le:i",
    ),
    ecrite("attribution_feuille", "patient_id feuille_id origine_id enregistre_le:i"),
    ecrite("avis_ponctuel", "patient_id feuille_id executant_rpps jour:j enregistre_le:i"),
    ecrite("avis_ponctuel_rompu", "patient_id feuille_id rompu_par jour:j enregistre_le:i"),
];

/// Their ranks.
pub(super) fn rangs() -> impl Iterator<Item = (i16, &'static Scellee)> {
    (PREMIER..).zip(&TABLES)
}

/// The table of a rank.
pub(super) fn table(rang: i16) -> Option<&'static str> {
    rangs().find(|(own, _)| *own == rang).map(|(_, one)| one.table)
}

/// Columns, as what makes the text of a line.
fn texte(colonnes: &str) -> String {
    let columns: Vec<String> = colonnes
        .split_whitespace()
        .map(|column| match column.split_once(':') {
            Some((name, "j")) => format!("encode(date_send(t.{name}), 'hex')"),
            Some((name, "i")) => format!("extract(epoch FROM t.{name})"),
            Some((name, "p")) => format!("encode(range_send(t.{name}), 'hex')"),
            Some((name, _)) => format!("encode(t.{name}, 'hex')"),
            None => format!("t.{column}"),
        })
        .collect();
    columns.join(", ")
}

impl Scellee {
    /// Where its rows are read, and what says when they were written.
    fn source(&self) -> (String, &'static str) {
        let Self { table, .. } = self;
        match self.de {
            De::Ligne { table: other, cle } => {
                (format!("{table} t JOIN {other} d USING ({cle})"), "d.enregistre_le")
            }
            De::Personne | De::Tous => (format!("{table} t"), "t.enregistre_le"),
        }
    }
}

/// The statement that reads ranks of a slice. Everything in it is written above.
static LECTURE: LazyLock<String> = LazyLock::new(|| {
    let mut arms = String::new();
    for (rang, one) in rangs() {
        let (source, written) = one.source();
        let once = if one.copiee { "DISTINCT " } else { "" };
        let columns = texte(one.colonnes);
        let mut arm = |columns: &str, instant: &str| {
            let between = if arms.is_empty() { "" } else { "UNION ALL " };
            // Writing to a text does not fail.
            let _infallible = writeln!(
                arms,
                "{between}SELECT {once}{rang}::smallint, sha256(convert_to(ROW({columns})::text, 'UTF8')) FROM {source}
                 WHERE {instant} >= coalesce($1::timestamptz, '-infinity') AND {instant} < $2 AND {rang} = ANY ($3::smallint[])"
            );
        };
        arm(&columns, written);
        if let Some(key) = one.cle {
            let key = texte(key);
            let replaced = format!("'remplacee', {key}, extract(epoch FROM t.remplace_le)");
            arm(&replaced, "t.remplace_le");
        }
    }
    format!(
        "/* sceau.read_register */
         WITH lignes (rang, ligne) AS ({arms})
         SELECT count(l.ligne) AS lignes,
                sha256(coalesce(string_agg(l.ligne, '' ORDER BY l.ligne), '')) AS empreinte,
                coalesce(array_agg(l.ligne ORDER BY l.ligne) FILTER (WHERE $4 AND l.ligne IS NOT NULL), '{{}}') AS chacune
         FROM unnest($3::smallint[]) AS t (rang) LEFT JOIN lignes l ON l.rang = t.rang
         GROUP BY t.rang ORDER BY t.rang"
    )
});

/// Reads tables of a slice.
pub(super) async fn look(
    conn: &mut Connection,
    (du, au): (Option<DateTime<Utc>>, DateTime<Utc>),
    rangs: &[i16],
    chacune: bool,
) -> Result<Vec<Lue>, StorageError> {
    let rows = sqlx::query(AssertSqlSafe(LECTURE.as_str()))
        .bind(du)
        .bind(au)
        .bind(rangs)
        .bind(chacune)
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Lue {
                lignes: row.try_get("lignes")?,
                empreinte: row.try_get("empreinte")?,
                chacune: row.try_get("chacune")?,
            })
        })
        .collect()
}

/// Of which rows the slices are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lignes {
    /// Those of records.
    Dossiers,
    /// Those that hang on feuilles.
    Feuilles,
}

/// The slices in which such rows were sealed, each with the rank of the table.
pub async fn seals(
    conn: &mut Connection,
    lignes: Lignes,
    ids: &[Uuid],
) -> Result<Vec<(Sceau, i16)>, StorageError> {
    let mut arms = Vec::new();
    for (rang, one) in rangs().filter(|(_, one)| one.de != De::Tous) {
        let (source, written) = one.source();
        let condition = match lignes {
            Lignes::Dossiers => "t.patient_id = ANY ($1)",
            Lignes::Feuilles if one.table == "avis_ponctuel_rompu" => {
                "(t.feuille_id = ANY ($1) OR t.rompu_par = ANY ($1))"
            }
            Lignes::Feuilles if one.colonnes.split(' ').any(|name| name == "feuille_id") => {
                "t.feuille_id = ANY ($1)"
            }
            Lignes::Feuilles => continue,
        };
        arms.push(format!("SELECT {rang}::smallint, {written} FROM {source} WHERE {condition}"));
        if one.cle.is_some() {
            arms.push(format!(
                "SELECT {rang}::smallint, t.remplace_le FROM {source} WHERE {condition} AND t.remplace_le IS NOT NULL"
            ));
        }
    }
    let arms = arms.join(" UNION ALL ");
    let statement = format!(
        "/* sceau.of_register */
         SELECT DISTINCT ON (s.numero, w.rang) w.rang, s.numero, s.du, s.au, s.forme, s.lignes, s.empreintes, s.chaine, s.cle
         FROM ({arms}) AS w (rang, instant)
         CROSS JOIN LATERAL (SELECT * FROM sceau WHERE au > w.instant ORDER BY au LIMIT 1) AS s
         WHERE w.rang <= cardinality(s.lignes)
         ORDER BY s.numero, w.rang"
    );
    let rows = sqlx::query(AssertSqlSafe(statement)).bind(ids).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let tranche = Tranche {
                du: row.try_get("du")?,
                au: row.try_get("au")?,
                lignes: row.try_get("lignes")?,
                empreintes: row.try_get("empreintes")?,
            };
            let seal = Sceau {
                numero: row.try_get("numero")?,
                tranche,
                forme: row.try_get("forme")?,
                chaine: row.try_get::<Empreinte, _>("chaine")?,
                cle: row.try_get("cle")?,
            };
            Ok((seal, row.try_get("rang")?))
        })
        .collect()
}
