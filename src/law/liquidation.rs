//! The amounts of an act, in the order of the texts.
//!
//! ```text
//! assiette = min(base, fees)                     per line; of an unknown act of the CCAM, the ceiling at most
//! RO       = round(assiette × rate)              per line: theoretical compulsory share
//! TM       = assiette − RO                       per line, always by difference, or the flat sum of heavy acts
//! MTM      = min(round(Σ assiette × MTM rate), ceiling of the act, Σ RO)
//! PF       = min(amount, room of the day, room of the year, Σ RO − MTM)
//! AMO      = Σ RO − MTM − PF
//! AMC      = what the complementary insurance takes over of TM and MTM, or what its contract promises
//! RAC      = fees − AMO − AMC
//! ```
//!
//! The participation is the last deduction. The majoration and the participation of an act are
//! spread over its lines from the first, each line as far as its share allows.

use chrono::{Datelike, NaiveDate};

use super::LawError;
use super::ccam;
use super::complementaire::share_out;
use super::parameters::Parametre;
use super::qualification::Decision;
use super::rule::{Liquidation, PriseEnCharge};
use super::situation::Situation;
use super::valeurs::Valeurs;
use crate::domain::evaluation::{FaitsConnus, LigneEvaluee, Montants};
use crate::domain::feuille_de_soins::Acte;
use crate::domain::money::Centimes;

/// Participations already kept, as the acts of the feuille add to them.
#[derive(Debug, Clone)]
pub(super) struct Cumuls<'a> {
    faits: &'a FaitsConnus,
    /// Those of the acts of the feuille: day, amount.
    ajoutees: Vec<(NaiveDate, Centimes)>,
}

impl<'a> Cumuls<'a> {
    pub(super) const fn new(faits: &'a FaitsConnus) -> Self {
        Self { faits, ajoutees: Vec::new() }
    }

    fn jour(&self, jour: NaiveDate) -> Result<Centimes, LawError> {
        let known = self.faits.participations_jour.iter().find(|(day, _)| *day == jour);
        self.ajoutees
            .iter()
            .filter(|(day, _)| *day == jour)
            .try_fold(known.map_or(Centimes::ZERO, |(_, kept)| *kept), |sum, (_, kept)| {
                Ok(sum.plus(*kept)?)
            })
    }

    fn annee(&self, annee: i32) -> Result<Centimes, LawError> {
        let known = self.faits.participations_an.iter().find(|(year, _)| *year == annee);
        self.ajoutees
            .iter()
            .filter(|(day, _)| day.year() == annee)
            .try_fold(known.map_or(Centimes::ZERO, |(_, kept)| *kept), |sum, (_, kept)| {
                Ok(sum.plus(*kept)?)
            })
    }

    fn add(&mut self, jour: NaiveDate, montant: Centimes) {
        if montant > Centimes::ZERO {
            self.ajoutees.push((jour, montant));
        }
    }
}

/// The amounts of an act and of its lines.
pub(super) struct ActeLiquide {
    pub(super) liquidation: Liquidation,
    pub(super) lignes: Vec<LigneEvaluee>,
    /// A base was above the fees and was limited to them.
    pub(super) base_limitee: Vec<u16>,
    /// The base of an unknown act was limited to the ceiling of this service.
    pub(super) plafonnees: Vec<u16>,
    /// The participation went beyond the daily amount on which the sources agree.
    pub(super) plafond_jour_discute: bool,
}

/// Calculates an act: its principal line first, then its supplements.
pub(super) fn liquider(
    lignes: &[&Acte],
    situation: &Situation,
    decision: &Decision,
    // Those of the reference day, and those of the day of the act.
    (valeurs, valeurs_execution): (&Valeurs<'_>, &Valeurs<'_>),
    cumuls: &mut Cumuls<'_>,
) -> Result<ActeLiquide, LawError> {
    let (mut base_limitee, mut plafonnees) = (Vec::new(), Vec::new());
    let mut evaluees = Vec::with_capacity(lignes.len());
    for (index, acte) in lignes.iter().enumerate() {
        let base = if acte.est_rembourse() {
            acte.base.ok_or(LawError::BaseManquante { numero_ligne: acte.numero_ligne })?
        } else {
            Centimes::ZERO
        };
        if base > acte.honoraires {
            base_limitee.push(acte.numero_ligne);
        }
        let mut assiette = base.min(acte.honoraires);
        if let Some(highest) = ccam::plafond(acte, cumuls.faits, valeurs)?
            && assiette > highest
        {
            plafonnees.push(acte.numero_ligne);
            assiette = highest;
        }
        let forfait = decision.forfait.filter(|_| index == 0).unwrap_or(Centimes::ZERO);
        let part = assiette.share(decision.taux)?.minus_or_zero(forfait);
        evaluees.push(LigneEvaluee {
            numero_ligne: acte.numero_ligne,
            montants: Montants {
                honoraires: acte.honoraires,
                base: assiette,
                part_amo_brute: part,
                ticket_moderateur: assiette.minus(part)?,
                depassement: acte.honoraires.minus(assiette)?,
                ..Montants::default()
            },
        });
    }
    let sums = somme(&evaluees)?;
    let quantite = lignes.first().map_or(1, |principale| principale.quantite);
    let majoration = majoration(&sums, decision, valeurs, quantite)?;
    let execution = lignes.first().map_or(situation.date.jour(), |acte| acte.date_execution);
    let participation = if decision.participation_due {
        let payable = sums.part_amo_brute.minus(majoration.montant)?;
        participation(payable, execution, valeurs_execution, (cumuls, quantite))?
    } else {
        Participation::default()
    };
    spread(&mut evaluees, majoration.montant, participation.montant, decision.prise_en_charge)?;
    if let PriseEnCharge::Contrat(contrat) = decision.prise_en_charge {
        share_out(&mut evaluees, contrat, situation, decision.qualification, valeurs)?;
    }
    for LigneEvaluee { montants, .. } in &mut evaluees {
        montants.reste_a_charge =
            montants.honoraires.minus(montants.rembourse_amo)?.minus(montants.part_amc)?;
    }
    cumuls.add(execution, participation.montant);
    Ok(ActeLiquide {
        liquidation: Liquidation {
            qualification: decision.qualification,
            montants: somme(&evaluees)?,
            prise_en_charge: decision.prise_en_charge,
            non_rembourse: lignes.first().is_some_and(|acte| !acte.est_rembourse()),
            somme_hospitaliere: situation.consultation_externe
                && decision.qualification.da_possible
                && lignes.iter().any(|acte| acte.porte_da()),
            majoration_plafonnee: majoration.plafonnee,
            plafond_jour_atteint: participation.plafond_jour_atteint,
            plafond_an_atteint: participation.plafond_an_atteint,
        },
        lignes: evaluees,
        base_limitee,
        plafonnees,
        plafond_jour_discute: participation.plafond_jour_discute,
    })
}

