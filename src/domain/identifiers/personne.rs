//! Numbers of insured persons: NIR, NIA, NNP, MIG and INS. Their `Debug` is redacted and they have
//! no `Display`: writing one takes an explicit call to `expose`.

use std::fmt;

use super::ascii::Ascii;
use super::{Invalide, all_digits, compact, number};

/// Declares a number of a person: redacted when printed, readable on purpose only.
macro_rules! redacted {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }

        impl $name {
            /// The number itself. Its only readers are the checks of this crate and the code that
            /// encrypts or hashes it.
            pub fn expose(&self) -> &str {
                self.0.as_str()
            }
        }
    };
}

/// Numéro d'inscription au répertoire: 13 characters and a key of two, 15 in all.
///
/// It is not one per person in practice (a child's care is billed under a parent's), not stable,
/// and not a birth date: the month may be a pseudo-month and the century is absent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nir(Ascii<15>);
redacted!(Nir);

impl Nir {
    /// Reads a NIR with its key.
    ///
    /// Accepted months are 01–12 and the pseudo-months 20–42 and 50–99; accepted places are those
    /// of today, Corsica before 1976 (`20`), Algeria, Morocco and Tunisia before independence
    /// (91–96), overseas (971–978 and 984–988) and countries (`99`).
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        let text = compact(text);
        if text.starts_with(['5', '6']) {
            return Err(Invalide::new(
                "type_inadapte",
                "un NIR commence par 1 ou 2 ; un numéro de migrant de passage (5 ou 6) se déclare \
                 avec le type « mig »",
            ));
        }
        if text.starts_with(['7', '8']) {
            return Err(Invalide::new(
                "type_inadapte",
                "un NIR commence par 1 ou 2 ; un numéro national provisoire (7 ou 8) se déclare \
                 avec le type « nnp »",
            ));
        }
        fifteen_characters(&text).map(Self)
    }
}

/// Numéro identifiant d'attente: the structure and the key of a NIR, given to people born abroad
/// until their civil status is certified. It then becomes their NIR.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nia(Ascii<15>);
redacted!(Nia);

impl Nia {
    /// Reads a NIA: the rules of [`Nir::parse`].
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        Nir::parse(text).map(|nir| Self(nir.0))
    }
}

/// Numéro national provisoire, in use until the end of 2022: 7 or 8, 1 or 2, caisse, order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nnp(Ascii<13>);
redacted!(Nnp);

impl Nnp {
    /// Reads the 13 digits of a provisional number.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        thirteen_digits(text, [b'7', b'8'], "un NNP commence par 7 ou 8").map(Self)
    }
}

/// Number of a migrant in transit: 5 or 6, 1 or 2, caisse, order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mig(Ascii<13>);
redacted!(Mig);

impl Mig {
    /// Reads the 13 digits of the number of a migrant in transit.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        thirteen_digits(text, [b'5', b'6'], "un numéro de migrant de passage commence par 5 ou 6")
            .map(Self)
    }
}

/// A number with the type its sender declared. The type is never guessed from the digits: a NIR
/// and a NIA are identical in form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentifiantPersonne {
    /// Final number.
    Nir(Nir),
    /// Waiting number.
    Nia(Nia),
    /// Provisional number of before 2023.
    Nnp(Nnp),
    /// Migrant in transit.
    Mig(Mig),
}

