//! Who calls: everybody that somebody can be to one of the four persons.

use chrono::NaiveDate;
use traitant::auth::Claims;
use traitant::domain::acteur::{Acteur, Caisse};
use traitant::domain::calendar::Periode;
use traitant::domain::clock::Clock;
use traitant::domain::droits::{Portee, Rapports, Relation};
use traitant::domain::identifiers::{Organisme, Rpps};
use traitant::domain::vocabulary::Vocabulaire;

use super::monde::{
    ACTUELLE, ANCIENNE, AUTRE_CAISSE, Cible, DEPART, EXECUTANT, HOMONYME, INCONNU, Monde, TIERS,
    attendu, cesse, retraite,
};
use crate::access::claims;
use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, Caller, MARTIN, PONS};

/// Somebody who calls, and what they are to one person.
#[derive(Debug, Clone)]
pub struct Appelant<'m> {
    pub nom: &'static str,
    pub acteur: Acteur,
    pub cible: &'m Cible,
    /// What they are to the person, whatever they ask about.
    pub rapports: Rapports,
    /// Whether the card of a person is read to some end: by a doctor who practises.
    pub exerce: bool,
}

/// The days of the caisse that was left.
fn jours(cible: &Cible) -> Vec<Periode> {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let first = cible.naissance.max("2012-09-01");
    vec![Periode::new(day(first), Some(day(DEPART))).unwrap()]
}

/// Everybody.
pub fn tous(monde: &Monde) -> Vec<Appelant<'_>> {
    use Relation as R;
    let [adulte, enfant, jeune, protege] = &monde.cibles;
    let [etranger, parent, ancien_parent, tuteur, ancien_tuteur] = &monde.autrui;
    let personne = |id: &str| Acteur::Patient(id.parse().unwrap());
    let caisse = |code: &str| Acteur::Caisse(Caisse::of(Organisme::parse(code).unwrap()));
    let medecin = |rpps: &str| Acteur::Medecin(Rpps::parse(rpps).unwrap());
    let mut all = Vec::new();
    let mut one = |nom, acteur, cible, relation: Option<Relation>| {
        let rapports = Rapports::aucun(acteur);
        let rapports = rapports.d_un_enfant(nom == "l'enfant");
        let rapports = match relation {
            Some(R::AncienneCaisse) => rapports.ancienne_caisse(jours(cible)),
            Some(relation) => rapports.avec(relation),
            None => rapports,
        };
        let exerce = !["médecin retraité", "médecin inconnu", "médecin qui a cessé"].contains(&nom);
        all.push(Appelant { nom, acteur, cible, rapports, exerce });
    };
    one("la personne", personne(&adulte.id), adulte, Some(R::SoiMeme));
    one("un autre patient", personne(etranger), adulte, None);
    one("caisse actuelle", caisse(ACTUELLE), adulte, Some(R::CaisseActuelle));
    one("ancienne caisse", caisse(ANCIENNE), adulte, Some(R::AncienneCaisse));
    one("autre caisse", caisse(AUTRE_CAISSE), adulte, None);
    one("caisse homonyme d'un autre régime", caisse(HOMONYME), adulte, None);
    one("médecin traitant", medecin(MARTIN), adulte, Some(R::MedecinTraitant));
    one("ancien médecin traitant", medecin(PONS), adulte, Some(R::AncienMedecinTraitant));
    one("médecin retraité", medecin(&retraite()), adulte, Some(R::AncienMedecinTraitant));
    one("médecin attendu", medecin(&attendu()), adulte, Some(R::MedecinAttendu));
    one("correspondant", medecin(CARDIOLOGUE), adulte, None);
    one("exécutant", medecin(EXECUTANT), adulte, None);
    one("autre médecin", medecin(TIERS), adulte, None);
    one("médecin inconnu", medecin(INCONNU), adulte, None);
    one("médecin qui a cessé", medecin(&cesse()), adulte, None);
    one("agent du référentiel", Acteur::Referentiel, adulte, None);
    one("lecteur de statistiques", Acteur::Statistiques, adulte, None);
    one("l'enfant", personne(&enfant.id), enfant, Some(R::SoiMeme));
    one("un parent de l'enfant", personne(parent), enfant, Some(R::TitulaireEnfant));
    one("un ancien parent de l'enfant", personne(ancien_parent), enfant, None);
    one("le jeune", personne(&jeune.id), jeune, Some(R::SoiMeme));
    one("un parent du jeune", personne(parent), jeune, Some(R::TitulaireJeune));
    one("la personne protégée", personne(&protege.id), protege, Some(R::SoiMeme));
    one("son tuteur", personne(tuteur), protege, Some(R::Representant));
    one("son ancien tuteur", personne(ancien_tuteur), protege, None);
    all
}

