//! The declaration of choice of the médecin traitant, while it is being signed.
//!
//! Its states and transitions are the table of [`TRANSITIONS`]; what happens afterwards to the
//! choice itself is the life of the [designation](super::designation).

mod caducite;
mod conditions;
mod conjoint;
mod contenu;
mod cycle;
mod numero;
mod parties;
mod possibles;
mod preuve;
mod refus;
mod reprise;
mod signature;
mod situation;
mod volonte;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

pub use self::caducite::MotifCaducite;
pub use self::conditions::ConditionsSignature;
pub use self::conjoint::{ConditionConjointe, EchecConjoint, MembreConjoint, failures};
pub use self::contenu::{
    Contenu, EcartContenu, LieuDeclare, MedecinDeclare, PatientDeclare, RepresentantDeclare, ecarts,
};
pub use self::cycle::{Action, Contestation, Etat, TRANSITIONS};
pub use self::numero::NumeroDeclaration;
pub use self::parties::{CotePatient, LienEnVigueur, SeuilsAge, SignatureManquante};
pub use self::preuve::{ModePreuve, PreuveRecue, PreuveRefusee, PreuveVerifiee, SignatureAnnoncee};
pub use self::refus::DeclarationRefusee;
pub use self::reprise::{ContenuRepris, OrigineSaisie, Reprise};
use self::signature::dernieres;
pub use self::signature::{MoyenSignature, OrdreSignature, Preuve, RoleSignataire, Signature};
pub use self::situation::{FinSituation, JamaisCompte, Situation, SituationDeclaration};

use super::acteur::Acteur;
use super::digest::Empreinte;
use super::fuseau::Fuseau;
use super::identifiers::{CommuneExercice, Rpps};
use super::ids::{DeclarationId, LieuId, MedecinId, PatientId, RepresentationId};
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// Where a declaration came from.
    Canal ("canal") {
        Teleservice = 1 "teleservice",
        Portail = 2 "portail",
        /// Paper, entered by the caisse.
        Papier = 3 "papier",
        /// The register that the caisse had before this one.
        Reprise = 4 "reprise",
    }
);

/// A doctor named by a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MedecinDesigne {
    pub medecin_id: MedecinId,
    pub rpps: Rpps,
    pub lieu_id: LieuId,
    /// That of the place, whose civil day is that of the signatures.
    pub commune: CommuneExercice,
}

/// A declaration, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    pub id: DeclarationId,
    pub patient_id: PatientId,
    pub numero: NumeroDeclaration,
    pub canal: Canal,
    /// Doctors chosen, who sign; of an amendment, those who join.
    pub medecins: Vec<MedecinDesigne>,
    /// For an amendment, the doctors already in place, who have nothing to sign again.
    pub en_place: Option<BTreeSet<MedecinId>>,
    /// The wrong entry that this declaration rectifies.
    pub rectifie: Option<DeclarationId>,
    pub contenu: String,
    /// Its digest, which every signature repeats.
    pub contenu_sha256: Empreinte,
    /// Where it comes from, when it was taken over: it has no signature here.
    pub reprise: Option<Reprise>,
    /// Missing signatures are waited for until then.
    pub expire_le: DateTime<Utc>,
    pub enregistre_le: DateTime<Utc>,
    pub etat: Etat,
    /// Whether the patient's side contests it, or what was decided.
    pub contestation: Option<Contestation>,
    /// Why it was refused, cancelled, rectified or contested, or so decided.
    pub motif: Option<String>,
    /// Number of the state, from 1.
    pub version: i32,
    pub signatures: Vec<Signature>,
}

/// What a signature did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signee {
    EnAttente,
    /// It was the last: the choice has this order among those of the patient.
    Complete(OrdreSignature),
}

impl Declaration {
    /// The civil time of its signatures: that of the place where the patient will see the doctor. One for all
    /// of them, whose days are compared.
    pub fn fuseau(&self) -> Fuseau {
        let place = self.medecins.first();
        place.map_or(Fuseau::PARIS, |medecin| Fuseau::de_commune(&medecin.commune))
    }

