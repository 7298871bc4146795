//! `CoverageEligibilityRequest`: what is asked, read member by member. What would change the question and is not understood is
//! refused, rather than left out.

use chrono::NaiveDate;
use serde_json::{Number, Value};

use crate::domain::feuille_de_soins::{CodeActe, Complementaire, Nomenclature};
use crate::domain::identifiers::{DateNaissanceAmo, IndicateurParcours, RangGemellaire, Rpps};
use crate::domain::ids::PatientId;
use crate::domain::money::Centimes;
use crate::domain::patient::ClePatient;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::fhir::feuille::nomenclature;
use crate::http::fhir::patient::numero;
use crate::http::fhir::ressource::RPPS;
use crate::http::problem::est_redite;
use crate::services::ChampInvalide;

/// Members of the request that are read, or that change nothing of what is asked.
const MEMBRES: [&str; 20] = [
    "resourceType",
    "id",
    "meta",
    "language",
    "text",
    "contained",
    "extension",
    "identifier",
    "status",
    "priority",
    "purpose",
    "patient",
    "servicedDate",
    "created",
    "enterer",
    "provider",
    "insurer",
    "facility",
    "insurance",
    "item",
];
/// The same of an act.
const MEMBRES_ACTE: [&str; 6] =
    ["id", "extension", "category", "productOrService", "quantity", "unitPrice"];

/// The most acts asked about at once.
const ACTES: usize = 50;

/// What is asked.
#[derive(Debug)]
pub(super) struct Demande {
    pub(super) patient: Personne,
    /// Day of care, today by default.
    pub(super) jour: Option<NaiveDate>,
    pub(super) executant: Rpps,
    /// Its first identifier, given back.
    pub(super) identifiant: Option<Value>,
    pub(super) indicateur: Option<IndicateurParcours>,
    pub(super) complementaire: Complementaire,
    pub(super) actes: Vec<ActeDemande>,
}

/// Who is cared for.
#[derive(Debug)]
pub(super) enum Personne {
    /// A person whom the caller reads.
    Dossier(PatientId),
    /// Whoever has this card.
    Carte(ClePatient),
}

/// An act and what is asked for it, quantity included.
#[derive(Debug)]
pub(super) struct ActeDemande {
    pub(super) code: CodeActe,
    pub(super) quantite: u16,
    pub(super) honoraires: Centimes,
    pub(super) base: Centimes,
}

/// The one parameter of the operation.
const RESSOURCE: &str = "/parameter/0/resource";

/// Where the request is in what was sent: bare, or the parameter `resource` of a `Parameters`, which is how FHIR writes what an
/// operation takes.
pub(super) fn enveloppe(document: &Value) -> Result<(&'static str, &Value), Vec<ChampInvalide>> {
    if texte(document, "/resourceType") != Some("Parameters") {
        return Ok(("", document));
    }
    let parameters = liste(document, "/parameter");
    let told = |place: &str, code, attendu: &str| {
        Err(vec![ChampInvalide::new(place, code, format!("attendu : {attendu}"))])
    };
    let attendu = "un seul paramètre, « resource », et sa ressource";
    match parameters {
        [] => told("/parameter", "champ_requis", attendu),
        [one] if texte(one, "/name") != Some("resource") => {
            told("/parameter/0/name", "format_invalide", attendu)
        }
        [one] => match one.get("resource") {
            Some(resource) => Ok((RESSOURCE, resource)),
            None => told(RESSOURCE, "champ_requis", attendu),
        },
        [..] => told("/parameter", "taille_invalide", attendu),
    }
}

/// Reads a request, whose references to this service may be absolute.
pub(super) fn lire(document: &Value, base: &str) -> Result<Demande, Vec<ChampInvalide>> {
    let mut lecteur = Lecteur { base, wrong: Vec::new() };
    let read = lecteur.demande(document);
    match read {
        Some(demande) if lecteur.wrong.is_empty() => Ok(demande),
        _ => Err(lecteur.wrong),
    }
}

struct Lecteur<'a> {
    base: &'a str,
    wrong: Vec<ChampInvalide>,
}

