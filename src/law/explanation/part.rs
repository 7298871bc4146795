//! Of what the patient's share is made, act by act, once the complementary insurance has paid.

use super::recit::{ActeRaconte, Recit, mots};
use super::taux::cause_des_majores;
use crate::domain::enumeration::enumere;
use crate::domain::evaluation::Montants;
use crate::domain::feuille_de_soins::{Acte, QualificatifDepense};
use crate::domain::money::Centimes;

/// The most words of a sentence that is read aloud.
pub(super) const MOTS_MAX: usize = 40;

/// A piece of what is left to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    Ticket,
    /// In place of the ticket modérateur of a heavy act.
    SommeFixe,
    Majoration,
    Participation,
    /// Above the tariff.
    AuDessus,
    /// What a hospital asks of who comes without a letter.
    Hopital,
    /// Above the tariff, partly for a particular demand of the patient.
    Mixte,
    /// For a particular demand of the patient.
    Exigence,
    /// Of a line that is not reimbursed at all.
    NonRembourse,
}

/// All of them, in the order in which they are told.
const PIECES: [Piece; 9] = [
    Piece::Ticket,
    Piece::SommeFixe,
    Piece::Majoration,
    Piece::Participation,
    Piece::AuDessus,
    Piece::Hopital,
    Piece::Mixte,
    Piece::Exigence,
    Piece::NonRembourse,
];

/// What goes beyond the tariff on a line.
pub(super) fn au_dela(acte: &ActeRaconte<'_>, ligne: &Acte, montants: &Montants) -> Piece {
    match ligne.qualificatif {
        _ if montants.base == Centimes::ZERO => Piece::NonRembourse,
        Some(QualificatifDepense::De) => Piece::Exigence,
        Some(QualificatifDepense::DaDe) => Piece::Mixte,
        Some(QualificatifDepense::Da)
            if acte.situation.consultation_externe && acte.evalue.qualification.da_possible =>
        {
            Piece::Hopital
        }
        _ => Piece::AuDessus,
    }
}

/// What is left to pay, piece by piece.
pub(super) struct Part([Centimes; PIECES.len()]);

impl Part {
    fn slot(&mut self, piece: Piece) -> Option<&mut Centimes> {
        let place = PIECES.iter().position(|known| *known == piece)?;
        self.0.get_mut(place)
    }

    fn add(&mut self, piece: Piece, amount: Centimes) -> Option<()> {
        let slot = self.slot(piece)?;
        *slot = slot.plus(amount).ok()?;
        Some(())
    }

    /// What is due of a piece.
    pub(super) fn due(&self, piece: Piece) -> Centimes {
        let place = PIECES.iter().position(|known| *known == piece);
        place.and_then(|place| self.0.get(place)).copied().unwrap_or(Centimes::ZERO)
    }

    /// Nothing when the pieces do not add up to what is left.
    pub(super) fn of(recit: &Recit<'_>) -> Option<Self> {
        let mut all = Self([Centimes::ZERO; PIECES.len()]);
        for acte in &recit.actes {
            let one = Self::of_act(acte)?;
            for piece in PIECES {
                all.add(piece, one.due(piece))?;
            }
        }
        let sum = all.0.iter().try_fold(Centimes::ZERO, |sum, amount| sum.plus(*amount).ok())?;
        (sum == recit.evaluation.totaux.reste_a_charge).then_some(all)
    }

    fn of_act(acte: &ActeRaconte<'_>) -> Option<Self> {
        let mut part = Self([Centimes::ZERO; PIECES.len()]);
        let montants = &acte.evalue.montants;
        let ticket = if acte.somme_fixe() { Piece::SommeFixe } else { Piece::Ticket };
        part.add(ticket, montants.ticket_moderateur)?;
        part.add(Piece::Majoration, montants.majoration)?;
        part.add(Piece::Participation, montants.participation)?;
        for (ligne, amounts) in &acte.lignes {
            part.add(au_dela(acte, ligne, amounts), amounts.depassement)?;
        }
        let mut taken = montants.part_amc;
        for piece in couvertes(acte) {
            let slot = part.slot(piece)?;
            let covered = taken.min(*slot);
            taken = taken.minus_or_zero(covered);
            *slot = slot.minus_or_zero(covered);
        }
        Some(part)
    }
}

/// What a complementary insurance pays, the first first: a contract without constraints completes what the
/// compulsory insurance pays; a responsible one never pays the majoration nor the participation.
fn couvertes(acte: &ActeRaconte<'_>) -> Vec<Piece> {
    let situation = &acte.situation;
    let free =
        situation.a_un_contrat() && situation.contrat.is_some_and(|contrat| !contrat.responsable);
    let deductions: &[Piece] = if free {
        &[Piece::Majoration, Piece::Participation]
    } else if situation.est_c2s() {
        &[Piece::Majoration]
    } else {
        &[]
    };
    let beyond =
        [Piece::AuDessus, Piece::Hopital, Piece::Mixte, Piece::Exigence, Piece::NonRembourse];
    [Piece::Ticket, Piece::SommeFixe].iter().chain(deductions).chain(&beyond).copied().collect()
}

