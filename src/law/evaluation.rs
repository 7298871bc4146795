//! The evaluation of a feuille, act by act. What is asked for each of hundreds of millions of acts is
//! written to allocate nothing but its answer.

use chrono::NaiveDate;
use smallvec::SmallVec;

use super::liquidation::Cumuls;
use super::nomenclature::Ligne;
use super::parameters::{Ensemble, Parametre};
use super::situation::{DateDesSoins, Situation};
use super::{
    AuDela, Law, LawError, ccam, facturation, franchise, liquidation, nomenclature, qualification,
};
use crate::domain::evaluation::{
    ActeEvalue, Avertissement, AvertissementLigne, Constat, Evaluation, FaitsConnus, Montants,
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
    /// What each act read that nobody verified for its day, by principal line: nothing on most days.
    a_verifier: Vec<(u16, Ensemble)>,
    au_dela: AuDela,
}

impl UnderWay<'_> {
    /// Warns of something about a line, after what is said of the amounts.
    fn avertir(&mut self, code: Avertissement, numero_ligne: u16) {
        let numero_ligne = Some(numero_ligne);
        self.factures.push(AvertissementLigne { code, numero_ligne });
    }
}

impl Law {
    /// Evaluates every act of a feuille, in the order of its lines.
    pub fn evaluer(&self, soins: &Soins, faits: &FaitsConnus) -> Result<Evaluation, LawError> {
        Ok(self.examiner(soins, faits, self.au_dela)?.0)
    }

    /// Evaluates care that was evaluated once, or something beside it: whether days that nobody verified are
    /// refused is a matter for new care.
    pub fn refaire(&self, soins: &Soins, faits: &FaitsConnus) -> Result<Evaluation, LawError> {
        Ok(self.examiner(soins, faits, AuDela::Avertir)?.0)
    }

    /// An evaluation, with what each act read that nobody verified for its day, by principal line.
    pub(super) fn examiner(
        &self,
        soins: &Soins,
        faits: &FaitsConnus,
        au_dela: AuDela,
    ) -> Result<(Evaluation, Vec<(u16, Ensemble)>), LawError> {
        let mut under_way = UnderWay {
            soins,
            faits,
            cumuls: Cumuls::new(faits),
            actes: Vec::with_capacity(soins.actes.len()),
            totaux: Montants::default(),
            avertissements: Vec::new(),
            factures: Vec::new(),
            a_verifier: Vec::new(),
            au_dela,
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
        let UnderWay { actes, totaux, mut avertissements, factures, a_verifier, .. } = under_way;
        if avertissements.is_empty() {
            avertissements = factures;
        } else {
            avertissements.extend(factures);
        }
        Ok((Evaluation { actes, totaux, avertissements }, a_verifier))
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
        verify_covered(&situation, principale)?;
        let valeurs = &bareme.valeurs_suivies();
        let autres =
            (!std::ptr::eq(bareme, bareme_execution)).then(|| bareme_execution.valeurs_suivies());
        let valeurs_execution = autres.as_ref().unwrap_or(valeurs);
        let mut decision = qualification::qualifier(&situation, bareme, valeurs)?;
        // What a hospital may ask without a letter is not the overrun of a doctor of sector 1.
        decision.qualification.da_possible &=
            situation.consultation_externe || valeurs.oui(Parametre::DaSecteur1)?;
        // A single opinion bears no supplement of coordination, wherever the act stands.
        decision.qualification.coordination_possible &= !situation.avis_ponctuel;
        let liquide = liquidation::liquider(
            lignes,
            &situation,
            &decision,
            (valeurs, valeurs_execution),
            &mut under_way.cumuls,
        )?;
        let mut constats = decision.constats;
        for &(regle, juge) in bareme.regles_de_montant() {
            let issue = juge(&liquide.liquidation);
            constats
                .try_push(Constat { regle, issue })
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
        let rangees: Rangees =
            lignes.iter().map(|ligne| nomenclature::table().lettre(&ligne.code)).collect();
        for (ligne, rows) in lignes.iter().zip(&rangees) {
            if !nomenclature::est_connu(ligne.code.nomenclature(), rows) {
                warn(Avertissement::ActeInconnu, ligne.numero_ligne);
            }
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
                rangees: &rangees,
                situation: &situation,
                valeurs,
                evalue,
            };
            facturation::controles(self, &facture, &mut under_way.factures);
            if franchise::peut_etre_due(&situation, &bareme.valeurs(), &evalue.montants) {
                under_way.avertir(Avertissement::FranchiseNonComptee, principale.numero_ligne);
            }
        }
        if valeurs.lit_une_valeur_discutee() || valeurs_execution.lit_une_valeur_discutee() {
            under_way.avertir(Avertissement::ValeurDiscutee, principale.numero_ligne);
        }
        let (lues, on_the_day) = (valeurs.lues_a_verifier(), valeurs_execution.lues_a_verifier());
        let jour = if lues.est_vide() { principale.date_execution } else { situation.date.jour() };
        self.verify_read(under_way, principale.numero_ligne, jour, lues.ou(&on_the_day))
    }

    /// What becomes of an act that read values which nobody verified for its day.
    fn verify_read(
        &self,
        under_way: &mut UnderWay<'_>,
        numero_ligne: u16,
        jour: NaiveDate,
        lues: Ensemble,
    ) -> Result<(), LawError> {
        if lues.est_vide() {
            return Ok(());
        }
        if under_way.au_dela == AuDela::Refuser {
            let until = |parametre| Some(self.parametres().get(parametre)?.verifie_jusqu_au);
            let dernier = lues.iter().filter_map(until).min();
            return Err(LawError::HorsCouverture { jour, du: self.premier_jour(), dernier });
        }
        under_way.a_verifier.push((numero_ligne, lues));
        under_way.avertir(Avertissement::ValeurAVerifier, numero_ligne);
        Ok(())
    }
}

/// The rows of the letters of some lines: nearly every act has one or two.
type Rangees = SmallVec<[&'static [Ligne]; 4]>;

/// First day on which a teleconsultation is reimbursed.
const TELECONSULTATION: Option<NaiveDate> = NaiveDate::from_ymd_opt(2018, 9, 15);

/// Refuses what no rule of this version reads, rather than answering beside the question.
fn verify_covered(situation: &Situation, acte: &Acte) -> Result<(), LawError> {
    match TELECONSULTATION {
        Some(premier_jour)
            if situation.teleconsultation && situation.date.jour() < premier_jour =>
        {
            Err(LawError::ActePrecoce {
                numero_ligne: acte.numero_ligne,
                premier_jour,
                par_le_lieu: !nomenclature::est_teleconsultation(&acte.code),
            })
        }
        _ => Ok(()),
    }
}