impl Lecteur<'_> {
    /// Says what was expected at a place, where nothing was read.
    fn refuse<T>(&mut self, place: &str, code: &'static str, attendu: &str) -> Option<T> {
        self.wrong.push(ChampInvalide::new(place, code, format!("attendu : {attendu}")));
        None
    }

    fn demande(&mut self, document: &Value) -> Option<Demande> {
        if texte(document, "/resourceType") != Some("CoverageEligibilityRequest") {
            let attendu = "« CoverageEligibilityRequest »";
            return self.refuse("/resourceType", "format_invalide", attendu);
        }
        self.membres(document, "", &MEMBRES);
        if texte(document, "/status") != Some("active") {
            self.refuse::<()>("/status", "format_invalide", "« active »");
        }
        let purposes = liste(document, "/purpose");
        if !purposes.iter().any(|one| one == "benefits") {
            self.refuse::<()>("/purpose", "format_invalide", "une liste où est « benefits »");
        }
        let jour = self.jour(document);
        let indicateur = self.indicateur(document);
        let complementaire = self.complementaire(document);
        let actes = self.actes(document);
        let (patient, executant) = (self.patient(document), self.executant(document));
        Some(Demande {
            patient: patient?,
            jour,
            executant: executant?,
            identifiant: liste(document, "/identifier").first().cloned(),
            indicateur,
            complementaire,
            actes: actes?,
        })
    }

    /// Refuses the members that nobody reads.
    fn membres(&mut self, object: &Value, place: &str, known: &[&str]) {
        for name in object.as_object().into_iter().flat_map(|object| object.keys()) {
            if !known.contains(&name.as_str()) {
                let attendu = "un élément que cette opération lit";
                let own = format!("{place}/{name}");
                let told = if est_redite(name) { own.as_str() } else { place };
                self.refuse::<()>(told, "champ_inconnu", attendu);
            }
        }
    }

    fn jour(&mut self, document: &Value) -> Option<NaiveDate> {
        let written = document.get("servicedDate")?;
        let read = written.as_str().and_then(|text| text.parse().ok());
        read.or_else(|| self.refuse("/servicedDate", "format_invalide", "AAAA-MM-JJ"))
    }

    fn indicateur(&mut self, document: &Value) -> Option<IndicateurParcours> {
        let written = extension(document, "urn:x-traitant:indicateur-parcours")?;
        match IndicateurParcours::parse(texte(written, "/valueCode").unwrap_or_default()) {
            Ok(read) => Some(read),
            Err(wrong) => self.refuse("/extension", wrong.code, wrong.attendu),
        }
    }

    fn complementaire(&mut self, document: &Value) -> Complementaire {
        let Some(written) = extension(document, "urn:x-traitant:complementaire") else {
            return Complementaire::Aucune;
        };
        let read = texte(written, "/valueCode").and_then(Complementaire::du_mot);
        let read = read.or_else(|| {
            let attendu = "une couverture complémentaire, dans les mots de /v1";
            self.refuse("/extension", "code_inconnu", attendu)
        });
        read.unwrap_or(Complementaire::Aucune)
    }

    /// What a reference names of this service.
    fn reference<'d>(&self, document: &'d Value, name: &str) -> Option<&'d str> {
        let written = texte(document, &format!("/{name}/reference"))?;
        let own = written.strip_prefix(self.base).and_then(|rest| rest.strip_prefix('/'));
        Some(own.unwrap_or(written))
    }

    fn patient(&mut self, document: &Value) -> Option<Personne> {
        let attendu = "Patient/<id>, ou la carte dans un Patient contenu";
        let Some(named) = self.reference(document, "patient") else {
            return self.refuse("/patient", "champ_requis", attendu);
        };
        if let Some(id) = named.strip_prefix("Patient/") {
            let read = id.parse().ok().map(Personne::Dossier);
            return read.or_else(|| self.refuse("/patient", "format_invalide", attendu));
        }
        let inside = named.strip_prefix('#').and_then(|id| {
            let mut all = liste(document, "/contained").iter().enumerate();
            all.find(|(_, one)| texte(one, "/id") == Some(id))
        });
        match inside {
            Some((rank, one)) => self.carte(one, rank),
            None => self.refuse("/patient", "format_invalide", attendu),
        }
    }

    /// What a card says: number, birth date and rank.
    fn carte(&mut self, person: &Value, rank: usize) -> Option<Personne> {
        let place = |name: &str| format!("/contained/{rank}/{name}");
        let number = liste(person, "/identifier").first();
        let number = number.and_then(|one| numero(texte(one, "/system")?, texte(one, "/value")?));
        let number = number.or_else(|| {
            let attendu = "un système (urn:oid:1.2.250.1.213.1.4.8 ou .9) et un numéro";
            self.refuse(&place("identifier"), "format_invalide", attendu)
        });
        // A lunar date is no date of FHIR: it is beside.
        let beside = person.get("_birthDate");
        let beside = beside.and_then(|one| extension(one, "urn:x-traitant:date-naissance-amo"));
        let written = beside.and_then(|one| texte(one, "/valueString"));
        let written = written.or_else(|| texte(person, "/birthDate"));
        let birth = written.and_then(|text| DateNaissanceAmo::parse(text).ok()).or_else(|| {
            let attendu = "AAAA-MM-JJ, comme sur la carte";
            self.refuse(&place("birthDate"), "format_invalide", attendu)
        });
        let rank = match person.get("multipleBirthInteger") {
            None => Some(RangGemellaire::ONE),
            Some(written) => {
                let read = written.as_i64().and_then(|rank| RangGemellaire::new(rank).ok());
                read.or_else(|| {
                    self.refuse(&place("multipleBirthInteger"), "hors_bornes", "de 1 à 9")
                })
            }
        };
        let cle = ClePatient { numero: number?, date_naissance: birth?, rang: rank? };
        Some(Personne::Carte(cle))
    }

    fn executant(&mut self, document: &Value) -> Option<Rpps> {
        let attendu = "Practitioner/<RPPS>, ou son numéro de système https://rpps.esante.gouv.fr";
        let named = self.reference(document, "provider");
        let named = named.map(|named| named.strip_prefix("Practitioner/"));
        let numbered = || {
            let system = texte(document, "/provider/identifier/system")?;
            texte(document, "/provider/identifier/value").filter(|_| system == RPPS)
        };
        let number = named.unwrap_or_else(numbered);
        let read = number.and_then(|text| Rpps::parse(text).ok());
        read.or_else(|| self.refuse("/provider", "format_invalide", attendu))
    }

    fn actes(&mut self, document: &Value) -> Option<Vec<ActeDemande>> {
        let written = liste(document, "/item");
        if !(1..=ACTES).contains(&written.len()) {
            return self.refuse("/item", "taille_invalide", "de 1 à 50 actes");
        }
        let read: Vec<Option<ActeDemande>> =
            written.iter().enumerate().map(|(rank, one)| self.acte(one, rank)).collect();
        read.into_iter().collect()
    }

    fn acte(&mut self, item: &Value, rank: usize) -> Option<ActeDemande> {
        let own = format!("/item/{rank}");
        let place = |name: &str| format!("{own}/{name}");
        self.membres(item, &own, &MEMBRES_ACTE);
        let coding = liste(item, "/productOrService/coding");
        let code = coding.iter().find_map(|one| {
            let system = texte(one, "/system")?;
            let mut all = Nomenclature::TOUS.iter().copied();
            let known = all.find(|known| nomenclature(*known) == system)?;
            Some(CodeActe::parse(known, texte(one, "/code").unwrap_or_default()))
        });
        let code = match code {
            Some(Ok(code)) => Some(code),
            Some(Err(wrong)) => self.refuse(&place("productOrService"), wrong.code, wrong.attendu),
            None => {
                let attendu = "un code de urn:x-traitant:ngap ou de urn:x-traitant:ccam";
                self.refuse(&place("productOrService"), "code_inconnu", attendu)
            }
        };
        let quantite = match item.get("quantity") {
            None => Some(1),
            Some(written) => {
                let read = written.get("value").and_then(entier);
                let read = read.filter(|count| (1..=99).contains(count));
                read.or_else(|| self.refuse(&place("quantity"), "hors_bornes", "de 1 à 99"))
            }
        };
        let prix = item.get("unitPrice").and_then(euros);
        let prix = prix.or_else(|| {
            let attendu = "un prix en euros, de deux décimales au plus";
            self.refuse(&place("unitPrice"), "format_invalide", attendu)
        });
        let base = match extension(item, "urn:x-traitant:base-remboursement") {
            None => prix,
            Some(written) => written.get("valueMoney").and_then(euros).or_else(|| {
                let attendu = "une base en euros, de deux décimales au plus";
                self.refuse(&place("extension"), "format_invalide", attendu)
            }),
        };
        let (code, quantite) = (code?, quantite?);
        let whole = |one: Centimes| one.times(i64::from(quantite)).ok();
        match (whole(prix?), whole(base?)) {
            (Some(honoraires), Some(base)) => {
                Some(ActeDemande { code, quantite, honoraires, base })
            }
            _ => self.refuse(&place("unitPrice"), "hors_bornes", "un prix moins grand"),
        }
    }
}

