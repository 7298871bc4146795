//! Organisme de rattachement: régime, caisse gestionnaire and centre gestionnaire.

use super::ascii::Ascii;
use super::{Invalide, compact, public_identifier};

/// Régimes, by code: the whole published list of grands régimes. 80 and 99, of which few files remain, are in it: the
/// published list of care-centre software (`LARGE_REGIME_CHOICES`, the same twenty-four) and, for 99, the table of
/// destinations of MedinTux (`orgdest.csv`, e.g. 99/771/0617) and the SNDS (`org_aff_ben` in `99%`). Verified on
/// 2026-11-29.
const REGIMES: [(&str, &str); 24] = [
    ("01", "régime général"),
    ("02", "régime agricole"),
    ("03", "indépendants"),
    ("04", "SNCF"),
    ("05", "RATP"),
    ("06", "marins"),
    ("07", "mines"),
    ("08", "militaires"),
    ("09", "Banque de France"),
    ("10", "clercs et employés de notaires"),
    ("12", "chambre de commerce et d'industrie de Paris"),
    ("14", "Assemblée nationale"),
    ("15", "Sénat"),
    ("16", "port autonome de Bordeaux"),
    ("17", "Français de l'étranger"),
    ("80", "anciens combattants"),
    ("90", "cultes"),
    ("91", "MGEN"),
    ("92", "mutuelle générale"),
    ("93", "mutuelle générale de la police"),
    ("94", "mutualité fonction publique"),
    ("95", "mutuelle des hospitaliers"),
    ("96", "mutuelle de la marine"),
    ("99", "autres mutuelles"),
];

/// Régime (2 digits), caisse (3) and centre (4), as the Vitale card writes them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Organisme(Ascii<9>);

impl Organisme {
    /// Reads the nine digits of an organisme.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        let expected = "neuf chiffres : régime (2), caisse (3), centre (4)";
        let Some(value) = Ascii::<9>::new(&compact(text)) else {
            return Err(Invalide::new("longueur_invalide", expected));
        };
        if !super::all_digits(value.bytes()) {
            return Err(Invalide::new("format_invalide", expected));
        }
        let organisme = Self(value);
        if organisme.libelle_regime().is_none() {
            return Err(Invalide::new(
                "regime_inconnu",
                "un code de régime connu, par exemple 01 ou 02",
            ));
        }
        Ok(organisme)
    }

    /// Joins the three parts of an organisme.
    pub fn from_parts(regime: &str, caisse: &str, centre: &str) -> Result<Self, Invalide> {
        let [regime, caisse, centre] = [regime, caisse, centre].map(compact);
        let lengths = "régime sur 2 chiffres, caisse sur 3, centre sur 4";
        if (regime.len(), caisse.len(), centre.len()) != (2, 3, 4) {
            return Err(Invalide::new("longueur_invalide", lengths));
        }
        let mut whole = arrayvec::ArrayString::<9>::new();
        for part in [regime, caisse, centre] {
            whole
                .try_push_str(&part)
                .map_err(|_full| Invalide::new("longueur_invalide", lengths))?;
        }
        Self::parse(&whole)
    }

    /// Code of the régime, 2 digits.
    pub fn regime(&self) -> &str {
        self.as_str().get(..2).unwrap_or_default()
    }

    /// Code of the caisse gestionnaire, 3 digits.
    pub fn caisse(&self) -> &str {
        self.as_str().get(2..5).unwrap_or_default()
    }

    /// Code of the centre gestionnaire, 4 digits.
    pub fn centre(&self) -> &str {
        self.as_str().get(5..).unwrap_or_default()
    }

    /// Name of the régime, in French.
    pub fn libelle_regime(&self) -> Option<&'static str> {
        REGIMES.iter().find(|(code, _)| *code == self.regime()).map(|(_, label)| *label)
    }

    /// The département whose caisse primaire or caisse générale it is: its code begins with it. Agricultural
    /// caisses, which hold several, and special régimes have none.
    pub fn departement(&self) -> Option<&str> {
        let code = self.caisse();
        let own = match code {
            "201" => Some("2A"),
            "202" => Some("2B"),
            overseas if overseas.starts_with("97") => Some(overseas),
            _ => code.get(..2),
        };
        own.filter(|_| self.regime() == "01")
    }

    /// Whether it is the caisse of Mayotte.
    pub fn est_mayotte(&self) -> bool {
        self.caisse() == "976"
    }

    /// Whether it is a caisse of a collectivity of the Pacific, which has a scheme of its own.
    pub fn est_du_pacifique(&self) -> bool {
        matches!(self.caisse(), "986" | "987" | "988")
    }

    /// Whether both organismes are the same caisse of the same régime, whatever the centre.
    pub fn same_caisse(&self, other: &Self) -> bool {
        self.regime() == other.regime() && self.caisse() == other.caisse()
    }
}

public_identifier!(Organisme);
