//! Everything that is sealed, or digested to be looked for, written again under the version of the master key in use. Tables are
//! read by pages, in the order in which they lie; each block is a transaction, and what is done is known by its first byte: whoever
//! comes back begins again and finds only what is left.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;

use super::actes_nationaux::AGENT;
use super::coffre::{Genre, Place};
use super::types::Tid;
use super::{Coffre, Db, StorageError, Tx, auteurs, patients};
use crate::domain::identifiers::IdentifiantPersonne;

/// Pages of a table that are read at once.
const BLOC: u32 = 32;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Contenu {
    /// A ciphertext, bound to a column and to the row that this expression names.
    Scelle { place: &'static str, ligne: Ligne },
    /// Numbers of persons, and the digests by which they are found.
    Numeros,
    /// Subjects of authors, and the digests by which they are found.
    Auteurs,
}

/// To which row a ciphertext is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ligne {
    /// The id in a column.
    Id(&'static str),
    /// A key of several parts: the text of each.
    Cle(&'static [&'static str]),
}

impl Ligne {
    /// What gives it in a statement.
    fn expression(self) -> String {
        match self {
            Self::Id(column) => column.to_owned(),
            Self::Cle(parts) => {
                let parts: Vec<String> =
                    parts.iter().map(|part| format!("({part})::text")).collect();
                let text = parts.join(" || E'\\n' || ");
                format!("encode(substring(sha256(convert_to({text}, 'UTF8')) FOR 16), 'hex')::uuid")
            }
        }
    }
}

/// A sealed column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colonne {
    pub table: &'static str,
    pub nom: &'static str,
    contenu: Contenu,
}

const fn scelle(
    (table, nom): (&'static str, &'static str),
    place: &'static str,
    ligne: Ligne,
) -> Colonne {
    Colonne { table, nom, contenu: Contenu::Scelle { place, ligne } }
}

/// Every column sealed under the master key itself: a test compares them with those of the schema.
pub static COLONNES: [Colonne; 17] = [
    Colonne { table: "identifiant_patient", nom: "valeur_chiffree", contenu: Contenu::Numeros },
    scelle(
        ("identite_patient", "noms_chiffres"),
        "identite_patient.noms_chiffres",
        Ligne::Id("identite_id"),
    ),
    scelle(
        ("adresse_patient", "adresse_chiffree"),
        "adresse_patient.adresse_chiffree",
        Ligne::Id("adresse_id"),
    ),
    scelle(
        ("representation", "identite_chiffree"),
        "representation.identite_chiffree",
        Ligne::Id("representation_id"),
    ),
    scelle(
        ("demande_rectification", "contenu_chiffre"),
        "demande_rectification.contenu_chiffre",
        Ligne::Id("demande_id"),
    ),
    scelle(
        ("reponse_rectification", "contenu_chiffre"),
        "reponse_rectification.contenu_chiffre",
        Ligne::Id("demande_id"),
    ),
    scelle(
        ("declaration", "contenu_chiffre"),
        "declaration.contenu_chiffre",
        Ligne::Id("declaration_id"),
    ),
    Colonne { table: "auteur", nom: "sujet_chiffre", contenu: Contenu::Auteurs },
    scelle(
        ("abonnement", "secret_chiffre"),
        "abonnement.secret_chiffre",
        Ligne::Id("abonnement_id"),
    ),
    scelle(
        ("abonnement", "ancien_chiffre"),
        "abonnement.secret_chiffre",
        Ligne::Id("abonnement_id"),
    ),
    scelle(
        ("idempotence", "reponse_chiffree"),
        "idempotence.reponse_chiffree",
        Ligne::Cle(&["appelant", "encode(cle, 'hex')"]),
    ),
    scelle(
        ("reprise_bloc", "contenu_chiffre"),
        "reprise_bloc.contenu_chiffre",
        Ligne::Cle(&["reprise_id", "rang"]),
    ),
    scelle(
        ("export_bloc", "contenu_chiffre"),
        "export_bloc.contenu_chiffre",
        Ligne::Cle(&["export_id", "rang"]),
    ),
    scelle(
        ("courriers_lot", "pdf_chiffre"),
        "courriers_lot.pdf_chiffre",
        Ligne::Cle(&["courriers_id", "rang"]),
    ),
    scelle(
        ("courriers_lot", "texte_chiffre"),
        "courriers_lot.texte_chiffre",
        Ligne::Cle(&["courriers_id", "rang"]),
    ),
    scelle(
        ("cle_retiree", "conserve_chiffre"),
        "cle_retiree.conserve_chiffre",
        Ligne::Cle(&["version"]),
    ),
    scelle(("cle_donnees", "cle_chiffree"), "cle_donnees.cle_chiffree", Ligne::Cle(&["version"])),
];

/// A column sealed under the keys of data: a rotation seals these again, and writes nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Donnee {
    pub table: &'static str,
    pub nom: &'static str,
    /// Of a value that stands for a whole row: what it says, and the id that binds it.
    pub(super) seule: Option<(Genre, &'static str)>,
}

