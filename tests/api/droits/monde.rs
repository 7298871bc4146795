//! A small world: four persons, each with one thing of every kind from the time of a caisse that they left, and
//! another from the time of the present one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use tokio::sync::OnceCell;
use traitant::domain::declaration::NumeroDeclaration;
use traitant::domain::droits::Relation;
use traitant::law::Law;

use super::appelants::Appelant;
use super::fabrique::{
    cessation, choses, generaliste, id, inscrit, papier, present, represente, suspension, unit,
};
use crate::conjointes::rpps;
use crate::support::TestApp;
use crate::support::app::{MARTIN, PONS};
use crate::support::cessation::{PREMIER, simple};
use crate::support::database::TestDatabase;
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, organisme};

/// The caisse that all of them left, and the one on which they depend since [`DEPART`].
pub const ANCIENNE: &str = BOUCHES_DU_RHONE;
pub const ACTUELLE: &str = AIN;
/// A caisse that none of them ever had, and the number of the present one in another régime.
pub const AUTRE_CAISSE: &str = "017510000";
pub const HOMONYME: &str = "020110000";
pub const DEPART: &str = "2025-05-01";
/// The day of every question.
pub const MAINTENANT: &str = "2025-06-16";

pub const EXECUTANT: &str = "99900006059";
/// A doctor who practises, and whom nobody here ever chose.
pub const TIERS: &str = "99900004039";
/// A doctor whom the register does not know.
pub const INCONNU: &str = "99900007099";

/// A doctor who retired, and whom they had chosen before.
pub fn retraite() -> String {
    rpps(71)
}

/// A doctor who retired, and whom nobody ever chose.
pub fn cesse() -> String {
    rpps(72)
}

/// A doctor whom they chose and who has not answered yet.
pub fn attendu() -> String {
    rpps(73)
}

/// A doctor whom a second record of the adult named.
pub fn rival() -> String {
    rpps(74)
}

/// What only the present caisse, the person and who acts for them may see.
pub const ADRESSE: &str = "9 rue du Présent";
/// The name of somebody whose link began after the former caisse's time.
pub const VENU_APRES: &str = "ESSAI-VENUAPRES";

/// What no answer about a person shows to a caller: the present address, who came after their time, and the
/// doctors whom the person chose or may choose, to a doctor who is not one of them.
pub fn interdits(qui: &Appelant<'_>) -> Vec<String> {
    use Relation as R;
    let adresse = || vec![ADRESSE.to_owned()];
    let with = |others: &[&str]| {
        others.iter().map(|one| (*one).to_owned()).chain(adresse()).collect::<Vec<_>>()
    };
    match qui.relation() {
        Some(
            R::SoiMeme
            | R::TitulaireEnfant
            | R::TitulaireJeune
            | R::Representant
            | R::CaisseActuelle,
        ) => Vec::new(),
        Some(R::MedecinTraitant) => with(&[&attendu(), &rival()]),
        Some(R::MedecinAttendu) => with(&[MARTIN, PONS, &rival()]),
        Some(_) => with(&[VENU_APRES, MARTIN, &attendu(), &rival()]),
        None if qui.nom == "correspondant" => with(&[VENU_APRES, &attendu(), &rival()]),
        None => with(&[VENU_APRES, MARTIN, PONS, &attendu(), &rival()]),
    }
}

/// In the time of the caisse that was left, or after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jour {
    Dedans,
    Dehors,
}

impl Jour {
    /// A day, on which there is care.
    pub const fn date(self) -> &'static str {
        match self {
            Self::Dedans => "2024-11-20",
            Self::Dehors => "2025-06-11",
        }
    }

    /// The médecin traitant of that day.
    pub const fn traitant(self) -> &'static str {
        match self {
            Self::Dedans => PONS,
            Self::Dehors => MARTIN,
        }
    }
}

/// The things of a person at one time.
#[derive(Debug, Clone, Default)]
pub struct Choses {
    pub declaration: String,
    /// The public number of the declaration.
    pub numero: String,
    pub designation: String,
    pub representation: String,
    pub adressage: String,
    pub conciliation: String,
    pub contact: String,
    pub feuille: String,
    pub recouvrement: String,
    /// What happened to a doctor: for everybody in one time, by the caisse in the other.
    pub operation: String,
}