impl IdentifiantPersonne {
    /// The accepted types, as written in JSON.
    pub const TYPES: [&'static str; 4] = ["nir", "nia", "nnp", "mig"];

    /// Reads a number of the declared type.
    pub fn parse(kind: &str, value: &str) -> Result<Self, Invalide> {
        match kind {
            "nir" => Nir::parse(value).map(Self::Nir),
            "nia" => Nia::parse(value).map(Self::Nia),
            "nnp" => Nnp::parse(value).map(Self::Nnp),
            "mig" => Mig::parse(value).map(Self::Mig),
            _ => Err(Invalide::new("type_inadapte", "un type parmi nir, nia, nnp et mig")),
        }
    }

    /// The type, as written in JSON.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Nir(_) => "nir",
            Self::Nia(_) => "nia",
            Self::Nnp(_) => "nnp",
            Self::Mig(_) => "mig",
        }
    }

    /// The number itself: see the warning of [`Nir::expose`].
    pub fn expose(&self) -> &str {
        match self {
            Self::Nir(nir) => nir.expose(),
            Self::Nia(nia) => nia.expose(),
            Self::Nnp(nnp) => nnp.expose(),
            Self::Mig(mig) => mig.expose(),
        }
    }
}

/// The domain that issued a matricule INS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InsDomaine {
    /// INS-NIR, `1.2.250.1.213.1.4.8`.
    Nir,
    /// INS-NIA, `1.2.250.1.213.1.4.9`.
    Nia,
    /// NIR of test, `1.2.250.1.213.1.4.10`: refused in production.
    Test,
    /// NIR of demonstration, `1.2.250.1.213.1.4.11`: refused in production.
    Demonstration,
}

impl InsDomaine {
    /// Reads the OID of a domain; those of test and of demonstration only where they are accepted.
    fn parse(oid: &str, tests: bool) -> Result<Self, Invalide> {
        match oid {
            "1.2.250.1.213.1.4.8" => Ok(Self::Nir),
            "1.2.250.1.213.1.4.9" => Ok(Self::Nia),
            "1.2.250.1.213.1.4.10" if tests => Ok(Self::Test),
            "1.2.250.1.213.1.4.11" if tests => Ok(Self::Demonstration),
            "1.2.250.1.213.1.4.10" | "1.2.250.1.213.1.4.11" => Err(Invalide::new(
                "oid_de_test",
                "une identité réelle, d'OID 1.2.250.1.213.1.4.8 (NIR) ou 1.2.250.1.213.1.4.9 (NIA) : \
                 celles de test et de démonstration sont refusées en production",
            )),
            _ if tests => Err(Invalide::new(
                "oid_inconnu",
                "un OID parmi 1.2.250.1.213.1.4.8 (NIR), 1.2.250.1.213.1.4.9 (NIA), \
                 1.2.250.1.213.1.4.10 (test) et 1.2.250.1.213.1.4.11 (démonstration)",
            )),
            _ => Err(Invalide::new(
                "oid_inconnu",
                "un OID parmi 1.2.250.1.213.1.4.8 (NIR) et 1.2.250.1.213.1.4.9 (NIA)",
            )),
        }
    }
}

/// Identifiant national de santé: a matricule and the domain that issued it, never one without
/// the other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ins {
    domaine: InsDomaine,
    matricule: Nir,
}

impl fmt::Debug for Ins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ins({:?}, …)", self.domaine)
    }
}

impl Ins {
    /// Builds an INS from its two parts, for a service that accepts identities of test and of demonstration
    /// or not.
    pub fn new(matricule: &str, oid: &str, tests: bool) -> Result<Self, Invalide> {
        Ok(Self { domaine: InsDomaine::parse(oid, tests)?, matricule: Nir::parse(matricule)? })
    }

    /// Reads the token form `urn:oid:<oid>|<matricule>`.
    pub fn parse(text: &str, tests: bool) -> Result<Self, Invalide> {
        let Some((system, matricule)) = text.split_once('|') else {
            return Err(Invalide::new(
                "oid_absent",
                "un matricule INS s'accompagne de son OID : urn:oid:<OID>|<matricule>",
            ));
        };
        let Some(oid) = system.strip_prefix("urn:oid:") else {
            return Err(Invalide::new("oid_format", "le préfixe « urn:oid: » devant l'OID"));
        };
        Self::new(matricule, oid, tests)
    }

    /// The issuing domain.
    pub const fn domaine(&self) -> InsDomaine {
        self.domaine
    }