    /// Number of the doctor who gave a signature; none for the patient's side.
    pub fn signataire(&self, signature: &Signature) -> Option<Rpps> {
        let of = |one: &&MedecinDesigne| Some(one.medecin_id) == signature.medecin_id;
        self.medecins.iter().find(of).map(|one| one.rpps)
    }

    /// The day of the last signature, with one more on `signe_le`.
    pub fn jour_avec(&self, signe_le: NaiveDate) -> NaiveDate {
        self.signatures.iter().map(|signature| signature.signe_le).fold(signe_le, NaiveDate::max)
    }

    /// The day on which the declaration is looked at: that of its last signature once it no longer
    /// waits, or when it is paper of the past; today while it waits.
    pub fn jour_de_reference(&self, aujourd_hui: NaiveDate) -> NaiveDate {
        if self.etat == Etat::EnAttente && self.canal != Canal::Papier {
            return aujourd_hui;
        }
        self.jour_du_choix().unwrap_or(aujourd_hui)
    }

    /// The day of its last signature, or from which it counted where it was taken over from; none while
    /// nobody has signed.
    pub fn jour_du_choix(&self) -> Option<NaiveDate> {
        let last = dernieres(&self.signatures).map(|signature| signature.signe_le).max();
        last.or(self.reprise.as_ref().map(|repris| repris.effet_du))
    }

    /// How much its signatures are proved: as little as the least of them.
    pub fn mode_preuve(&self) -> Option<ModePreuve> {
        let of = |mode: ModePreuve| self.signatures.iter().any(|one| one.mode_preuve() == mode);
        [ModePreuve::Declaree, ModePreuve::Papier, ModePreuve::Verifiee]
            .into_iter()
            .find(|mode| of(*mode))
    }

    /// The signatures that the declaration needs.
    fn requises(&self, cote: &CotePatient) -> Vec<SignatureManquante> {
        let mut requises = cote.requises();
        requises.extend(self.medecins.iter().map(|medecin| SignatureManquante {
            role: RoleSignataire::Medecin,
            sinon: None,
            rpps: Some(medecin.rpps),
            medecin_id: Some(medecin.medecin_id),
            confirme: false,
        }));
        requises
    }

    /// The signatures still missing; none when the declaration no longer waits. Somebody who signed while others
    /// had to agree and did not, and who has come of age since, confirms: their signature is the one that is missing.
    pub fn manquantes(&self, cote: &CotePatient) -> Vec<SignatureManquante> {
        if self.etat != Etat::EnAttente {
            return Vec::new();
        }
        let given = |wanted: &SignatureManquante| {
            self.signatures
                .iter()
                .any(|one| cote.vaut(one) && wanted.convient(one.role, one.medecin_id))
        };
        let all = self.non_recues(cote).into_iter();
        all.map(|wanted| SignatureManquante { confirme: given(&wanted), ..wanted }).collect()
    }

    /// The signatures that nobody gave, among those wanted on a day.
    fn non_recues(&self, cote: &CotePatient) -> Vec<SignatureManquante> {
        self.requises(cote).into_iter().filter(|wanted| !self.a_recu(wanted, cote)).collect()
    }

    fn a_recu(&self, wanted: &SignatureManquante, cote: &CotePatient) -> bool {
        let mut counting = self.signatures.iter().filter(|given| self.compte(given, cote));
        counting.any(|given| wanted.convient(given.role, given.medecin_id))
    }

    /// Whether a signature counts on a day.
    fn compte(&self, given: &Signature, cote: &CotePatient) -> bool {
        let agrees = |one: &Signature| {
            matches!(one.role, RoleSignataire::TitulaireAutoriteParentale | RoleSignataire::Tuteur)
                && cote.vaut(one)
        };
        let accorde = self.signatures.iter().any(agrees);
        cote.vaut(given) && !cote.reste_a_confirmer(given.role, given.signe_le, accorde)
    }