/// A person, and what there is about them.
#[derive(Debug, Clone)]
pub struct Cible {
    pub nom: &'static str,
    pub id: String,
    pub numero: String,
    pub naissance: &'static str,
    pub dedans: Choses,
    pub dehors: Choses,
    /// A declaration that waits for the doctor, and the digest of its content.
    pub attente: String,
    pub contenu: String,
    /// A second record of the same person.
    pub double: String,
    /// A merge of another person with a second record, and what is in conflict since.
    pub fusion: String,
    pub conflit: String,
    pub retenue: String,
    /// A national act that waits for a second agent.
    pub acte: String,
    pub reevaluation: String,
    /// Who speaks for them.
    pub parle: String,
    /// What they ask to be put right.
    pub rectification: String,
    /// A file that the present caisse sent, and that was tried.
    pub reprise: String,
    /// A file that was made for it.
    pub export: String,
    /// Letters that were written for it.
    pub courriers: String,
}

impl Cible {
    pub const fn choses(&self, jour: Jour) -> &Choses {
        match jour {
            Jour::Dedans => &self.dedans,
            Jour::Dehors => &self.dehors,
        }
    }

    /// As a Vitale card says it.
    pub fn cle(&self) -> Value {
        json!({
            "identifiant": { "type": "nir", "valeur": self.numero },
            "date_naissance": self.naissance,
        })
    }

    /// Nobody, with nothing.
    pub fn personne() -> Self {
        let rien = |rang: u8| format!("0192f0c4-0000-7000-8000-0000000000{rang:02x}");
        let choses = Choses {
            declaration: rien(1),
            numero: NumeroDeclaration::from_random(1).to_string(),
            designation: rien(2),
            representation: rien(3),
            adressage: rien(4),
            conciliation: rien(5),
            contact: rien(6),
            feuille: rien(7),
            recouvrement: rien(8),
            operation: rien(16),
        };
        Self {
            nom: "personne",
            id: rien(0),
            numero: nir("1720801001998"),
            naissance: "1972-08-09",
            dedans: choses.clone(),
            dehors: choses,
            attente: rien(9),
            contenu: "0".repeat(64),
            double: rien(10),
            fusion: rien(11),
            conflit: rien(12),
            retenue: rien(13),
            acte: rien(14),
            reevaluation: rien(15),
            parle: rien(0),
            rectification: rien(20),
            reprise: rien(17),
            export: rien(18),
            courriers: rien(19),
        }
    }
}

/// A number of a person, with its key.
pub fn nir(thirteen: &str) -> String {
    format!("{thirteen}{:02}", 97 - thirteen.parse::<u64>().unwrap() % 97)
}

/// The world, and the database that it is kept in: each question that changes something is asked of a copy.
#[derive(Debug)]
pub struct Monde {
    /// An adult, a child, a young person of 16, a protected adult.
    pub cibles: [Cible; 4],
    /// Somebody who is nothing to any of them; a parent and a former one; a guardian and a former one.
    pub autrui: [String; 5],
    database: TestDatabase,
}

/// Who signs for each of the four.
const SIGNENT: [&[&str]; 4] = [
    &["assure"],
    &["titulaire_autorite_parentale"],
    &["assure", "titulaire_autorite_parentale"],
    &["tuteur"],
];