fn texte<'d>(value: &'d Value, pointeur: &str) -> Option<&'d str> {
    value.pointer(pointeur).and_then(Value::as_str)
}

fn liste<'d>(value: &'d Value, pointeur: &str) -> &'d [Value] {
    value.pointer(pointeur).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The extension of this address.
fn extension<'d>(value: &'d Value, url: &str) -> Option<&'d Value> {
    liste(value, "/extension").iter().find(|one| texte(one, "/url") == Some(url))
}

/// A count, that FHIR writes as a decimal.
fn entier(value: &Value) -> Option<u16> {
    let cents = decimale(value.as_number()?)?;
    u16::try_from(cents / 100).ok().filter(|_| cents % 100 == 0)
}

/// An amount in euros.
fn euros(money: &Value) -> Option<Centimes> {
    let currency = texte(money, "/currency");
    let cents = decimale(money.get("value")?.as_number()?)?;
    currency.is_none_or(|currency| currency == "EUR").then(|| Centimes::new(cents))
}

/// The hundredths of a decimal that has two at most, read as it is written.
fn decimale(number: &Number) -> Option<i64> {
    let text = number.to_string();
    let (whole, rest) = text.split_once('.').unwrap_or((&text, "0"));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let read = plain(whole) && plain(rest) && whole.len() <= 9 && rest.len() <= 2;
    let rest = format!("{rest:0<2}");
    let cents = whole.parse::<i64>().ok()?.checked_mul(100)?;
    cents.checked_add(rest.parse().ok()?).filter(|_| read)
}
