//! What is sealed of the register itself: each row of history as it was written, in the slice in which it was, and the instant at
//! which it was replaced, in the slice of that instant. So a row that an owner adds, changes, removes or brings back is found.

use std::fmt::Write as _;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;

use super::tables::De;
pub use super::tables::{Scellee, TABLES};
use super::{Lue, Sceau, Tranche};
use crate::storage::types::Empreinte;
use crate::storage::{Connection, StorageError};

/// The rank of the first of these tables.
pub(super) const PREMIER: i16 = 8;

/// The tables, each with its rank.
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