    /// Whether its state allows an action; a choice is contested once, and decided once.
    fn permet(&self, action: Action) -> bool {
        let open = match action {
            Action::Contester => self.contestation.is_none(),
            Action::Trancher => self.contestation == Some(Contestation::Ouverte),
            // What another choice overtook has no reason of its own.
            Action::Reprendre => self.motif.is_some(),
            Action::Signer
            | Action::Refuser
            | Action::Annuler
            | Action::Expirer
            | Action::Rectifier
            | Action::Retirer
            | Action::Depasser
            | Action::RendreCaduque
            | Action::AnnulerRetrait => true,
        };
        open && self.etat.permet(action)
    }

    fn allow(&self, action: Action) -> Result<(), DeclarationRefusee> {
        if self.permet(action) {
            Ok(())
        } else {
            Err(DeclarationRefusee::TransitionInterdite { etat: self.etat, action })
        }
    }

    /// Adds a signature with its proof; the last missing one makes the declaration active.
    pub fn sign(
        &mut self,
        mut signature: Signature,
        preuve: &PreuveRecue,
        acteur: &Acteur,
        conditions: &ConditionsSignature,
    ) -> Result<Signee, DeclarationRefusee> {
        self.allow(Action::Signer)?;
        if conditions.maintenant >= self.expire_le {
            return Err(DeclarationRefusee::DelaiDepasse);
        }
        conditions.verify_day(&signature)?;
        let wanted = self.wanted(&signature, conditions)?;
        if self.a_recu(&wanted, &conditions.a_l_effet) {
            return Err(DeclarationRefusee::DejaSignee);
        }
        if signature.contenu_sha256 != self.contenu_sha256 {
            return Err(DeclarationRefusee::ContenuDifferent(None));
        }
        signature.verify_means(acteur, wanted.rpps)?;
        signature.representation_id = self.lien(&signature, acteur, conditions)?;
        signature.preuve = preuve.retenir(&SignatureAnnoncee {
            role: signature.role,
            rpps: wanted.rpps,
            moyen: signature.moyen,
            contenu_sha256: signature.contenu_sha256,
            signe_a: signature.signe_a,
        })?;
        let evidence = &signature.preuve;
        if signature.moyen.est_papier()
            && evidence.temoin.is_none()
            && evidence.reference_archive.is_none()
        {
            return Err(DeclarationRefusee::PapierSansTemoin);
        }
        self.signatures.push(signature);
        if !self.non_recues(&conditions.a_l_effet).is_empty() {
            return Ok(Signee::EnAttente);
        }
        self.etat = Etat::Active;
        Ok(OrdreSignature::of(&self.signatures).map_or(Signee::EnAttente, Signee::Complete))
    }

    /// The missing signature that this one is: wanted on its own day, and still wanted on the day
    /// of the last signature, when the person may be older.
    fn wanted(
        &self,
        signature: &Signature,
        conditions: &ConditionsSignature,
    ) -> Result<SignatureManquante, DeclarationRefusee> {
        let (own_day, last_day) = (&conditions.au_jour, &conditions.a_l_effet);
        for cote in [own_day, last_day] {
            if cote.est_enfant() && !cote.seuils.enfant_ouvert {
                let jour = signature.signe_le;
                return Err(DeclarationRefusee::EnfantAvantOuverture { jour });
            }
        }
        if signature.role == RoleSignataire::Assure && own_day.est_enfant() {
            return Err(DeclarationRefusee::PatientMineur { age: own_day.age });
        }
        let find = |cote: &CotePatient, jour| {
            let (role, id, attendues) = (signature.role, signature.medecin_id, self.requises(cote));
            let own = attendues.iter().find(|one| one.convient(role, id)).copied();
            let rpps =
                self.medecins.iter().find(|one| Some(one.medecin_id) == id).map(|one| one.rpps);
            own.ok_or(DeclarationRefusee::SignataireNonPartie { role, rpps, jour, attendues })
        };
        find(own_day, signature.signe_le)?;
        find(last_day, self.jour_avec(signature.signe_le))
    }

