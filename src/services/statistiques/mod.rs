//! Statistics: tables made of counts that follow the register, about nobody in particular.

mod comptes;
pub mod reformes;
mod suivi;
mod verification;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

pub(super) use self::comptes::{jour_compte, of_feuilles, of_received};
pub(super) use self::suivi::EN_LOT;
pub use self::suivi::{RATTRAPAGE, follow, follow_beside};
pub(super) use self::verification::waiting;
pub use self::verification::{Bilan, verify};
use super::{Contexte, Core, ServiceError};
use crate::domain::acteur::Caisse;
use crate::domain::calendar::{debut_de_mois, lendemain, veille};
use crate::domain::conciliation::EtatConciliation;
use crate::domain::statistiques::{
    Axe, CodeCaisse, Conciliees, Ligne, Matiere, Methode, Nature, Tableau, chiffres,
    exemple as invented,
};
use crate::law::parameters::Parametre;
use crate::storage::Connection;
use crate::storage::statistiques::lecture::{self, Fenetre, Question};
use crate::storage::statistiques::{self as counts};

/// The first year of which anything is counted.
const PREMIERE_ANNEE: i32 = 1800;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demande {
    pub tableau: Tableau,
    /// The last day of a month.
    pub jour: NaiveDate,
    /// How many years: the year of the day, and those before it whole.
    pub annees: i32,
    pub methode: Methode,
    pub axe: Option<Axe>,
    pub connu_le: Option<DateTime<Utc>>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistique {
    pub demande: Demande,
    /// Of this caisse alone; none for the whole register.
    pub caisse: Option<String>,
    /// The instant of the last thing that is counted.
    pub connu_le: Option<DateTime<Utc>>,
    /// Whether something was told and is not counted yet.
    pub en_retard: bool,
    /// The figures of each day, the first one first.
    pub periodes: Vec<(NaiveDate, Vec<Ligne>)>,
    /// Legal rates and ceilings of the majoration, in ten-thousandths and cents, each from its first day.
    pub taux: Vec<(NaiveDate, Option<i64>, Option<i64>)>,
}

/// The last day of the last month that is over.
pub fn default_day(core: &Core) -> NaiveDate {
    veille(debut_de_mois(core.today())).unwrap_or_else(|| core.today())
}

/// Whether a day is the last of its month.
pub fn is_month_end(jour: NaiveDate) -> bool {
    lendemain(jour).is_some_and(|next| next.day() == 1)
}

/// A table, for whoever sees nobody by it: the whole register, or what is of the calling caisse.
pub async fn read(
    core: &Core,
    contexte: &Contexte,
    demande: Demande,
) -> Result<Statistique, ServiceError> {
    let mut found = read_all(core, contexte, &[demande]).await?;
    found.pop().ok_or(ServiceError::Introuvable)
}

/// Tables as they all are at one instant. Nothing is counted first: the job does, and the answer says how far it is. So a
/// reading writes nothing, waits for nobody, and takes as long whatever was just recorded.
pub async fn read_all(
    core: &Core,
    contexte: &Contexte,
    demandes: &[Demande],
) -> Result<Vec<Statistique>, ServiceError> {
    contexte.demarche.verify_role(contexte.acteur())?;
    let mut snapshot = core.snapshot(contexte.demarche.mot()).await?;
    let caisse = contexte.acteur().caisse().map(Caisse::code);
    let avancement = counts::followed(&mut snapshot).await?;
    let en_retard = counts::waits(&mut snapshot, avancement.position).await?;
    let mut found = Vec::with_capacity(demandes.len());
    for demande in demandes {
        let periodes = periodes(&mut snapshot, demande, caisse.as_deref()).await?;
        let majorations = demande.tableau == Tableau::Majorations;
        let counted = avancement.connu_le;
        found.push(Statistique {
            demande: *demande,
            caisse: caisse.clone(),
            connu_le: demande.connu_le.map_or(counted, |asked| counted.map(|own| own.min(asked))),
            en_retard,
            periodes,
            taux: if majorations { rates(core) } else { Vec::new() },
        });
    }
    Ok(found)
}

/// Tables of invented counts, to show what they are like: of the last five years, whole.
pub fn exemple(core: &Core, demandes: &[Demande]) -> Vec<Statistique> {
    let annee = core.today().year().saturating_sub(1);
    let comptes = invented(annee);
    let one = |demande: &Demande| {
        let days = (0..demande.annees.max(1)).rev();
        let days =
            days.filter_map(|years| NaiveDate::from_ymd_opt(annee.saturating_sub(years), 12, 31));
        let periodes = days.map(|jour| {
            let figures = Matiere::des_comptes(demande.tableau, &comptes, jour);
            (jour, chiffres(demande.tableau, (demande.methode, demande.axe), &figures))
        });
        let last = NaiveDate::from_ymd_opt(annee, 12, 31).unwrap_or(demande.jour);
        Statistique {
            demande: Demande { jour: last, ..*demande },
            caisse: None,
            connu_le: None,
            en_retard: false,
            periodes: periodes.collect(),
            taux: Vec::new(),
        }
    };
    demandes.iter().map(one).collect()
}

/// The figures of each day asked, the first one first.
async fn periodes(
    conn: &mut Connection,
    demande: &Demande,
    caisse: Option<&str>,
) -> Result<Vec<(NaiveDate, Vec<Ligne>)>, ServiceError> {
    let mut periodes = Vec::new();
    for years in (0..demande.annees.max(1)).rev() {
        let jour = if years == 0 {
            Some(demande.jour)
        } else {
            NaiveDate::from_ymd_opt(demande.jour.year().saturating_sub(years), 12, 31)
        };
        if let Some(jour) = jour {
            let matiere = matiere(conn, demande, jour, caisse).await?;
            let how = (demande.methode, demande.axe);
            periodes.push((jour, chiffres(demande.tableau, how, &matiere)));
        }
    }
    Ok(periodes)
}

/// What a table of one day is made of.
async fn matiere(
    conn: &mut Connection,
    demande: &Demande,
    jour: NaiveDate,
    caisse: Option<&str>,
) -> Result<Matiere, ServiceError> {
    let mut matiere = Matiere::default();
    let eve = NaiveDate::from_ymd_opt(jour.year().saturating_sub(1), 12, 31).unwrap_or(jour);
    let question = |natures, fenetre| Question {
        natures,
        fenetre,
        caisse: caisse.and_then(CodeCaisse::parse),
        par_caisse: matches!(demande.axe, Some(Axe::Caisse | Axe::Regime)),
        connu_le: demande.connu_le,
    };
    let natures = demande.tableau.natures();
    let flows: Vec<Nature> = natures.iter().copied().filter(|one| *one != Nature::Assure).collect();
    if natures.contains(&Nature::Assure) {
        let stock: &[Nature] = &[Nature::Assure];
        if demande.tableau == Tableau::Changements {
            matiere.veille = lecture::sums(conn, question(stock, until(eve))).await?;
        } else {
            matiere.stock = lecture::sums(conn, question(stock, until(jour))).await?;
        }
    }
    if !flows.is_empty() {
        matiere.flux = lecture::sums(conn, question(&flows, since_january(jour))).await?;
    }
    if demande.tableau == Tableau::Designation {
        let patients = question(&[Nature::Patientele], until(jour));
        matiere.medecins = Some(lecture::doctors(conn, patients).await?);
    }
    if demande.tableau == Tableau::Conciliations {
        let du = NaiveDate::from_ymd_opt(jour.year(), 1, 1).unwrap_or(jour);
        let all = lecture::conciliations(conn, (du, jour), caisse, demande.connu_le).await?;
        matiere.conciliees = conciliees(all);
    }
    Ok(matiere)
}

fn conciliees(all: Vec<(Option<EtatConciliation>, i64, i64)>) -> Conciliees {
    let mut found = Conciliees::default();
    for (etat, jours, nombre) in all {
        match etat {
            None => found.ouvertes = found.ouvertes.saturating_add(nombre),
            Some(etat) => {
                let nombre = u64::try_from(nombre).unwrap_or_default();
                found.terminees.entry(etat).or_default().add(jours, nombre);
            }
        }
    }
    found
}

/// First of January of a year.
fn january(annee: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(annee, 1, 1).unwrap_or_default()
}

/// Everything until a day: years before its own whole, and its own when it is over.
fn until(jour: NaiveDate) -> Fenetre {
    Fenetre { du: january(PREMIERE_ANNEE), ..since_january(jour) }
}

/// From the first of January to a day: the year whole when it is over, month by month otherwise.
fn since_january(jour: NaiveDate) -> Fenetre {
    let du = january(jour.year());
    let over = jour.month() == 12;
    let an = if over { january(jour.year().saturating_add(1)) } else { du };
    Fenetre { du, an, mois: debut_de_mois(jour) }
}

/// The legal rates and ceilings of the majoration.
fn rates(core: &Core) -> Vec<(NaiveDate, Option<i64>, Option<i64>)> {
    let parametres = core.law().parametres();
    let values = |parametre| {
        let history = parametres.get(parametre).map(|history| &history.valeurs);
        history.into_iter().flatten()
    };
    let rates = values(Parametre::MtmTaux).map(|one| (one.periode.du(), true, one.valeur));
    let ceilings =
        values(Parametre::MtmPlafondActe).map(|one| (one.periode.du(), false, one.valeur));
    let mut days: BTreeMap<NaiveDate, (Option<i64>, Option<i64>)> = BTreeMap::new();
    for (du, is_rate, valeur) in rates.chain(ceilings) {
        let place = days.entry(du).or_default();
        if is_rate { place.0 = valeur } else { place.1 = valeur }
    }
    days.into_iter().map(|(du, (taux, plafond))| (du, taux, plafond)).collect()
}