const fn donnee(table: &'static str, nom: &'static str) -> Donnee {
    Donnee { table, nom, seule: None }
}

const fn seule(
    (table, nom): (&'static str, &'static str),
    genre: Genre,
    ligne: &'static str,
) -> Donnee {
    Donnee { table, nom, seule: Some((genre, ligne)) }
}

/// Every column sealed under the keys of data.
pub static DONNEES: [Donnee; 7] = [
    donnee("feuille_de_soins", "contenu_chiffre"),
    donnee("evaluation", "detail_chiffre"),
    donnee("patient", "etat_chiffre"),
    seule(("signature", "preuve_chiffree"), Genre::Signature, "signature_id"),
    seule(
        ("representation", "reference_preuve_chiffree"),
        Genre::Representation,
        "representation_id",
    ),
    seule(("declaration", "reference_preuve_chiffree"), Genre::Declaration, "declaration_id"),
    seule(("retour_adressage", "reference_chiffree"), Genre::Retour, "retour_id"),
];

/// Where a table is in its rotation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Avance {
    /// Pages that were looked at just now.
    pub pages: u32,
    /// Rows that were written again.
    pub lignes: u64,
}

impl Colonne {
    /// To what a value of it is bound: a column, and what gives the row in a statement. None of authors, who are not persons.
    pub(super) fn lien(&self) -> Option<(&'static str, String)> {
        match self.contenu {
            Contenu::Scelle { place, ligne } => Some((place, ligne.expression())),
            Contenu::Numeros => {
                Some(("identifiant_patient.valeur_chiffree", "identifiant_id".to_owned()))
            }
            Contenu::Auteurs => None,
        }
    }

    /// How many pages its table has at present.
    pub async fn pages(&self, db: &Db) -> Result<u32, StorageError> {
        let pages = sqlx::query_scalar!(
            r#"/* rotation.pages */
               SELECT pg_relation_size(to_regclass($1)) / current_setting('block_size')::bigint AS "pages!""#,
            self.table
        )
        .fetch_one(db.pool())
        .await?;
        u32::try_from(pages)
            .map_err(|wrong| StorageError::inconsistent(self.table, self.nom, wrong))
    }

    /// Writes again what a block of pages, from one on, holds of other versions.
    pub async fn bloc(&self, db: &Db, page: u32) -> Result<Avance, StorageError> {
        let end = page.saturating_add(BLOC);
        let mut tx = db.begin("rotation.bloc").await?;
        let pages = (Tid::page(page), Tid::page(end));
        let coffre = db.coffre();
        let lignes = match self.contenu {
            Contenu::Scelle { place, ligne } => {
                self.reseal(&mut tx, coffre, pages, (place, ligne)).await?
            }
            Contenu::Numeros => numeros(&mut tx, coffre, pages).await?,
            Contenu::Auteurs => authors(&mut tx, coffre, pages).await?,
        };
        tx.commit().await?;
        Ok(Avance { pages: BLOC, lignes })
    }

