//! The evaluation of a feuille, act by act. What is asked for each of hundreds of millions of acts is
//! written to allocate nothing but its answer.

use chrono::NaiveDate;

use super::liquidation::Cumuls;
use super::parameters::Parametre;
use super::rule::Juge;
use super::situation::{DateDesSoins, Situation};
use super::{Law, LawError, ccam, facturation, liquidation, nomenclature, qualification};
use crate::domain::evaluation::{
    ActeEvalue, Avertissement, AvertissementLigne, Constat, Evaluation, Fait, FaitsConnus, Montants,
};
use crate::domain::feuille_de_soins::{Acte, Soins};

/// An evaluation under way.
struct UnderWay<'a> {
    soins: &'a Soins,
    faits: &'a FaitsConnus,
    cumuls: Cumuls<'a>,
    actes: Vec<ActeEvalue>,
    totaux: Montants,
    avertissements: Vec<AvertissementLigne>,
    /// Warnings about what was billed: said after the others.
    factures: Vec<AvertissementLigne>,
}

impl Law {
    /// Evaluates every act of a feuille, in the order of its lines.
    pub fn evaluer(&self, soins: &Soins, faits: &FaitsConnus) -> Result<Evaluation, LawError> {
        let mut under_way = UnderWay {
            soins,
            faits,
            cumuls: Cumuls::new(faits),
            actes: Vec::with_capacity(soins.actes.len()),
            totaux: Montants::default(),
            avertissements: Vec::new(),
            factures: Vec::new(),
        };
        if let [alone] = soins.actes.as_slice() {
            self.evaluer_acte(&mut under_way, &[alone])?;
        } else {
            for groupe in nomenclature::group(&soins.actes) {
                let lignes: Vec<&Acte> = std::iter::once(groupe.principale)
                    .chain(groupe.supplements)
                    .filter_map(|index| soins.actes.get(index))
                    .collect();
                self.evaluer_acte(&mut under_way, &lignes)?;
            }
        }
        let UnderWay { actes, totaux, mut avertissements, factures, .. } = under_way;
        avertissements.extend(factures);
        Ok(Evaluation { actes, totaux, avertissements })
    }

    /// Evaluates one act: its principal line first, then its supplements.
    fn evaluer_acte(&self, under_way: &mut UnderWay<'_>, lignes: &[&Acte]) -> Result<(), LawError> {
        let Some(principale) = lignes.first() else { return Ok(()) };
        let situation = Situation::of(under_way.soins, principale, under_way.faits);
        let bareme = self.bareme_du(situation.date)?;
        let bareme_execution = if bareme.periode().contient(principale.date_execution) {
            bareme
        } else {
            self.bareme_du(DateDesSoins::new(principale.date_execution))?
        };
        verify_covered(&situation)?;
        let mut decision = qualification::qualifier(&situation, bareme)?;
        // What a hospital may ask without a letter is not the overrun of a doctor of sector 1.
        decision.qualification.da_possible &=
            situation.consultation_externe || bareme.valeurs.oui(Parametre::DaSecteur1)?;
        let valeurs = (&bareme.valeurs, &bareme_execution.valeurs);
        let liquide =
            liquidation::liquider(lignes, &situation, &decision, valeurs, &mut under_way.cumuls)?;
        let mut constats = decision.constats;
        for regle in bareme.regles_de_montant() {
            let Juge::Montants(juge) = regle.juge else { continue };
            let issue = juge(&liquide.liquidation);
            constats
                .try_push(Constat { regle: regle.fiche.code, issue })
                .map_err(|_too_many| LawError::RegistreInvalide)?;
        }
        let mut warn = |code: Avertissement, numero_ligne: u16| {
            let numero_ligne = Some(numero_ligne);
            under_way.avertissements.push(AvertissementLigne { code, numero_ligne });
        };
        for numero_ligne in &liquide.base_limitee {
            warn(Avertissement::BaseLimiteeAuxHonoraires, *numero_ligne);
        }
        if liquide.plafond_jour_discute {
            warn(Avertissement::PlafondJournalierDiscute, principale.numero_ligne);
        }
        for ligne in lignes.iter().filter(|ligne| !nomenclature::est_connu(&ligne.code)) {
            warn(Avertissement::ActeInconnu, ligne.numero_ligne);
        }
        for ligne in lignes.iter().filter(|ligne| ccam::est_inconnu(ligne, under_way.faits)) {
            warn(Avertissement::ActeCcamInconnu, ligne.numero_ligne);
        }
        for numero_ligne in &liquide.plafonnees {
            warn(Avertissement::MontantPlafonne, *numero_ligne);
        }
        under_way.totaux = under_way.totaux.plus(&liquide.liquidation.montants)?;
        under_way.actes.push(ActeEvalue {
            qualification: decision.qualification,
            taux: decision.taux,
            constats,
            montants: liquide.liquidation.montants,
            lignes: liquide.lignes,
        });
        if let Some(evalue) = under_way.actes.last() {
            let facture = facturation::Facture {
                soins: under_way.soins,
                faits: under_way.faits,
                lignes,
                situation: &situation,
                valeurs: &bareme.valeurs,
                evalue,
            };
            facturation::controles(self, &facture, &mut under_way.factures);
        }
        Ok(())
    }
}

/// First day on which a teleconsultation is reimbursed.
const TELECONSULTATION: Option<NaiveDate> = NaiveDate::from_ymd_opt(2018, 9, 15);

/// Refuses what no rule of this version reads, rather than answering beside the question.
fn verify_covered(situation: &Situation) -> Result<(), LawError> {
    let too_early = situation.teleconsultation
        && TELECONSULTATION.is_some_and(|start| situation.date.jour() < start);
    if too_early { Err(LawError::SituationNonCouverte { fait: Fait::Acte }) } else { Ok(()) }
}