struct Majoration {
    montant: Centimes,
    plafonnee: bool,
}

fn majoration(
    sums: &Montants,
    decision: &Decision,
    valeurs: &Valeurs<'_>,
    quantite: u16,
) -> Result<Majoration, LawError> {
    if !decision.qualification.majoration {
        return Ok(Majoration { montant: Centimes::ZERO, plafonnee: false });
    }
    let full = sums.base.share(valeurs.taux(Parametre::MtmTaux)?)?;
    let plafond = valeurs.centimes(Parametre::MtmPlafondActe)?.times(i64::from(quantite))?;
    Ok(Majoration {
        montant: full.min(plafond).min(sums.part_amo_brute),
        plafonnee: full > plafond,
    })
}

#[derive(Default)]
struct Participation {
    montant: Centimes,
    plafond_jour_atteint: bool,
    plafond_an_atteint: bool,
    plafond_jour_discute: bool,
}

fn participation(
    payable: Centimes,
    jour: NaiveDate,
    valeurs: &Valeurs<'_>,
    (cumuls, quantite): (&Cumuls<'_>, u16),
) -> Result<Participation, LawError> {
    let mut result = Participation::default();
    if payable == Centimes::ZERO {
        return Ok(result);
    }
    let par_acte = valeurs.centimes(Parametre::PfMontant)?;
    let wanted = par_acte.times(i64::from(quantite))?.min(payable);
    let kept_today = cumuls.jour(jour)?;
    let ceiling_today = par_acte.times(valeurs.valeur(Parametre::PfPlafondJourActes)?)?;
    let room_today = ceiling_today.minus_or_zero(kept_today);
    let room_year =
        valeurs.centimes(Parametre::PfPlafondAn)?.minus_or_zero(cumuls.annee(jour.year())?);
    result.montant = wanted.min(room_today).min(room_year);
    result.plafond_jour_atteint = room_today < wanted;
    result.plafond_an_atteint = room_year < wanted;
    let certain = valeurs.centimes(Parametre::PfPlafondJourCertain)?;
    result.plafond_jour_discute =
        result.montant > Centimes::ZERO && kept_today.plus(result.montant)? > certain;
    Ok(result)
}

/// Spreads the deductions over the lines, then settles who pays what on each.
fn spread(
    lignes: &mut [LigneEvaluee],
    mut majoration: Centimes,
    mut participation: Centimes,
    prise_en_charge: PriseEnCharge,
) -> Result<(), LawError> {
    for ligne in lignes {
        let montants = &mut ligne.montants;
        montants.majoration = majoration.min(montants.part_amo_brute);
        majoration = majoration.minus(montants.majoration)?;
        let payable = montants.part_amo_brute.minus(montants.majoration)?;
        montants.participation = participation.min(payable);
        participation = participation.minus(montants.participation)?;
        montants.rembourse_amo = payable.minus(montants.participation)?;
        montants.part_amc = match prise_en_charge {
            PriseEnCharge::Rien | PriseEnCharge::Contrat(_) => Centimes::ZERO,
            PriseEnCharge::TicketModerateur | PriseEnCharge::Etat => montants.ticket_moderateur,
            PriseEnCharge::TicketEtMajoration => {
                montants.ticket_moderateur.plus(montants.majoration)?
            }
        };
    }
    Ok(())
}

fn somme(lignes: &[LigneEvaluee]) -> Result<Montants, LawError> {
    lignes.iter().try_fold(Montants::default(), |sum, ligne| Ok(sum.plus(&ligne.montants)?))
}
