//! The records of one act.

use chrono::NaiveDate;

use super::champs::{Champ, Enregistrement, ErreurNx};
use super::{compare, petit};
use crate::domain::ccam::{
    ActeCcam, Activite, Admission, Conditions, Contradiction, Historique, Phase, Prix, Regroupement,
};
use crate::domain::feuille_de_soins::CodeActe;

/// An act under way: what its records said so far.
#[derive(Debug)]
pub(super) struct EnCours {
    pub(super) code: CodeActe,
    cree_le: NaiveDate,
    fini_le: Option<NaiveDate>,
    conditions: Vec<(NaiveDate, Conditions)>,
    activites: Vec<Activite>,
    activite: Option<ActiviteEnCours>,
    /// Records of the act, its first one included.
    compte: u32,
}

#[derive(Debug)]
struct ActiviteEnCours {
    numero: u8,
    regroupements: Vec<(NaiveDate, Regroupement)>,
    phases: Vec<Phase>,
    phase: Option<PhaseEnCours>,
    compte: u32,
}

#[derive(Debug)]
struct PhaseEnCours {
    numero: u8,
    prix: Vec<(NaiveDate, Prix)>,
    compte: u32,
}

impl EnCours {
    /// Begins an act at its first record.
    pub(super) fn new(record: &Enregistrement<'_>, code: CodeActe) -> Result<Self, ErreurNx> {
        Ok(Self {
            code,
            cree_le: record.jour((92, 8, "date de création"))?,
            fini_le: record.jour_ou_rien((100, 8, "date de fin"))?,
            conditions: Vec::new(),
            activites: Vec::new(),
            activite: None,
            compte: 1,
        })
    }

    /// A record of the act; how many activities and phases it begins.
    pub(super) fn lire(
        &mut self,
        record: &Enregistrement<'_>,
        genre: u16,
    ) -> Result<(u32, u32), ErreurNx> {
        self.compte = self.compte.saturating_add(1);
        let first = record.rubrique() == b"01";
        if let Some(activite) = &mut self.activite {
            if genre == 299 {
                let Some(mut ended) = self.activite.take() else { return Ok((0, 0)) };
                ended.compte = ended.compte.saturating_add(1);
                self.activites.push(ended.termine(record)?);
                return Ok((0, 0));
            }
            return activite.lire(record, genre).map(|begun| (0, begun));
        }
        match genre {
            110 if first => {
                let du = record.jour((7, 8, "date d'effet"))?;
                self.conditions.push((du, conditions(record)?));
            }
            201 if first => {
                let champ = (7, 1, "activité");
                let numero = record.chiffre(champ)?;
                if self.activites.iter().any(|known| known.numero == numero) {
                    return Err(record.refus(champ, "une activité que l'acte n'a pas déjà"));
                }
                let (regroupements, phases) = (Vec::new(), Vec::new());
                let phase = None;
                self.activite =
                    Some(ActiviteEnCours { numero, regroupements, phases, phase, compte: 1 });
                return Ok((1, 0));
            }
            101 if first => {
                return Err(record.faux("type d'enregistrement", "le 199 qui finit l'acte"));
            }
            101 | 110..=199 => {}
            _ => return Err(record.faux("type d'enregistrement", "la suite de l'acte, ou son 199")),
        }
        Ok((0, 0))
    }

    /// Ends it, at its 199.
    pub(super) fn termine(mut self, record: &Enregistrement<'_>) -> Result<ActeCcam, ErreurNx> {
        self.compte = self.compte.saturating_add(1);
        if self.activite.is_some() {
            return Err(record.faux("type d'enregistrement", "le 299 qui finit l'activité"));
        }
        compare(record, (7, 5, "nombre d'enregistrements de l'acte"), self.compte)?;
        Ok(ActeCcam {
            code: self.code,
            cree_le: self.cree_le,
            fini_le: self.fini_le,
            conditions: history(record, self.conditions)?,
            activites: self.activites,
        })
    }
}

