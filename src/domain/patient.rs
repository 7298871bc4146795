//! Persons covered by the insurance.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::age_revolu;
use super::fait_date::{FaitDate, en_vigueur};
use super::identifiers::{DateNaissanceAmo, IdentifiantPersonne, Organisme, RangGemellaire};
use super::ids::PatientId;
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// What the civil status says. No rule of law reads it.
    Sexe ("sexe") {
        Feminin = 1 "feminin",
        Masculin = 2 "masculin",
    }
);

impl Sexe {
    /// What a number says by its first digit: a NIR, or a NIA, which has its form. The others say nothing.
    pub fn du_numero(numero: &IdentifiantPersonne) -> Option<Self> {
        let text = match numero {
            IdentifiantPersonne::Nir(nir) => nir.expose(),
            IdentifiantPersonne::Nia(nia) => nia.expose(),
            IdentifiantPersonne::Nnp(_) | IdentifiantPersonne::Mig(_) => return None,
        };
        match text.as_bytes().first() {
            Some(b'1') => Some(Self::Masculin),
            Some(b'2') => Some(Self::Feminin),
            _ => None,
        }
    }
}

/// Names, birth and sex of a person. `Debug` shows none.
#[derive(Clone, PartialEq, Eq)]
pub struct Identite {
    /// Birth name.
    pub nom: String,
    /// First given name.
    pub prenom: String,
    pub date_naissance: DateNaissanceAmo,
    pub rang: RangGemellaire,
    /// Not known of everybody.
    pub sexe: Option<Sexe>,
}

/// Letters that the register and a caisse may write with an accent or not, as one character: all those of the Latin
/// alphabet.
const ACCENTS: &str = "ÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦḀẠẢẤẦẨẪẬẮẰẲẴẶ=A Æ=AE ḂḄḆ=B ÇĆĈĊČḈ=C ĎḊḌḎḐḒĐ=D ÈÉÊËĒĔĖĘĚȄȆȨḔḖḘḚḜẸẺẼẾỀỂỄỆ=E Ḟ=F \
                       ĜĞĠĢǦǴḠ=G ĤȞḢḤḦḨḪĦ=H ÌÍÎÏĨĪĬĮİǏȈȊḬḮỈỊ=I Ĵ=J ĶǨḰḲḴ=K ĹĻĽḶḸḺḼŁ=L ḾṀṂ=M ÑŃŅŇǸṄṆṈṊ=N \
                       ÒÓÔÕÖŌŎŐƠǑǪǬȌȎȪȬȮȰṌṎṐṒỌỎỐỒỔỖỘỚỜỞỠỢØ=O Œ=OE ṔṖ=P ŔŖŘȐȒṘṚṜṞ=R ŚŜŞŠȘṠṢṤṦṨ=S ŢŤȚṪṬṮṰŦ=T \
                       ÙÚÛÜŨŪŬŮŰŲƯǓǕǗǙǛȔȖṲṴṶṸṺỤỦỨỪỬỮỰ=U ṼṾ=V ŴẀẂẄẆẈ=W ẊẌ=X ÝŶŸȲẎỲỴỶỸ=Y ŹŻŽẐẒẔ=Z";

/// The letters of a name, in capitals and without accents, written as one character or as two: neither apostrophes nor
/// hyphens nor spaces count.
pub(in crate::domain) fn lettres(nom: &str) -> String {
    let accents = ACCENTS.split(' ').filter_map(|group| group.split_once('='));
    let plain = |letter: char| {
        if letter.is_ascii() {
            return letter.to_string();
        }
        let known = accents.clone().find(|(accented, _)| accented.contains(letter));
        known.map_or_else(|| letter.to_string(), |(_, plain)| plain.to_owned())
    };
    nom.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_uppercase).map(plain).collect()
}

impl Identite {
    /// Whether it is the same: birth date, rank, and the letters of both names. The sex designates nobody.
    pub fn est_celle_de(&self, other: &Self) -> bool {
        (self.date_naissance, self.rang) == (other.date_naissance, other.rang)
            && lettres(&self.nom) == lettres(&other.nom)
            && lettres(&self.prenom) == lettres(&other.prenom)
    }
}