    /// Names of tables and columns are those of [`COLONNES`].
    async fn reseal(
        &self,
        tx: &mut Tx,
        coffre: &Coffre,
        (from, to): (Tid, Tid),
        (colonne, ligne): (&'static str, Ligne),
    ) -> Result<u64, StorageError> {
        let (Self { table, nom, .. }, id) = (self, ligne.expression());
        let read = format!(
            "/* rotation.read */
             SELECT ctid, {id} AS ligne, {nom} AS valeur FROM {table}
             WHERE ctid >= $1 AND ctid < $2 AND get_byte({nom}, 0) <> $3 FOR NO KEY UPDATE"
        );
        let rows = sqlx::query(AssertSqlSafe(read))
            .bind(from)
            .bind(to)
            .bind(i32::from(coffre.version()))
            .fetch_all(&mut **tx)
            .await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let (mut tids, mut values) = (Vec::new(), Vec::new());
        for row in rows {
            let place = Place { colonne, ligne: row.try_get::<Uuid, _>("ligne")? };
            values.push(coffre.resceller(place, row.try_get("valeur")?)?);
            tids.push(row.try_get::<Tid, _>("ctid")?);
        }
        let write = format!(
            "/* rotation.write */
             UPDATE {table} t SET {nom} = u.valeur FROM unnest($1::tid[], $2::bytea[]) AS u (tid, valeur)
             WHERE t.ctid = u.tid"
        );
        tx.touch(sqlx::query(AssertSqlSafe(write)).bind(tids).bind(values)).await
    }
}

/// All the rows of each number of some pages, together: they have one digest at any instant. Whoever gives one of these numbers
/// to a person waits, or is waited for.
async fn numeros(
    tx: &mut Tx,
    coffre: &Coffre,
    (from, to): (Tid, Tid),
) -> Result<u64, StorageError> {
    let first = sqlx::query!(
        "/* rotation.numbers */
         SELECT DISTINCT ON (empreinte) empreinte, identifiant_id, nature, valeur_chiffree FROM identifiant_patient
         WHERE ctid >= $1 AND ctid < $2 AND get_byte(valeur_chiffree, 0) <> $3",
        from as _,
        to as _,
        i32::from(coffre.version())
    )
    .fetch_all(&mut **tx)
    .await?;
    if first.is_empty() {
        return Ok(0);
    }
    let mut known: BTreeMap<Vec<u8>, IdentifiantPersonne> = BTreeMap::new();
    for row in first {
        let place = patients::place_numero(row.identifiant_id);
        let clear = coffre.open(place, &row.valeur_chiffree)?;
        let text = std::str::from_utf8(&clear).map_err(|error| place.wrong(error))?;
        let numero = IdentifiantPersonne::parse(&row.nature, text);
        known.insert(row.empreinte, numero.map_err(|error| place.wrong(error.code))?);
    }
    patients::lock_numbers(tx, coffre, known.values()).await?;
    let rows = sqlx::query!(
        r#"/* rotation.rows_of_numbers */
         SELECT ctid AS "ctid!: Tid", identifiant_id, empreinte, valeur_chiffree FROM identifiant_patient
         WHERE empreinte = ANY ($1) AND remplace_le IS NULL OR empreinte = ANY ($1) AND remplace_le IS NOT NULL
         FOR NO KEY UPDATE"#,
        &known.keys().map(Vec::as_slice).collect::<Vec<_>>() as _
    )
    .fetch_all(&mut **tx)
    .await?;
    let (mut tids, mut values, mut digests) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let Some(numero) = known.get(&row.empreinte) else { continue };
        let place = patients::place_numero(row.identifiant_id);
        tids.push(row.ctid);
        values.push(coffre.resceller(place, &row.valeur_chiffree)?);
        digests.push(coffre.empreinte(numero).to_vec());
    }
    tx.touch(sqlx::query!(
        "/* rotation.write_numbers */
         UPDATE identifiant_patient t SET valeur_chiffree = u.valeur, empreinte = u.empreinte
         FROM unnest($1::tid[], $2::bytea[], $3::bytea[]) AS u (tid, valeur, empreinte) WHERE t.ctid = u.tid",
        &tids as _,
        &values,
        &digests
    ))
    .await
}

/// Authors, one at a time: they are few. One that two instances wrote at once, before and after the key in use changed, keeps
/// its number under a digest that nobody looks for.
async fn authors(
    tx: &mut Tx,
    coffre: &Coffre,
    (from, to): (Tid, Tid),
) -> Result<u64, StorageError> {
    let rows = sqlx::query!(
        r#"/* rotation.authors */
         SELECT auteur_id, empreinte AS "empreinte: [u8; 16]", role || ':' || identite AS "cle!", organisation, sujet_chiffre
         FROM auteur WHERE ctid >= $1 AND ctid < $2 AND get_byte(sujet_chiffre, 0) <> $3 FOR NO KEY UPDATE"#,
        from as _,
        to as _,
        i32::from(coffre.version())
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut done: u64 = 0;
    for row in rows {
        let place = auteurs::place(row.empreinte);
        let clear = coffre.open(place, &row.sujet_chiffre)?;
        let sujet = std::str::from_utf8(&clear).map_err(|error| place.wrong(error))?;
        let text = [&row.cle, row.organisation.as_deref().unwrap_or_default(), sujet].join("\n");
        let mut empreinte = coffre.empreinte_de("auteur", &text);
        let taken = sqlx::query_scalar!(
            r#"/* rotation.author_taken */ SELECT EXISTS (SELECT FROM auteur WHERE empreinte = $1) AS "taken!""#,
            empreinte.as_slice()
        );
        if taken.fetch_one(&mut **tx).await? {
            empreinte = coffre.empreinte_de("auteur.doublon", &row.auteur_id.to_string());
        }
        let sealed = coffre.seal(auteurs::place(empreinte), &clear)?;
        tx.write_one(sqlx::query!(
            "/* rotation.author */ UPDATE auteur SET empreinte = $2, sujet_chiffre = $3 WHERE auteur_id = $1",
            row.auteur_id,
            empreinte.as_slice(),
            sealed
        ))
        .await?;
        let agent = auteurs::sujet(sujet, row.organisation.as_deref())?.personne();
        let (before, now) =
            (coffre.empreintes_de(AGENT, &agent), coffre.empreinte_de(AGENT, &agent));
        tx.write(sqlx::query!(
            "/* rotation.agent */ UPDATE operation_medecin SET prepare_par = $2 WHERE prepare_par = ANY ($1) AND prepare_par <> $2",
            &before.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>() as _,
            now.as_slice()
        ))
        .await?;
        done = done.saturating_add(1);
    }
    Ok(done)
}
