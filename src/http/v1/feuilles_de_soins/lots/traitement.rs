//! From lines to answers: batches read, decided and answered one behind the other.
//!
//! Batches are taken as answers are read: a slow reader slows the sender, and memory does not grow with
//! the lot. A few batches are under way at once, so that one is read while another is written.

use axum::body::Bytes;
use futures_util::stream::{self, Stream, StreamExt};

use super::lignes::{Arrivage, EnCours, Lecteur};
use super::vue::{FormeReponse, LigneLotVue};
use crate::http::json::Json;
use crate::http::lecture::{lire_document, lire_vite};
use crate::http::problem::{Code, Refus};
use crate::http::v1::feuilles_de_soins::demande::FeuilleDemande;
use crate::services::feuilles_de_soins;
use crate::services::feuilles_de_soins::{NouvelleFeuille, Reception, Suite, Tours};
use crate::services::patients;
use crate::services::{Contexte, Core};
use std::sync::Arc;

/// Batches under way at once.
const ENSEMBLE: usize = 3;
/// From how many lines on a batch leaves the thread that serves requests.
const LONG: usize = 16;

/// What became of some lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BilanLot {
    /// Bytes of the lines.
    pub octets: u64,
    /// Feuilles received now.
    pub enregistrees: u64,
    /// Feuilles that had been received before, the same.
    pub deja_recues: u64,
    /// Lines refused.
    pub refusees: u64,
    /// Sums of the feuilles that the register has now, in cents: fees, what the compulsory insurance
    /// pays, what the complementary one pays, what is left to the patients.
    pub centimes: [i64; 4],
}

impl BilanLot {
    /// Adds what became of other lines.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.octets = self.octets.saturating_add(other.octets);
        self.enregistrees = self.enregistrees.saturating_add(other.enregistrees);
        self.deja_recues = self.deja_recues.saturating_add(other.deja_recues);
        self.refusees = self.refusees.saturating_add(other.refusees);
        for (sum, own) in self.centimes.iter_mut().zip(other.centimes) {
            *sum = sum.saturating_add(own);
        }
        self
    }

    fn count(&mut self, answer: &Result<Reception, Refus>) {
        let Ok(reception) = answer else {
            self.refusees = self.refusees.saturating_add(1);
            return;
        };
        let place =
            if reception.deja_recue { &mut self.deja_recues } else { &mut self.enregistrees };
        *place = place.saturating_add(1);
        if let Some((last, _)) = reception.evaluee.evaluations.last() {
            let m = &last.evaluation.totaux;
            let own = [m.honoraires, m.rembourse_amo, m.part_amc, m.reste_a_charge];
            for (sum, own) in self.centimes.iter_mut().zip(own) {
                *sum = sum.saturating_add(own.get());
            }
        }
    }
}

/// The answers to some lines, in their order, and what became of them.
#[derive(Debug, Clone)]
pub struct ReponsesLot {
    /// One JSON object a line.
    pub texte: Bytes,
    /// What became of the lines.
    pub bilan: BilanLot,
}

/// A batch of answers could not be made: our mistake. The lot stops there; what was stored is stored.
#[derive(Debug)]
pub struct LotInterrompu;

impl std::fmt::Display for LotInterrompu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the answers to a lot could not be made")
    }
}

impl std::error::Error for LotInterrompu {}

/// What the batches of a lot share.
struct Lot {
    core: Core,
    contexte: Contexte,
    forme: FormeReponse,
    suite: Suite,
}

/// Receives and evaluates a lot, one feuille a line; gives the answers as they come.
pub fn evaluer_lot<S, E>(
    core: Core,
    contexte: Contexte,
    forme: FormeReponse,
    entree: S,
) -> impl Stream<Item = Result<ReponsesLot, LotInterrompu>> + Send
where
    S: Stream<Item = Result<Bytes, E>> + Unpin + Send,
    E: std::error::Error + Send + 'static,
{
    let lot = Arc::new(Lot { core, contexte, forme, suite: Suite::default() });
    let places = Arc::clone(&lot);
    let mut next = Tours::default();
    let en_cours = EnCours::default();
    let reader = Lecteur::new(entree, en_cours.clone());
    let arrivals = stream::unfold((reader, places), |(mut reader, places)| async move {
        let arrivage = reader.arrivage().await?;
        let place = feuilles_de_soins::place_de_fournee(&places.core).await;
        Some(((arrivage, place), (reader, places)))
    });
    let batches = arrivals
        .map(move |(arrivage, place)| {
            let following = next.suivants();
            let tours = std::mem::replace(&mut next, following);
            let passage = en_cours.un_de_plus();
            let answering = Box::pin(Arc::clone(&lot).answer(arrivage, tours));
            // A task of its own: what was taken is finished, even when nobody waits for the answer.
            tokio::spawn(async move {
                let answers = answering.await;
                drop(passage);
                (answers, place.finie())
            })
        })
        .buffered(ENSEMBLE);
    // What was given is being written until more is asked for.
    stream::unfold((Box::pin(batches), None), |(mut batches, given)| async move {
        drop(given);
        let done = batches.next().await?;
        let (answers, place) = done.unwrap_or((Err(LotInterrompu), None));
        Some((answers, (batches, place)))
    })
}

