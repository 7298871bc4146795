//! The other people of the sandbox. Those whose age matters are born so many days before it is made: whenever
//! it is, the one of fifteen will soon be sixteen.

use chrono::{Datelike, Days, NaiveDate};

use super::super::people::Personne;
use crate::domain::calendar::plus_mois;
use crate::domain::ids::PatientId;

/// When somebody is born.
#[derive(Debug, Clone, Copy)]
pub enum Naissance {
    /// On a day.
    Le(i32, u32, u32),
    /// So that they reach an age so many days after the sandbox is made.
    Aura(u8, u64),
    /// On a 29 February, fourteen years before or a little more.
    Bissextile,
}

/// Somebody of the sandbox.
#[derive(Debug)]
pub struct Habitant {
    pub prenom: &'static str,
    pub nom: &'static str,
    /// nir or nia.
    pub nature: &'static str,
    /// First digit of the number.
    pub sexe: char,
    /// Place of birth, as numbers have it.
    pub lieu: &'static str,
    pub naissance: Naissance,
    /// First name of the insured parent.
    pub sous: Option<&'static str>,
    /// Régime, caisse and centre.
    pub organisme: &'static str,
    /// What the person is there for.
    pub role: &'static str,
}

const AIN: &str = "010110000";

const fn habitant(
    (prenom, nom): (&'static str, &'static str),
    sexe: char,
    naissance: Naissance,
    role: &'static str,
) -> Habitant {
    let (nature, lieu) = ("nir", "01053");
    Habitant { prenom, nom, nature, sexe, lieu, naissance, sous: None, organisme: AIN, role }
}

use Naissance::{Aura, Bissextile, Le};

/// People, in the order of their ids.
pub const HABITANTS: [Habitant; 28] = [
    habitant(("JULIEN", "ESSAI-GIRARD"), '1', Le(1980, 4, 17), "père de Lucas et de Manon"),
    habitant(("KARINE", "ESSAI-GIRARD"), '2', Le(1982, 10, 5), "mère de Lucas, Manon et Nina"),
    Habitant {
        sous: Some("KARINE"),
        ..habitant(
            ("LUCAS", "ESSAI-GIRARD"),
            '1',
            Aura(16, 30),
            "quinze ans, seize dans trente jours : un parent choisit encore pour lui",
        )
    },
    Habitant {
        sous: Some("JULIEN"),
        ..habitant(
            ("MANON", "ESSAI-GIRARD"),
            '2',
            Aura(18, 60),
            "dix-sept ans, majeure dans soixante jours : elle choisit avec un parent",
        )
    },
    Habitant {
        sous: Some("KARINE"),
        ..habitant(
            ("NINA", "ESSAI-GIRARD"),
            '2',
            Aura(8, 120),
            "sept ans ; sa mère a choisi pour elle Inès ESSAI-RENAUD",
        )
    },
    habitant(("OLIVIER", "ESSAI-MARCHAND"), '1', Le(1978, 1, 23), "père de Quentin, séparé"),
    habitant(("PAULINE", "ESSAI-LEMOINE"), '2', Le(1981, 6, 9), "mère de Quentin, séparée"),
    Habitant {
        sous: Some("PAULINE"),
        ..habitant(
            ("QUENTIN", "ESSAI-MARCHAND"),
            '1',
            Aura(11, 200),
            "dix ans, parents séparés qui peuvent chacun choisir pour lui",
        )
    },
    Habitant {
        sous: Some("PAULINE"),
        ..habitant(("ROMAIN", "ESSAI-LEMOINE"), '1', Bissextile, "né un 29 février")
    },
    habitant(("SUZANNE", "ESSAI-ROLLAND"), '2', Le(1941, 3, 30), "sous tutelle de Thomas"),
    habitant(("THOMAS", "ESSAI-ROLLAND"), '1', Le(1970, 12, 11), "tuteur de Suzanne"),
    habitant(
        ("UGO", "ESSAI-NOIR"),
        '1',
        Le(1990, 8, 19),
        "deux médecins traitants : désignation conjointe au cabinet des Halles",
    ),
    habitant(
        ("VIRGINIE", "ESSAI-PERRIN"),
        '2',
        Le(1976, 5, 2),
        "médecin traitant dans un centre de santé",
    ),
    habitant(
        ("WILLIAM", "ESSAI-AUBERT"),
        '1',
        Le(1955, 9, 28),
        "affection de longue durée : protocole, adressages, feuilles de deux années",
    ),
    Habitant {
        nature: "nia",
        lieu: "99350",
        ..habitant(
            ("XENIA", "ESSAI-ALAMI"),
            '2',
            Le(1991, 2, 14),
            "aide médicale de l'État, née à l'étranger",
        )
    },
    habitant(
        ("YASMINE", "ESSAI-HADDAD"),
        '2',
        Le(1988, 11, 7),
        "complémentaire santé solidaire, hors du parcours",
    ),
    Habitant {
        lieu: "97611",
        organisme: "019760000",
        ..habitant(
            ("ZAINABA", "ESSAI-SOILIHI"),
            '2',
            Le(1984, 4, 4),
            "assurée de Mayotte : aucune majoration",
        )
    },
    Habitant {
        lieu: "97411",
        organisme: "019740000",
        ..habitant(
            ("LUCILE", "ESSAI-TÉCHER"),
            '2',
            Le(1979, 7, 15),
            "assurée de La Réunion : le jour des soins y est celui de l'île",
        )
    },
    Habitant {
        lieu: "67482",
        organisme: "016710000",
        ..habitant(
            ("BRIGITTE", "ESSAI-KLEIN"),
            '2',
            Le(1968, 3, 12),
            "régime local d'Alsace-Moselle",
        )
    },
    habitant(
        ("CORENTIN", "ESSAI-LAMY"),
        '1',
        Le(1985, 1, 6),
        "déclaration signée par le seul médecin il y a quatre-vingts jours : expire dans dix jours",
    ),
    habitant(
        ("DAMIEN", "ESSAI-BRUN"),
        '1',
        Le(1993, 9, 3),
        "a signé sur son portail ; attend la signature de Camille ESSAI-MARTIN",
    ),
    habitant(
        ("ESTELLE", "ESSAI-VASSEUR"),
        '2',
        Le(1966, 6, 24),
        "ne trouve pas de médecin : conciliation ouverte par sa caisse",
    ),
    Habitant {
        nature: "nia",
        lieu: "99350",
        ..habitant(
            ("FLORIAN", "ESSAI-DIOP"),
            '1',
            Le(1995, 12, 1),
            "premier de deux dossiers d'une même personne, sous un numéro d'attente",
        )
    },
    Habitant {
        lieu: "99350",
        ..habitant(
            ("FLORIAN-LOUIS", "ESSAI-DIOP"),
            '1',
            Le(1995, 12, 1),
            "second dossier de Florian : à fusionner, avec deux médecins traitants en conflit",
        )
    },
    habitant(
        ("GERMAINE", "ESSAI-POULAIN"),
        '2',
        Le(1948, 10, 20),
        "son médecin traitant est parti il y a soixante jours : douze mois sans majoration",
    ),
    habitant(
        ("INGRID", "ESSAI-MOREL"),
        '2',
        Le(1987, 5, 27),
        "hors du parcours l'an passé, médecin traitant depuis : feuilles de deux années",
    ),
    habitant(
        ("JONAS", "ESSAI-PICARD"),
        '1',
        Le(1998, 8, 8),
        "conteste un choix enregistré en son nom : sa caisse doit décider",
    ),
    habitant(
        ("MIREILLE", "ESSAI-DENIS"),
        '2',
        Le(1959, 2, 3),
        "a changé de médecin traitant il y a cent jours",
    ),
];