impl Identite {
    /// The card that designates it by a number.
    pub const fn cle(&self, numero: IdentifiantPersonne) -> ClePatient {
        ClePatient { numero, date_naissance: self.date_naissance, rang: self.rang }
    }
}

impl std::fmt::Debug for Identite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identite(…)")
    }
}

vocabulaire!(
    /// What a number of a person is used for.
    UsageIdentifiant ("usage_identifiant") {
        /// The person's own number.
        Individuel = 1 "individuel",
        /// The number of the insured person under whom care is billed.
        OuvrantDroit = 2 "ouvrant_droit",
    }
);

/// A number and its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdentifiantPatient {
    pub usage: UsageIdentifiant,
    pub numero: IdentifiantPersonne,
}

/// A person, with the facts that the register holds together at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patient {
    /// For life.
    pub id: PatientId,
    /// Last thing recorded about the person.
    pub connu_le: DateTime<Utc>,
    pub identites: Vec<FaitDate<Identite>>,
    pub identifiants: Vec<FaitDate<IdentifiantPatient>>,
    pub affiliations: Vec<FaitDate<Organisme>>,
}

impl Patient {
    /// Names and birth on a day, or the earliest known when the day is before all of them.
    pub fn identite_le(&self, jour: NaiveDate) -> Option<&Identite> {
        en_vigueur(&self.identites, jour)
            .or_else(|| self.identites.first().map(|fait| &fait.valeur))
    }

    /// The caisse on a day.
    pub fn organisme_le(&self, jour: NaiveDate) -> Option<&Organisme> {
        en_vigueur(&self.affiliations, jour)
    }

    /// Whether the sex of their identity is not the one that their own number says, on a day: the number changes after
    /// the civil status does.
    pub fn sexe_contredit_le(&self, jour: NaiveDate) -> bool {
        let known = self.identite_le(jour).and_then(|identite| identite.sexe);
        let in_force = |fait: &&FaitDate<IdentifiantPatient>| {
            fait.valeur.usage == UsageIdentifiant::Individuel && fait.effet.contient(jour)
        };
        let own = self.identifiants.iter().find(in_force);
        let said = own.and_then(|fait| Sexe::du_numero(&fait.valeur.numero));
        known.zip(said).is_some_and(|(known, said)| known != said)
    }

    /// Age in completed years on a day.
    pub fn age_le(&self, jour: NaiveDate) -> Option<u8> {
        self.identite_le(jour)
            .map(|identite| age_revolu(identite.date_naissance.pour_calcul_age(), jour))
    }
}

impl NouveauPatient {
    /// The identity as it is registered: whose sex is not said is of the sex that their own number says, if it does.
    pub fn identite_complete(&self) -> Identite {
        let said = self.identite.sexe;
        let sexe = said.or_else(|| Sexe::du_numero(&self.identifiant));
        Identite { sexe, ..self.identite.clone() }
    }

    /// The numbers, each with its use.
    pub fn numeros(&self) -> Vec<(UsageIdentifiant, IdentifiantPersonne)> {
        let parent = self.ouvrant_droit.map(|numero| (UsageIdentifiant::OuvrantDroit, numero));
        [Some((UsageIdentifiant::Individuel, self.identifiant)), parent]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// What it takes to register a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouveauPatient {
    pub identite: Identite,
    pub identifiant: IdentifiantPersonne,
    /// The number of the insured person, when it is another.
    pub ouvrant_droit: Option<IdentifiantPersonne>,
    pub organisme: Organisme,
    /// Since when the person depends on that caisse.
    pub affilie_du: NaiveDate,
}

/// How a person is looked for: a number, with birth date and rank to tell apart those who share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClePatient {
    /// A number of the person or of the insured person.
    pub numero: IdentifiantPersonne,
    pub date_naissance: DateNaissanceAmo,
    pub rang: RangGemellaire,
}
