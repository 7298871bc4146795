//! The value: what the facts say of a person, and what is read in it.

use chrono::NaiveDate;

use crate::domain::calendar::Periode;
use crate::domain::evaluation::SignaturesConnues;
use crate::domain::identifiers::{DateNaissanceAmo, Organisme, RangGemellaire, Rpps};
use crate::domain::ids::{DeclarationId, DesignationId, PatientId};
use crate::domain::vie::sommeil::{MotifSommeil, StatutPatient, motif_de};
use crate::storage::cbor::array;

/// An identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdentiteEtat {
    /// First day on which it counts.
    pub du: NaiveDate,
    pub date_naissance: DateNaissanceAmo,
    pub rang: RangGemellaire,
}

/// A caisse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaisseEtat {
    /// Of a record merged into theirs, not of their own.
    pub absorbee: bool,
    pub effet: Periode,
    pub organisme: Organisme,
}

/// A designation and its doctors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesignationEtat {
    pub id: DesignationId,
    /// The declaration that opened it.
    pub declaration_id: DeclarationId,
    pub effet: Periode,
    /// Each doctor, and their days in it.
    pub membres: Vec<(Rpps, Periode)>,
    /// Whether the patient's side contests one of the choices that made it, and nobody has decided.
    pub contestee: bool,
}

/// A doctor named by a declaration that was under way on some days, and who has signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttenteEtat {
    pub rpps: Rpps,
    pub effet: Periode,
    pub signees: SignaturesConnues,
}

/// What the facts say of a person, those of the records merged into theirs included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EtatPatient {
    pub identites: Vec<IdentiteEtat>,
    /// By first day.
    pub caisses: Vec<CaisseEtat>,
    /// By first day.
    pub designations: Vec<DesignationEtat>,
    /// Records merged into theirs.
    pub absorbes: Vec<PatientId>,
    /// Doctors named by declarations that were under way.
    pub attentes: Vec<AttenteEtat>,
    /// Days on which they bear no majoration because their doctor left.
    pub neutralisations: Vec<Periode>,
    /// Days on which two choices of merged records contradict each other, and nobody has decided.
    pub conflits: Vec<Periode>,
    /// Statuses that are not the ordinary one.
    pub statuts: Vec<(Periode, StatutPatient)>,
    /// Day of death.
    pub deces: Option<NaiveDate>,
    /// Whether some referral is known: referrals themselves are read when they may decide.
    pub adressages: bool,
    /// Whether some single opinion was given: the same.
    pub avis: bool,
}

impl EtatPatient {
    /// Puts what has no order of its own in one, so that the same facts make the same value.
    pub fn ranger(&mut self) {
        self.identites.sort_by_key(|one| one.du);
        self.absorbes.sort();
        self.attentes.sort_by_key(|one| (one.rpps, one.effet.du(), one.effet.au()));
        self.neutralisations.sort_by_key(Periode::du);
        self.conflits.sort_by_key(|effet| (effet.du(), effet.au()));
        self.statuts.sort_by_key(|(effet, _)| effet.du());
    }

    /// Their own caisse of a day.
    pub fn organisme(&self, jour: NaiveDate) -> Option<Organisme> {
        let mut own = self.caisses.iter().filter(|one| !one.absorbee);
        own.find(|one| one.effet.contient(jour)).map(|one| one.organisme)
    }

    /// Their times under each organisme by first day, those of merged records left out.
    pub fn affiliations(&self) -> Vec<(Periode, Organisme)> {
        let own = self.caisses.iter().filter(|one| !one.absorbee);
        let mut own: Vec<_> = own.map(|one| (one.effet, one.organisme)).collect();
        own.sort_by_key(|(effet, _)| effet.du());
        own
    }

    /// The birth date by the identity of a day, or by the first.
    pub fn naissance_le(&self, jour: NaiveDate) -> Option<DateNaissanceAmo> {
        let known = self.identites.iter().filter(|one| one.du <= jour).max_by_key(|one| one.du);
        let first = || self.identites.iter().min_by_key(|one| one.du);
        known.or_else(first).map(|one| one.date_naissance)
    }

    /// Why their designation sleeps on a day.
    pub fn sommeil_le(&self, jour: NaiveDate) -> Option<MotifSommeil> {
        let statut = self.statuts.iter().find(|(effet, _)| effet.contient(jour));
        motif_de(statut.map(|(_, statut)| *statut), self.organisme(jour).as_ref(), jour)
    }
}

impl DesignationEtat {
    /// Whether it names a doctor, on a day.
    pub fn nomme(&self, rpps: Rpps, jour: NaiveDate) -> bool {
        self.medecins(jour).any(|own| own == rpps)
    }

    /// Its doctors of a day.
    pub fn medecins(&self, jour: NaiveDate) -> impl Iterator<Item = Rpps> {
        let members = self.membres.iter().filter(move |(_, effet)| effet.contient(jour));
        members.filter(move |_| self.effet.contient(jour)).map(|(own, _)| *own)
    }
}

array! {
    IdentiteEtat { du, date_naissance, rang }
    CaisseEtat { effet, organisme, absorbee }
    DesignationEtat { id, declaration_id, effet, membres, contestee }
    AttenteEtat { rpps, effet, signees }
    EtatPatient {
        identites, caisses, designations, absorbes, attentes, neutralisations, conflits, statuts, deces, adressages, avis
    }
}
