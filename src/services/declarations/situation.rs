//! What a declaration is worth today, from the timeline of the person.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::domain::calendar::Periode;
use crate::domain::declaration::{
    Declaration, FinSituation, JamaisCompte, Situation, SituationDeclaration,
};
use crate::domain::designation::{Designation, Membre, MotifDepart, MotifFin};
use crate::domain::ids::MedecinId;
use crate::services::ServiceError;
use crate::storage::Connection;
use crate::storage::fins;
use crate::storage::patients::{conflits, faits};

/// That of a declaration signed by all.
pub(super) async fn situation(
    conn: &mut Connection,
    declaration: &Declaration,
    (timeline, confirmee): (&[Designation], Option<&Designation>),
    today: NaiveDate,
) -> Result<SituationDeclaration, ServiceError> {
    let days = days_of(declaration, timeline, confirmee);
    if let Some(found) = SituationDeclaration::par_ses_jours(&days, today) {
        return Ok(found);
    }
    let ecarts = conflits::ecarts(conn, declaration.patient_id).await?;
    let set_aside = ecarts.iter().any(|ecart| ecart.declaration_id == declaration.id);
    let found = SituationDeclaration::sans_effet(declaration, set_aside);
    let jamais = if found.situation == Situation::JamaisEnVigueur {
        Some(never(conn, declaration, timeline).await?)
    } else {
        None
    };
    Ok(SituationDeclaration { jamais, ..found })
}

/// Why a declaration signed by all never counted.
async fn never(
    conn: &mut Connection,
    declaration: &Declaration,
    timeline: &[Designation],
) -> Result<JamaisCompte, ServiceError> {
    let other = JamaisCompte::AutreChoix;
    let Some(jour) = declaration.jour_du_choix() else { return Ok(other) };
    let mort = faits::deces(conn, declaration.patient_id).await?.map(|fait| fait.effet.du());
    if let Some(mort) = mort.filter(|mort| jour > *mort) {
        return Ok(JamaisCompte::Deces(mort));
    }
    let present: BTreeSet<MedecinId> = timeline
        .iter()
        .flat_map(|known| known.membres_le(jour))
        .map(|membre| membre.medecin_id)
        .collect();
    if let Some(en_place) = &declaration.en_place {
        let nobody = present.is_disjoint(en_place);
        return Ok(if nobody { JamaisCompte::PlusEnPlace } else { other });
    }
    if !present.is_empty() {
        return Ok(other);
    }
    let chosen = |id: MedecinId| declaration.medecins.iter().any(|one| one.medecin_id == id);
    let ended = fins::list(conn, declaration.patient_id)
        .await?
        .into_iter()
        .find(|known| !known.annulee && known.fin.effet_du == jour && chosen(known.fin.medecin_id));
    Ok(ended.map_or(other, |known| JamaisCompte::FinDuJour(known.fin.motif)))
}

/// Why a designation ends, with the departure of its last doctors when that is the reason and one for all.
fn end(known: &Designation, motif: MotifFin) -> FinSituation {
    let last = known.membres.iter().filter(|membre| membre.effet.au() == known.effet.au());
    let why: Vec<MotifDepart> = last
        .filter_map(|membre| membre.motif_fin)
        .filter(|depart| depart.motif_fin() == motif)
        .collect();
    let depart = why.first().copied().filter(|first| why.iter().all(|one| one == first));
    FinSituation { motif, depart }
}

/// The days on which a declaration counts, each piece with what ends it: those of the designations that it opened,
/// of the doctors whom it adds, or of the designation that it confirms.
fn days_of(
    declaration: &Declaration,
    timeline: &[Designation],
    confirmee: Option<&Designation>,
) -> Vec<(Periode, Option<FinSituation>)> {
    let whole = |known: &Designation| (known.effet, known.motif_fin.map(|motif| end(known, motif)));
    if declaration.en_place.is_none() {
        let own = timeline.iter().filter(|known| known.declaration_id == declaration.id);
        return own.chain(confirmee).map(whole).collect();
    }
    let joined: BTreeSet<MedecinId> =
        declaration.medecins.iter().map(|medecin| medecin.medecin_id).collect();
    let signed = declaration.signatures.iter().map(|signature| signature.signe_le).max();
    let of = |known: &Designation, membre: &Membre| {
        let effet = membre.effet.intersection(&known.effet)?;
        let left = membre.motif_fin.filter(|_| effet.au() == membre.effet.au());
        let left =
            left.map(|depart| FinSituation { motif: depart.motif_fin(), depart: Some(depart) });
        Some((effet, left.or(known.motif_fin.map(|motif| end(known, motif)))))
    };
    timeline
        .iter()
        .flat_map(|known| known.membres.iter().map(move |membre| (known, membre)))
        .filter(|(_, membre)| joined.contains(&membre.medecin_id))
        .filter(|(_, membre)| Some(membre.effet.du()) == signed)
        .filter_map(|(known, membre)| of(known, membre))
        .collect()
}