impl Naissance {
    /// Whether the day does not depend on when the sandbox is made.
    pub(in crate::sandbox) const fn est_fixe(self) -> bool {
        matches!(self, Self::Le(..))
    }

    /// The day, for a sandbox made on another.
    fn jour(self, debut: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Le(annee, mois, jour) => NaiveDate::from_ymd_opt(annee, mois, jour),
            Self::Aura(age, dans) => {
                plus_mois(debut.checked_add_days(Days::new(dans))?, -12 * i32::from(age))
            }
            Self::Bissextile => {
                let last = debut.year() - 14;
                let mut days =
                    (0..8).filter_map(|back| NaiveDate::from_ymd_opt(last - back, 2, 29));
                days.next()
            }
        }
    }
}

impl Habitant {
    /// The person under an id, for a sandbox made on a day.
    pub(super) fn personne(&self, id: PatientId, debut: NaiveDate) -> Personne {
        let sous = self.sous.and_then(|parent| named(parent)?.numero(debut));
        let born = self.naissance.jour(debut);
        Personne {
            id,
            prenom: self.prenom,
            nom: self.nom,
            nature: self.nature,
            numero: self.numero(debut).unwrap_or_default(),
            ouvrant_droit: sous,
            date_naissance: born.map(|day| day.to_string()).unwrap_or_default(),
            sexe: None,
            organisme: self.organisme,
            role: self.role,
        }
    }

    /// The number: an order that no commune gives, and the key.
    fn numero(&self, debut: NaiveDate) -> Option<String> {
        let born = self.naissance.jour(debut)?;
        let index = HABITANTS.iter().position(|one| one.prenom == self.prenom)?;
        let body = format!(
            "{}{:02}{:02}{}{:03}",
            self.sexe,
            born.year().rem_euclid(100),
            born.month(),
            self.lieu,
            index.saturating_add(900)
        );
        let key = 97 - body.parse::<u64>().ok()? % 97;
        Some(format!("{body}{key:02}"))
    }
}

/// Somebody, by first name.
pub(super) fn named(prenom: &str) -> Option<&'static Habitant> {
    HABITANTS.iter().find(|one| one.prenom.eq_ignore_ascii_case(prenom))
}