impl ActiviteEnCours {
    /// A record of the activity; how many phases it begins.
    fn lire(&mut self, record: &Enregistrement<'_>, genre: u16) -> Result<u32, ErreurNx> {
        self.compte = self.compte.saturating_add(1);
        let first = record.rubrique() == b"01";
        if let Some(phase) = &mut self.phase {
            if genre == 399 {
                let Some(mut ended) = self.phase.take() else { return Ok(0) };
                ended.compte = ended.compte.saturating_add(1);
                self.phases.push(ended.termine(record)?);
                return Ok(0);
            }
            return phase.lire(record, genre).map(|()| 0);
        }
        match genre {
            210 if first => {
                let du = record.jour((7, 8, "date d'effet"))?;
                let champ = (63, 3, "code de regroupement");
                let text = std::str::from_utf8(record.brut(champ)).unwrap_or_default();
                let read = Regroupement::parse(text);
                let code = read.ok_or_else(|| record.refus(champ, "trois lettres ou chiffres"))?;
                self.regroupements.push((du, code));
            }
            301 if first => {
                let champ = (7, 1, "phase");
                let numero = record.chiffre(champ)?;
                if self.phases.iter().any(|known| known.numero == numero) {
                    return Err(record.refus(champ, "une phase que l'activité n'a pas déjà"));
                }
                self.phase = Some(PhaseEnCours { numero, prix: Vec::new(), compte: 1 });
                return Ok(1);
            }
            201 if first => {
                return Err(record.faux("type d'enregistrement", "le 299 qui finit l'activité"));
            }
            201..=299 => {}
            _ => {
                let why = "la suite de l'activité, ou son 299";
                return Err(record.faux("type d'enregistrement", why));
            }
        }
        Ok(0)
    }

    fn termine(self, record: &Enregistrement<'_>) -> Result<Activite, ErreurNx> {
        if self.phase.is_some() {
            return Err(record.faux("type d'enregistrement", "le 399 qui finit la phase"));
        }
        compare(record, (7, 5, "nombre d'enregistrements de l'activité"), self.compte)?;
        let regroupement = history(record, self.regroupements)?;
        Ok(Activite { numero: self.numero, regroupement, phases: self.phases })
    }
}

impl PhaseEnCours {
    fn lire(&mut self, record: &Enregistrement<'_>, genre: u16) -> Result<(), ErreurNx> {
        self.compte = self.compte.saturating_add(1);
        match genre {
            310 => self.prix.push((record.jour((7, 8, "date d'effet"))?, Vec::new())),
            320 => {
                let Some((_, prix)) = self.prix.last_mut() else {
                    return Err(
                        record.faux("type d'enregistrement", "le 310 dont ce sont les prix")
                    );
                };
                prix.extend(grille(record)?);
            }
            301 if record.rubrique() == b"01" => {
                return Err(record.faux("type d'enregistrement", "le 399 qui finit la phase"));
            }
            301..=399 => {}
            _ => {
                let why = "la suite de la phase, ou son 399";
                return Err(record.faux("type d'enregistrement", why));
            }
        }
        Ok(())
    }

    fn termine(self, record: &Enregistrement<'_>) -> Result<Phase, ErreurNx> {
        compare(record, (7, 5, "nombre d'enregistrements de la phase"), self.compte)?;
        Ok(Phase { numero: self.numero, prix: history(record, self.prix)? })
    }
}

/// Conditions of reimbursement.
fn conditions(record: &Enregistrement<'_>) -> Result<Conditions, ErreurNx> {
    let champ = (31, 1, "admission au remboursement");
    let admission = match record.brut(champ) {
        b"1" => Admission::Remboursable,
        b"2" => Admission::NonRemboursable,
        b"3" => Admission::SelonLesCas,
        _ => return Err(record.refus(champ, "1, 2 ou 3")),
    };
    let codes: Champ = (33, 5, "exonération du ticket modérateur");
    let digits = record.brut(codes).iter().map(|code| match code {
        b'0'..=b'9' => Some(code.wrapping_sub(b'0')),
        b' ' => Some(0),
        _ => None,
    });
    let digits: Option<Vec<u8>> = digits.collect();
    let digits = digits.ok_or_else(|| record.refus(codes, "un à cinq chiffres"))?;
    let exonerations = digits.into_iter().filter(|code| *code != 0).collect();
    Ok(Conditions { admission, exonerations })
}

/// Thirteen prices at most, each with its grid. A place full of zeros is empty.
fn grille(record: &Enregistrement<'_>) -> Result<Prix, ErreurNx> {
    let mut prix = Vec::new();
    for place in (7..).step_by(9).take(13) {
        if matches!(record.brut((place, 9, "")), b"000000000" | b"         ") {
            continue;
        }
        let grille = record.nombre((place, 3, "grille tarifaire"))?;
        let montant = record.centimes((place.saturating_add(3), 6, "prix unitaire"))?;
        prix.push((petit(grille), montant));
    }
    Ok(prix)
}

/// Puts in order what was said by date of effect.
fn history<T: PartialEq>(
    record: &Enregistrement<'_>,
    valeurs: Vec<(NaiveDate, T)>,
) -> Result<Historique<T>, ErreurNx> {
    Historique::new(valeurs).map_err(|Contradiction(du)| {
        record.faux("date d'effet", format!("une seule valeur au {du}, deux lues"))
    })
}