impl Monde {
    /// The same for every test, which asks in copies of it.
    pub async fn commun() -> &'static Self {
        static COMMUN: OnceCell<Monde> = OnceCell::const_new();
        COMMUN.get_or_init(Self::new).await
    }

    async fn new() -> Self {
        let database = Arc::new(TestDatabase::with_people().await);
        let app = TestApp::under(Arc::clone(&database), 4, Law::embedded().unwrap(), 7).await;
        app.on("2024-09-02");
        for doctor in [retraite(), cesse(), attendu(), rival()] {
            let body = generaliste(&doctor, "01004");
            app.caisse(ACTUELLE).post("/v1/medecins", body).await.expect(201);
        }
        let mut autrui = Vec::new();
        for rang in 0..5 {
            let numero = nir(&format!("18001{:02}001990", rang + 10));
            autrui.push(inscrit(&app, ANCIENNE, &numero, "1980-01-15").await);
        }
        let autrui: [String; 5] = autrui.try_into().unwrap();
        let mut cibles = Vec::new();
        for (nom, treize, naissance) in [
            ("adulte", "1720301001994", "1972-03-05"),
            ("enfant", "1150613055994", "2015-06-21"),
            ("jeune", "1080913055994", "2008-09-01"),
            ("protege", "1500113055994", "1950-01-12"),
        ] {
            let numero = nir(treize);
            let id = inscrit(&app, ANCIENNE, &numero, naissance).await;
            cibles.push(Cible { nom, id, numero, naissance, ..Cible::personne() });
        }
        let mut cibles: [Cible; 4] = cibles.try_into().unwrap();
        represente(&app, &cibles, &autrui).await;
        for cible in &mut cibles {
            let own = if cible.nom == "enfant" { &autrui[1] } else { &cible.id };
            cible.parle.clone_from(own);
        }
        for (cible, roles) in cibles.iter().zip(SIGNENT) {
            let caisse = app.caisse(ANCIENNE);
            papier(&caisse, &cible.id, (&retraite(), "2024-09-02"), roles).await;
        }
        app.on("2024-10-01");
        let national = cessation(&app, &retraite(), "2024-10-01").await;
        for (cible, roles) in cibles.iter_mut().zip(SIGNENT) {
            cible.dedans = choses(&app, cible, Jour::Dedans, roles).await;
            cible.dedans.operation.clone_from(&national);
        }
        app.on("2025-05-02");
        for cible in &cibles {
            let body = json!({ "organisme": organisme(ACTUELLE), "effet_du": DEPART });
            let caisse = app.caisse(ANCIENNE);
            act(&caisse, &cible.id, "changements-d-organisme", body).await.expect(200);
        }
        for (cible, roles) in cibles.iter_mut().zip(SIGNENT) {
            cible.dehors = choses(&app, cible, Jour::Dehors, roles).await;
        }
        app.on("2025-06-12");
        for cible in &mut cibles {
            present(&app, cible).await;
        }
        unit(&app, &mut cibles[0]).await;
        cessation(&app, &cesse(), "2025-06-12").await;
        let body = suspension(&rival());
        let own = app.caisse(ACTUELLE).post("/v1/operations", body).await.expect(202);
        let body = simple(TIERS, "retraite", "2025-09-01");
        let acte = app.referentiel(PREMIER).post("/v1/operations", body).await.expect(202);
        for cible in &mut cibles {
            cible.dehors.operation = id(&own);
            cible.acte = id(&acte);
        }
        let sent = app.caisse(ACTUELLE).send_ndjson("/v1/reprises?nature=choix", "").await;
        let reprise = id(&sent.expect(202));
        let body = json!({ "nature": "designations", "format": "ndjson" });
        let asked = app.caisse(ACTUELLE).post("/v1/exports", body).await.expect(202);
        let body = json!({ "nature": "choix_en_son_nom", "du": "2025-05-01", "au": "2025-06-11" });
        let letters = app.caisse(ACTUELLE).post("/v1/courriers", body).await.expect(202);
        for cible in &mut cibles {
            cible.reprise.clone_from(&reprise);
            cible.export = id(&asked);
            cible.courriers = id(&letters);
        }
        let adulte = &mut cibles[0];
        let body = json!({ "motif": "fait_tardif", "patient_id": adulte.id, "du": "2024-01-01" });
        let asked = app.caisse(ACTUELLE).post("/v1/reevaluations", body).await.expect(202);
        app.run_jobs().await;
        adulte.reevaluation = id(&asked);
        app.core.close().await;
        let database = Arc::into_inner({
            drop(app);
            database
        })
        .unwrap();
        Self { cibles, autrui, database }
    }

    /// The same world, with a life of its own.
    pub async fn copie(&self) -> TestApp {
        static NEXT: AtomicU64 = AtomicU64::new(100);
        let seed = NEXT.fetch_add(1, Ordering::Relaxed);
        let database = Arc::new(self.database.copy().await);
        let app = TestApp::under(database, 4, Law::embedded().unwrap(), seed).await;
        app.on(MAINTENANT);
        app
    }
}