/// How a piece is said.
#[derive(Clone, Copy)]
enum Style {
    Long,
    Court,
    /// When there are so many that a name is enough.
    Bref,
}

fn nom(piece: Piece, style: Style, recit: &Recit<'_>) -> &'static str {
    use Style::{Bref, Court, Long};
    let sums = recit.actes.iter().filter(|acte| acte.somme_fixe()).count();
    match (piece, style) {
        (Piece::Ticket, Long) => {
            "pour la part ordinaire du patient, appelée «\u{a0}ticket modérateur\u{a0}»"
        }
        (Piece::Ticket, Court) => {
            "pour la part ordinaire du patient (le «\u{a0}ticket modérateur\u{a0}»)"
        }
        (Piece::Ticket, Bref) => "de «\u{a0}ticket modérateur\u{a0}»",
        (Piece::SommeFixe, Long) if sums > 1 => "de sommes fixes, demandées pour des actes coûteux",
        (Piece::SommeFixe, Long) => "de somme fixe, demandée pour un acte coûteux",
        (Piece::SommeFixe, Court) if sums > 1 => "de sommes fixes pour des actes coûteux",
        (Piece::SommeFixe, Court) => "de somme fixe pour un acte coûteux",
        (Piece::SommeFixe, Bref) => "de somme fixe",
        (Piece::Majoration, Long) => "parce que c'est hors du parcours de soins",
        (Piece::Majoration, Court | Bref) => "pour le hors parcours",
        (Piece::Participation, Long) => {
            "de «\u{a0}participation forfaitaire\u{a0}», due pour chaque consultation ou acte"
        }
        (Piece::Participation, Court | Bref) => "de participation forfaitaire",
        (Piece::AuDessus, Long) => {
            "que l'Assurance maladie ne rembourse jamais, car c'est au-dessus de son tarif"
        }
        (Piece::AuDessus, Court) => "au-dessus du tarif de remboursement",
        (Piece::AuDessus, Bref) => "au-dessus du tarif",
        (Piece::Hopital, Long) => {
            "que l'hôpital demande à ceux qui viennent sans lettre de leur médecin traitant"
        }
        (Piece::Hopital, Court | Bref) => "que l'hôpital demande sans lettre",
        (Piece::Mixte, _) => "au-dessus du tarif, en partie à votre demande",
        (Piece::Exigence, Long) => {
            "pour ce que vous avez demandé de particulier, que l'Assurance maladie ne rembourse jamais"
        }
        (Piece::Exigence, Court | Bref) => "pour votre demande particulière",
        (Piece::NonRembourse, Long) => "pour ce que l'Assurance maladie ne rembourse pas du tout",
        (Piece::NonRembourse, Court | Bref) => "pour ce qui n'est pas remboursé",
    }
}

/// The only piece: there is room to say what it is.
const SEULE_PARTICIPATION: &str = "de «\u{a0}participation forfaitaire\u{a0}», une petite somme due pour chaque \
                                   consultation ou acte et jamais remboursée";

/// What the share is made of, in one sentence, and whether it says why the rate is not the ordinary one.
pub(super) struct Detail {
    pub(super) texte: String,
    pub(super) cause_dite: bool,
}

/// The sentence of a share.
pub(super) fn detail(recit: &Recit<'_>, part: &Part) -> Option<Detail> {
    let due: Vec<Piece> =
        PIECES.into_iter().filter(|piece| part.due(*piece) > Centimes::ZERO).collect();
    if due.is_empty() {
        return None;
    }
    let style = if due.len() > 2 { Style::Court } else { Style::Long };
    let cause = cause_des_majores(recit).filter(|_| due.contains(&Piece::Majoration));
    let attempts =
        [(style, cause.as_deref()), (Style::Bref, cause.as_deref()), (Style::Bref, None)];
    let mut kept = None;
    for (style, cause) in attempts {
        let texte = ecrire(recit, part, &due, style, cause);
        let fits = mots(&texte) <= MOTS_MAX;
        kept = Some(Detail { texte, cause_dite: cause.is_some() });
        if fits {
            break;
        }
    }
    kept
}

fn ecrire(
    recit: &Recit<'_>,
    part: &Part,
    due: &[Piece],
    style: Style,
    cause: Option<&str>,
) -> String {
    let said: Vec<String> = due
        .iter()
        .map(|piece| {
            let name = if *piece == Piece::Participation && due.len() == 1 {
                SEULE_PARTICIPATION
            } else {
                nom(*piece, style, recit)
            };
            let why = match (cause.filter(|_| *piece == Piece::Majoration), style) {
                (Some(cause), Style::Long) => format!(", même à {cause}"),
                (Some(cause), Style::Court | Style::Bref) => format!(" (même à {cause})"),
                (None, _) => String::new(),
            };
            format!("{} {name}{why}", part.due(*piece).in_euros())
        })
        .collect();
    match said.as_slice() {
        [first, last] => format!("Vous payez {first}, et {last}."),
        all => format!("Vous payez {}.", enumere(all)),
    }
}