/// One of them.
pub fn nomme<'m>(monde: &'m Monde, nom: &str) -> Appelant<'m> {
    tous(monde).into_iter().find(|one| one.nom == nom).unwrap()
}

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defaut {
    Expire,
    Contrefait,
    AutreAudience,
    SansPortee,
}

impl Defaut {
    pub const TOUS: [Self; 4] =
        [Self::Expire, Self::Contrefait, Self::AutreAudience, Self::SansPortee];
}

impl Appelant<'_> {
    /// What they are to the person, whatever they ask about.
    pub fn relation(&self) -> Option<Relation> {
        Relation::TOUS.iter().copied().find(|relation| self.rapports.est(*relation))
    }

    /// Whether it is a doctor.
    pub const fn est_medecin(&self) -> bool {
        matches!(self.acteur, Acteur::Medecin(_))
    }

    /// The caisse that calls; that of the persons for anybody else.
    pub fn caisse(&self) -> &str {
        match &self.acteur {
            Acteur::Caisse(own) => own.organisme().as_str(),
            Acteur::Medecin(_)
            | Acteur::Patient(_)
            | Acteur::Referentiel
            | Acteur::Statistiques => ACTUELLE,
        }
    }

    /// With a token that gives every scope: what is refused is refused by the table. Another agent, or
    /// another session, each time: what one of them tried with a number is not counted to the next.
    pub fn appelle<'a>(&self, app: &'a TestApp) -> Caller<'a> {
        app.porteur(&self.acteur, app.emetteur.sign(&self.claims(app)).unwrap())
    }

    /// With a token that something is wrong with.
    pub fn appelle_mal<'a>(&self, app: &'a TestApp, defaut: Defaut) -> Caller<'a> {
        let mut claims = self.claims(app);
        match defaut {
            Defaut::Expire => claims.exp = claims.iat.unwrap() - 60,
            Defaut::AutreAudience => "un-autre-service".clone_into(&mut claims.aud),
            Defaut::SansPortee => claims.scope.clear(),
            Defaut::Contrefait => {}
        }
        let token = app.emetteur.sign(&claims).unwrap();
        if defaut == Defaut::Contrefait {
            let (signed, signature) = token.rsplit_once('.').unwrap();
            let forged: String = signature.chars().rev().collect();
            return app.bearer(format!("{signed}.{forged}"));
        }
        app.bearer(token)
    }

    /// What their token says.
    pub fn claims(&self, app: &TestApp) -> Claims {
        let now = app.clock.now().timestamp();
        let scopes: Vec<&str> = Portee::TOUS.iter().map(|portee| portee.mot()).collect();
        let (mut rpps, mut patient_id, mut organisme) = (None, None, None);
        match &self.acteur {
            Acteur::Medecin(own) => rpps = Some(own.to_string()),
            Acteur::Patient(own) => patient_id = Some(own.to_string()),
            Acteur::Caisse(own) => organisme = Some(own.organisme().to_string()),
            Acteur::Referentiel | Acteur::Statistiques => {}
        }
        Claims {
            sub: format!("sujet-{}-{}", self.acteur.cle().replace(':', "-"), app.key()),
            exp: now + 3600,
            nbf: Some(now),
            iat: Some(now),
            role: self.acteur.role().mot().to_owned(),
            rpps,
            patient_id,
            organisme,
            ..claims(&scopes.join(" "))
        }
    }
}
