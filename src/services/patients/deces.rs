//! The death of a person, often known late, sometimes wrong.

use chrono::NaiveDate;
use serde_json::json;

use super::dossier::{finish, open, record};
use super::organismes::{unchanged, verify_day_of_death};
use crate::domain::calendar::Periode;
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::PatientId;
use crate::domain::vie::{ActePatient, DossierPatient, MotifRectification, SourceDeces};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::core::Fact;
use crate::services::frises::replay;
use crate::services::representants::tell_represented;
use crate::services::{Core, Demande, Done, Render, ServiceError, VersionsVues};
use crate::storage::patients::faits;

/// Records the death, from its day on, and as known from now on. The designation ends with it.
pub async fn record_deces(
    core: &Core,
    demande: &Demande,
    seen: (PatientId, VersionsVues),
    (jour, source): (NaiveDate, SourceDeces),
    rendre: impl Render<DossierPatient>,
) -> Done {
    let mut act = open(core, demande, seen).await?;
    let patient = act.patient;
    verify_day_of_death(&mut act, jour, "/jour").await?;
    if faits::deces(act.conn(), patient).await?.is_some() {
        let message = "un patient vivant : un décès connu se rectifie";
        return Err(ServiceError::champ("/jour", "deces_connu", message).into());
    }
    let fait = core.fait(source, Periode::depuis(jour), act.instant);
    faits::insert_deces(act.conn(), patient, &fait).await?;
    record(&mut act, patient, ActePatient::Deces, None).await?;
    let donnees = json!({ "source": source.mot() });
    act.tell(Fact::of(NatureEvenement::PatientDecede).effective(jour).with(donnees));
    replay(&mut act.writing()).await?;
    tell_represented(&mut act, (None, Some(jour))).await?;
    finish(act, rendre).await
}

/// Another day of death, or none: the timeline becomes what the choices make of it.
pub async fn correct_deces(
    core: &Core,
    demande: &Demande,
    seen: (PatientId, VersionsVues),
    jour: Option<NaiveDate>,
    motif: MotifRectification,
    rendre: impl Render<DossierPatient>,
) -> Done {
    let mut act = open(core, demande, seen).await?;
    let (patient, instant) = (act.patient, act.instant);
    if let Some(jour) = jour {
        verify_day_of_death(&mut act, jour, "/jour").await?;
    }
    let known = faits::deces(act.conn(), patient).await?.ok_or_else(|| {
        ServiceError::champ("/jour", "deces_inconnu", "un patient dont le décès est enregistré")
    })?;
    if Some(known.effet.du()) == jour {
        return Err(unchanged("/jour").into());
    }
    faits::replace(act.conn(), faits::Genre::Deces, patient, known.id, instant).await?;
    if let Some(jour) = jour {
        let fait = core.fait(known.valeur, Periode::depuis(jour), instant);
        faits::insert_deces(act.conn(), patient, &fait).await?;
    }
    record(&mut act, patient, ActePatient::RectificationDeces, Some(motif)).await?;
    let donnees = json!({ "motif": motif.mot(), "annule": jour.is_none() });
    act.tell(Fact::of(NatureEvenement::PatientDecesRectifie).effective(jour).with(donnees));
    replay(&mut act.writing()).await?;
    tell_represented(&mut act, (Some(known.effet.du()), jour)).await?;
    finish(act, rendre).await
}