/// Runs a function, on a thread for long work when there is much to do.
async fn apart<T: Send + 'static>(
    lines: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, LotInterrompu> {
    if lines < LONG {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work).await.map_err(|_panicked| LotInterrompu)
}

impl Lot {
    /// The answers to a batch.
    async fn answer(
        self: Arc<Self>,
        arrivage: Arrivage,
        tours: Tours,
    ) -> Result<ReponsesLot, LotInterrompu> {
        let (count, octets) = (arrivage.len(), arrivage.octets());
        let tests = patients::accepts_test_numbers(&self.core);
        let read = apart(count, move || read(&arrivage, tests)).await?;
        let mut numbers = Vec::with_capacity(count);
        let mut feuilles = Vec::with_capacity(count);
        for (numero, ligne) in read {
            match ligne {
                Ok(nouvelle) => {
                    numbers.push((numero, None));
                    feuilles.push(nouvelle);
                }
                Err(refus) => numbers.push((numero, Some(refus))),
            }
        }
        let (core, contexte) = (&self.core, &self.contexte);
        let receiving = feuilles_de_soins::receive(core, contexte, feuilles, &self.suite, tours);
        let received = Box::pin(receiving).await;
        let lot = Arc::clone(&self);
        apart(count, move || lot.render(numbers, received, octets)).await?
    }

    /// The text of the answers.
    fn render(
        &self,
        numbers: Vec<(u64, Option<Refus>)>,
        received: Vec<Result<Reception, crate::services::ServiceError>>,
        octets: usize,
    ) -> Result<ReponsesLot, LotInterrompu> {
        let octets = u64::try_from(octets).unwrap_or(u64::MAX);
        let mut bilan = BilanLot { octets, ..BilanLot::default() };
        let mut texte = Vec::with_capacity(numbers.len().saturating_mul(512));
        let mut received = received.into_iter();
        for (numero, refus) in numbers {
            let answer = match refus {
                Some(refus) => Err(refus),
                None => received.next().ok_or(LotInterrompu)?.map_err(Refus::from),
            };
            bilan.count(&answer);
            let vue = match &answer {
                Ok(reception) => {
                    LigneLotVue::recue(self.forme, numero, reception).map_err(Refus::from)
                }
                Err(refus) => Ok(LigneLotVue::refusee(numero, refus, self.contexte.requete_id)),
            };
            let vue = vue.unwrap_or_else(|refus| {
                LigneLotVue::refusee(numero, &refus, self.contexte.requete_id)
            });
            serde_json::to_writer(&mut texte, &vue).map_err(|_unwritable| LotInterrompu)?;
            texte.push(b'\n');
        }
        Ok(ReponsesLot { texte: Bytes::from(texte), bilan })
    }
}

/// Reads the lines of a batch.
fn read(arrivage: &Arrivage, tests: bool) -> Vec<(u64, Result<NouvelleFeuille, Refus>)> {
    arrivage
        .lignes()
        .map(|(numero, text)| (numero, text.and_then(|text| read_line(text, tests))))
        .collect()
}

fn read_line(text: &[u8], tests: bool) -> Result<NouvelleFeuille, Refus> {
    let demande = lire_vite(text).map_or_else(|| read_slowly(text), Ok)?;
    FeuilleDemande::into_domain(demande, tests).map_err(Refus::champs)
}