    /// The dated link under which a holder or a representative signs.
    fn lien(
        &self,
        signature: &Signature,
        acteur: &Acteur,
        conditions: &ConditionsSignature,
    ) -> Result<Option<RepresentationId>, DeclarationRefusee> {
        let cote = &conditions.au_jour;
        let (role, moyen) = (signature.role, signature.moyen);
        let forbidden = DeclarationRefusee::TransmissionInterdite { moyen, role };
        if !role.represente() {
            // A patient's portal hands over the signature of its own bearer.
            let other = matches!(acteur, Acteur::Patient(own) if *own != self.patient_id);
            return if other { Err(forbidden) } else { Ok(None) };
        }
        let named: Vec<&LienEnVigueur> = cote
            .liens_de(role)
            .filter(|lien| signature.representation_id.is_none_or(|id| id == lien.id))
            .collect();
        let own: Vec<&LienEnVigueur> = named
            .iter()
            .copied()
            .filter(|lien| match acteur {
                Acteur::Patient(person) => lien.representant == Some(*person),
                Acteur::Medecin(_) | Acteur::Caisse(_) => true,
                Acteur::Referentiel | Acteur::Statistiques => false,
            })
            .collect();
        let named_here = |lien: &LienEnVigueur| self.contenu.contains(&lien.id.to_string());
        match LienEnVigueur::d_une_personne(own, named_here)[..] {
            [lien] if !named_here(lien) => Err(self.non_nomme(role, conditions)),
            [lien] => Ok(Some(lien.id)),
            [] if named.is_empty() => {
                Err(DeclarationRefusee::RepresentantInconnu { role, jour: signature.signe_le })
            }
            [] => Err(forbidden),
            _ => Err(DeclarationRefusee::RepresentantAmbigu { role }),
        }
    }

    /// A doctor refuses.
    pub fn refuse(&mut self, motif: Option<String>) -> Result<(), DeclarationRefusee> {
        self.close(Action::Refuser, Etat::Refusee, motif)
    }

    /// Somebody cancels before the effect.
    pub fn cancel(&mut self, motif: Option<String>) -> Result<(), DeclarationRefusee> {
        self.close(Action::Annuler, Etat::Annulee, motif)
    }

    /// A caisse rectifies a wrong entry: what was entered never counted.
    pub fn rectify(&mut self, motif: String) -> Result<(), DeclarationRefusee> {
        self.close(Action::Rectifier, Etat::Rectifiee, Some(motif))
    }

    /// The patient's side says not to have made this choice; once.
    pub fn contest(&mut self, motif: String) -> Result<(), DeclarationRefusee> {
        self.allow(Action::Contester)?;
        self.contestation = Some(Contestation::Ouverte);
        self.motif = Some(motif);
        Ok(())
    }

    /// The caisse decides what was contested: upheld, the declaration never counted.
    pub fn decide(&mut self, retenue: bool, motif: String) -> Result<(), DeclarationRefusee> {
        self.allow(Action::Trancher)?;
        if retenue {
            self.contestation = Some(Contestation::Retenue);
            self.etat = Etat::Rectifiee;
        } else {
            self.contestation = Some(Contestation::Rejetee);
        }
        self.motif = Some(motif);
        Ok(())
    }

    /// Time has passed.
    pub fn expire(&mut self, maintenant: DateTime<Utc>) -> Result<(), DeclarationRefusee> {
        self.allow(Action::Expirer)?;
        if maintenant < self.expire_le {
            return Err(DeclarationRefusee::TransitionInterdite {
                etat: self.etat,
                action: Action::Expirer,
            });
        }
        self.close(Action::Expirer, Etat::Expiree, None)
    }

    fn close(
        &mut self,
        action: Action,
        etat: Etat,
        motif: Option<String>,
    ) -> Result<(), DeclarationRefusee> {
        self.allow(action)?;
        self.etat = etat;
        self.motif = motif;
        Ok(())
    }
}