    /// The matricule: see the warning of [`Nir::expose`].
    pub fn expose(&self) -> &str {
        self.matricule.expose()
    }
}

fn fifteen_characters(text: &str) -> Result<Ascii<15>, Invalide> {
    let shape = "quinze caractères, treize et la clé : chiffres, ou 2A et 2B pour la Corse, \
                 séparés au plus par des espaces";
    if !text.chars().all(|c| c.is_ascii_digit() || matches!(c, 'A' | 'B')) {
        return Err(Invalide::new("format_invalide", shape));
    }
    let Some(nir) = Ascii::<15>::new(text) else {
        return Err(Invalide::new("longueur_invalide", shape));
    };
    let [sex, y1, y2, m1, m2, d1, d2, c1, c2, c3, o1, o2, o3, k1, k2] = *nir.bytes();
    let corsican_factor = match (d1, d2) {
        (b'2', b'A') => Some(*b"19"),
        (b'2', b'B') => Some(*b"18"),
        _ => None,
    };
    let [p1, p2] = corsican_factor.unwrap_or([d1, d2]);
    let numeric = [sex, y1, y2, m1, m2, p1, p2, c1, c2, c3, o1, o2, o3];
    if !all_digits(&numeric) || !all_digits(&[k1, k2]) {
        return Err(Invalide::new("format_invalide", shape));
    }
    if !matches!(sex, b'1' | b'2') {
        return Err(Invalide::new("sexe_invalide", "un premier chiffre 1 ou 2"));
    }
    if !matches!(number(&[m1, m2]), 1..=12 | 20..=42 | 50..=99) {
        return Err(Invalide::new("mois_invalide", "un mois 01–12, 20–42 ou 50–99"));
    }
    if corsican_factor.is_none() && !place_exists([d1, d2, c1, c2, c3])
        || corsican_factor.is_some() && !matches!(number(&[c1, c2, c3]), 1..=990)
    {
        return Err(Invalide::new(
            "lieu_invalide",
            "un département et une commune, ou un pays (99)",
        ));
    }
    if number(&[o1, o2, o3]) == 0 {
        return Err(Invalide::new("ordre_invalide", "un numéro d'ordre entre 001 et 999"));
    }
    let key = 97_u64.saturating_sub(number(&numeric) % 97);
    if number(&[k1, k2]) != key {
        return Err(Invalide::new(
            "cle_incorrecte",
            "une clé conforme aux treize premiers caractères",
        ));
    }
    Ok(nir)
}

/// Place of birth in digits: department and commune, department overseas and commune, or country.
fn place_exists([d1, d2, c1, c2, c3]: [u8; 5]) -> bool {
    match number(&[d1, d2]) {
        // 91–96 are also departments of Algeria, Morocco and Tunisia before independence.
        1..=96 | 99 => matches!(number(&[c1, c2, c3]), 1..=990),
        97 => matches!(c1, b'1'..=b'8') && matches!(number(&[c2, c3]), 1..=90),
        98 => matches!(c1, b'4'..=b'8') && matches!(number(&[c2, c3]), 1..=90),
        _ => false,
    }
}

fn thirteen_digits(
    text: &str,
    first: [u8; 2],
    first_expected: &'static str,
) -> Result<Ascii<13>, Invalide> {
    let Some(value) = Ascii::<13>::new(&compact(text)) else {
        return Err(Invalide::new("longueur_invalide", "treize chiffres, sans clé"));
    };
    let [d1, d2, ..] = *value.bytes();
    if !all_digits(value.bytes()) {
        return Err(Invalide::new("format_invalide", "treize chiffres, sans clé"));
    }
    if !first.contains(&d1) {
        return Err(Invalide::new("type_inadapte", first_expected));
    }
    if !matches!(d2, b'1' | b'2') {
        return Err(Invalide::new("format_invalide", "un deuxième chiffre 1 ou 2"));
    }
    Ok(value)
}