/// Reads a line of which something is wrong, to say what.
fn read_slowly(text: &[u8]) -> Result<FeuilleDemande, Refus> {
    let json = Json::parse(text).map_err(|error| {
        let cause = Json::cause(text, &error);
        let detail = format!(
            "La ligne n'est pas un document JSON lisible : {cause} (colonne {}).",
            error.column()
        );
        Refus::new(Code::CorpsIllisible, detail)
    })?;
    lire_document(&json).map_err(Refus::champs)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::http::v1::feuilles_de_soins::exemple;

    /// A feuille with every member that one may have.
    fn complete() -> Value {
        let mut whole = exemple();
        whole["recue_le"] = json!("2025-03-12T08:00:00+01:00");
        whole["reference_externe"] = json!("REF-\u{e9}-1");
        whole["beneficiaire"]["ins"] =
            json!({ "matricule": "158070100199152", "oid": "1.2.250.1.213.1.4.8" });
        whole["beneficiaire"]["nom"] = json!("O'NEILL \"dit\" L\u{e9}o");
        whole["beneficiaire"]["contrat_complementaire"] =
            json!({ "responsable": false, "garantie_centimes": 100 });
        whole["beneficiaire"]["exoneration"] = json!({ "code_exoneration": "4" });
        whole["executant"]["lieu_execution"] = json!({ "commune": "01004", "nature": null });
        whole["executant"]["remplacant_de"] = json!({ "rpps": "99900002017" });
        whole["parcours"]["orienteur"] =
            json!({ "nom": "A", "prenom": "B", "num_am": "991999905" });
        whole["parcours"]["urgence_prevue_heures"] = json!(3);
        whole["assurance"]["accident_tiers"] = json!({ "declare": true, "date": "2025-03-01" });
        whole["prescription"] = json!({ "date": "2025-03-01", "origine": "1" });
        whole["actes"][0]["ccam"] = json!({ "activite": 1, "phase": 0, "modificateurs": ["A"] });
        whole["actes"][0]["coefficient"] = json!("1.00");
        whole["paiement"] = json!({ "tiers_payant_amo": true, "montant_percu_centimes": 0 });
        whole["signatures"] = json!([{ "role": "medecin", "moyen": "cps" }]);
        whole
    }

    /// Both ways read the same, or neither reads anything.
    fn both(text: &[u8]) -> bool {
        let (vite, lentement) = (lire_vite::<FeuilleDemande>(text), read_slowly(text));
        let said = String::from_utf8_lossy(text);
        assert_eq!(vite.is_some(), lentement.is_ok(), "{said}");
        let Some((one, two)) = vite.zip(lentement.ok()) else { return false };
        assert_eq!(format!("{one:?}"), format!("{two:?}"), "{said}");
        assert_eq!(one.into_domain(true).ok(), two.into_domain(true).ok(), "{said}");
        true
    }

    /// Every value of a document and of its parts in another's place.
    fn changed(value: &Value, place: &str, all: &mut Vec<(String, Option<Value>)>) {
        let others =
            [json!(null), json!(true), json!(7), json!(1.5), json!("x"), json!([]), json!({})];
        all.extend(others.into_iter().map(|other| (place.to_owned(), Some(other))));
        all.push((place.to_owned(), None));
        match value {
            Value::Object(members) => {
                for (name, own) in members {
                    changed(own, &format!("{place}/{name}"), all);
                }
            }
            Value::Array(items) => {
                for (index, own) in items.iter().enumerate() {
                    changed(own, &format!("{place}/{index}"), all);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn a_right_line_is_read_at_once_and_every_other_one_is_read_again() {
        let mut read = 0;
        for document in [exemple(), complete()] {
            assert!(lire_vite::<FeuilleDemande>(document.to_string().as_bytes()).is_some());
            let mut changes = Vec::new();
            changed(&document, "", &mut changes);
            for (place, value) in changes {
                let mut other = document.clone();
                let (parent, name) = place.rsplit_once('/').unwrap_or_default();
                match (value, other.pointer_mut(parent)) {
                    (Some(value), _) => *other.pointer_mut(&place).unwrap() = value,
                    (None, Some(Value::Object(members))) => {
                        members.remove(name);
                    }
                    (None, _) => {}
                }
                read += usize::from(both(other.to_string().as_bytes()));
            }
        }
        let text = complete().to_string().into_bytes();
        for at in 0..text.len() {
            for byte in *b"\"0,}\xff" {
                let mut other = text.clone();
                other[at] = byte;
                read += usize::from(both(&other));
            }
            let mut shorter = text.clone();
            shorter.remove(at);
            both(&shorter);
            // A member twice, wherever one begins that holds no other.
            let end = text[at..].iter().position(|byte| b",}".contains(byte)).map(|end| at + end);
            if let (b'{', Some(end)) = (text[at], end) {
                both(&[&text[..end], b",", &text[at + 1..]].concat());
            }
        }
        let twice = exemple().to_string().replacen('{', r#"{"support":"papier","#, 1);
        assert!(!both(twice.as_bytes()));
        assert!(read > 100, "{read}");
    }
}
