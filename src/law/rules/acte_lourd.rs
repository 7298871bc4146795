//! Heavy acts: a flat sum takes the place of the ticket modérateur.
//!
//! # Base légale
//!
//! Article R160-16 du Code de la sécurité sociale : pour les actes dont le tarif atteint un seuil, l'assuré
//! verse une somme fixe, 18 €, puis 24 € depuis 2019, puis 32 € depuis 2026, au lieu du ticket modérateur.
//!
//! # Our reading
//!
//! For acts of the CCAM at the ordinary rate, by the base of the principal line. The majoration outside the parcours
//! comes on top: no text orders the two.
//!
//! # Left out
//!
//! The coefficient of 60, which only old nomenclatures use; the local scheme of Alsace-Moselle.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::domain::feuille_de_soins::Nomenclature;
use crate::domain::money::{Centimes, Taux};
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// TAU-030.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 30),
        titre: "Acte au-dessus du seuil de la somme fixe",
        bases: &["CSS-R160-16"],
        rang: Rang::Exception { priorite: 15 },
        faits: &[Fait::Acte, Fait::Montants],
        parametres: &[Parametre::ForfaitActeLourdSeuil, Parametre::ForfaitActeLourd],
        phrase: "Pour un acte de ce tarif, une somme fixe de {forfait} remplace le ticket modérateur.",
        ..Fiche::COURANTE
    },
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs) -> Result<Jugement, ParametreInconnu> {
    if situation.nomenclature != Nomenclature::Ccam {
        return Ok(Jugement::Ecarte(Fait::Acte));
    }
    // Below the lowest threshold that ever was, the question does not even arise.
    let Some(base) = situation.base.filter(|base| *base >= LOWEST) else {
        return Ok(Jugement::Ecarte(Fait::Montants));
    };
    if base < valeurs.centimes(Parametre::ForfaitActeLourdSeuil)? {
        return Ok(Jugement::Ecarte(Fait::Montants));
    }
    let forfait = valeurs.centimes(Parametre::ForfaitActeLourd)?;
    Ok(Jugement::Applique(Effet::Forfait { taux: Taux::FULL, forfait }))
}

/// The lowest threshold, of 2006.
const LOWEST: Centimes = Centimes::new(9_100);
