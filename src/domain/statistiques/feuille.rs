//! What an evaluated feuille adds to the counts. It depends on the feuille and on its evaluation alone, which are written
//! once: what one evaluation added is taken away exactly when another replaces it.

use chrono::NaiveDate;

use super::{
    Cellule, ClasseAge, CodeCaisse, Comptes, Famille, Mesures, Nature, Part, rang_de_l_indicateur,
};
use crate::domain::evaluation::{ActeEvalue, Evaluation, FaitsConnus, Montants};
use crate::domain::feuille_de_soins::{Acte, CodeActe, Nomenclature, Soins};
use crate::domain::identifiers::Specialite;
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;

/// A feuille as it is counted.
#[derive(Debug, Clone, Copy)]
pub struct FeuilleComptee<'a> {
    /// As it is billed.
    pub soins: &'a Soins,
    /// What the register knew when it was evaluated.
    pub faits: &'a FaitsConnus,
    pub evaluation: &'a Evaluation,
    /// The caisse of the person on the day of care, as known when it was evaluated.
    pub caisse: CodeCaisse,
}

/// What it adds. `reference` says what an ordinary consultation of a specialist costs on a day.
pub fn de_la_feuille(
    comptee: FeuilleComptee<'_>,
    reference: &impl Fn(NaiveDate) -> Centimes,
) -> Comptes {
    let mut comptes = Comptes::default();
    for evalue in &comptee.evaluation.actes {
        acte(&mut comptes, comptee, evalue, reference);
    }
    comptes
}

fn acte(
    comptes: &mut Comptes,
    comptee: FeuilleComptee<'_>,
    evalue: &ActeEvalue,
    reference: &impl Fn(NaiveDate) -> Centimes,
) {
    let soins = comptee.soins;
    let Some(principal) = evalue.lignes.first().and_then(|one| soins.acte(one.numero_ligne)) else {
        return;
    };
    let jour = principal.date_execution;
    let connu = comptee.faits.registre.executant_le(jour).specialite;
    let specialite = connu.unwrap_or(soins.executant.specialite);
    if !specialite.est_medecin() {
        return;
    }
    let age = ClasseAge::de(comptee.faits.naissance.age_le(jour));
    let whose = (comptee.caisse, age);
    let consultation = est_consultation(&principal.code);
    let code = i16::from(evalue.qualification.code.code());
    let classe = i16::from(evalue.qualification.classe_2013.code());
    let billed = evalue.lignes.iter().filter_map(|one| Some((soins.acte(one.numero_ligne)?, one)));
    let overruns = billed.clone().filter(|(line, _)| line.porte_da());
    let overrun = overruns.map(|(line, one)| depassement(line, &one.montants).get());
    let overrun = overrun.fold(0, i64::saturating_add);
    let mesures = montants(&evalue.montants).avec(Part::Depassement, overrun);
    let nature = if consultation { Nature::Consultation } else { Nature::AutreActe };
    let codes = [i16::from(specialite.get()), code, classe];
    comptes.add(Cellule::new(nature, jour, whose, codes), &mesures);
    let declare = rang_de_l_indicateur(soins.parcours.indicateur);
    let codes = [declare, code, i16::from(consultation)];
    comptes.add(Cellule::new(Nature::Indicateur, jour, whose, codes), &Mesures::nombre(1));
    for (line, one) in billed {
        for famille in familles(line, specialite) {
            let depassement = depassement(line, &one.montants);
            let own = montants(&one.montants);
            let mesures = match famille {
                Famille::DepassementAutorise => {
                    Mesures::nombre(1).avec(Part::Depassement, depassement.get())
                }
                Famille::AvisPonctuel => own.avec(Part::Reference, reference(jour).get()),
                Famille::AvisDeChirurgien | Famille::MajorationDeCoordination => own,
            };
            let codes = [i16::from(famille.code()), i16::from(specialite.get()), 0];
            comptes.add(Cellule::new(Nature::Supplement, jour, whose, codes), &mesures);
        }
    }
}

fn montants(montants: &Montants) -> Mesures {
    Mesures::nombre(1)
        .avec(Part::Honoraires, montants.honoraires.get())
        .avec(Part::Base, montants.base.get())
        .avec(Part::Ticket, montants.ticket_moderateur.get())
        .avec(Part::Amo, montants.rembourse_amo.get())
        .avec(Part::Amc, montants.part_amc.get())
        .avec(Part::Reste, montants.reste_a_charge.get())
        .avec(Part::Majoration, montants.majoration.get())
}

/// What a line says to be an authorised overrun, or all that goes beyond its base.
fn depassement(line: &Acte, montants: &Montants) -> Centimes {
    line.depassement.unwrap_or(montants.depassement)
}

/// What of a line comes from the parcours.
fn familles(line: &Acte, specialite: Specialite) -> impl Iterator<Item = Famille> {
    let opinion =
        if est_chirurgien(specialite) { Famille::AvisDeChirurgien } else { Famille::AvisPonctuel };
    let coordination = matches!(line.code.as_str(), "MCS" | "MCG" | "MCC");
    let all = [
        line.code.est_avis_ponctuel().then_some(opinion),
        coordination.then_some(Famille::MajorationDeCoordination),
        line.porte_da().then_some(Famille::DepassementAutorise),
    ];
    all.into_iter().flatten()
}

/// Whether a specialty is one of surgery: those whose name in the nomenclature of the Assurance maladie says so, and urology.
const fn est_chirurgien(specialite: Specialite) -> bool {
    matches!(specialite.get(), 4 | 10 | 16 | 41 | 43..=49 | 69)
}

/// Whether a letter of the NGAP is a consultation, a visit, a single opinion or a teleconsultation. Technical letters
/// (K, Z, …) and the acts of the CCAM are not.
fn est_consultation(code: &CodeActe) -> bool {
    let first = code.as_str().bytes().next();
    code.nomenclature() == Nomenclature::Ngap
        && (matches!(first, Some(b'C' | b'G' | b'T' | b'V')) || code.est_avis_ponctuel())
}
