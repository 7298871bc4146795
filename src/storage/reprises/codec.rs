//! The binary form of the lines of a file, while they wait: it is sealed, and removed once they are applied.

use minicbor::Decoder;

use crate::domain::declaration::OrigineSaisie;
use crate::domain::identifiers::{IdentifiantPersonne, NumeroFacturation, Rpps};
use crate::domain::ids::LieuId;
use crate::domain::medecin::{
    LieuExistantOuNouveau, ModeExercice, NatureLieu, NomMedecin, NouveauLieu, NouveauMedecin,
    NouvelExercice,
};
use crate::domain::patient::{ClePatient, Identite, NouveauPatient, Sexe};
use crate::domain::reprise::{ChoixRepris, Contenu, FinReprise, Ligne};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::cbor::{self, Cbor, Places, Read, To, Written, array, unknown, written_as};

const VERSION: u8 = 1;

/// Writes some lines.
pub(super) fn encode(lignes: &[Ligne]) -> Vec<u8> {
    cbor::encode(VERSION, |to| {
        to.array(u64::try_from(lignes.len()).unwrap_or_default())?;
        lignes.iter().try_for_each(|ligne| ligne.write(to))
    })
}

/// Reads them.
pub(super) fn decode(bytes: &[u8]) -> Read<Vec<Ligne>> {
    cbor::decode(VERSION, bytes, Vec::<Ligne>::read)
}

array! {
    Identite { nom, prenom, date_naissance, rang, sexe }
    NouveauPatient { identite, identifiant, ouvrant_droit, organisme, affilie_du }
    NomMedecin { nom, prenom }
    NouveauMedecin { rpps, nom, specialite, exercices }
    NouvelExercice { du, lieu, mode, principal, convention, option_tarifaire, facturation }
    NouveauLieu { nature, nom, commune, adresse, finess_et }
    ClePatient { numero, date_naissance, rang }
    ChoixEcrit { cle, medecins, effet_du, signe_le, fin, origine, reference }
}

/// A choice, its doctors as a list.
struct ChoixEcrit {
    cle: ClePatient,
    medecins: Vec<Rpps>,
    effet_du: chrono::NaiveDate,
    signe_le: Option<chrono::NaiveDate>,
    fin: Option<(chrono::NaiveDate, FinReprise)>,
    origine: OrigineSaisie,
    reference: Option<String>,
}

written_as! {
    IdentifiantPersonne as (String, String):
        |(kind, value): (String, String)| IdentifiantPersonne::parse(&kind, &value).ok(),
        |numero| (numero.kind().to_owned(), numero.expose().to_owned());
    NumeroFacturation as (String, String):
        |(kind, value): (String, String)| NumeroFacturation::parse(&kind, &value).ok(),
        |numero| (numero.kind().to_owned(), numero.as_str().to_owned());
    OrigineSaisie as u8: OrigineSaisie::du_code, |origine| origine.code();
    FinReprise as u8: FinReprise::du_code, |fin| fin.code();
    ModeExercice as u8: ModeExercice::du_code, |mode| mode.code();
    NatureLieu as u8: NatureLieu::du_code, |nature| nature.code();
    Sexe as u8: Sexe::du_code, |sexe| sexe.code();
    LieuExistantOuNouveau as (Option<String>, Option<NouveauLieu>):
        |(id, new): (Option<String>, Option<NouveauLieu>)| match (id, new) {
            (Some(id), None) => id.parse::<LieuId>().ok().map(LieuExistantOuNouveau::Existant),
            (None, Some(new)) => Some(LieuExistantOuNouveau::Nouveau(new)),
            (Some(_), Some(_)) | (None, None) => None,
        },
        |lieu| match lieu {
            LieuExistantOuNouveau::Existant(id) => (Some(id.to_string()), None),
            LieuExistantOuNouveau::Nouveau(new) => (None, Some(new.clone())),
        };
    ChoixRepris as ChoixEcrit:
        |choix: ChoixEcrit| Some(ChoixRepris {
            cle: choix.cle,
            medecins: choix.medecins.into_iter().collect(),
            effet_du: choix.effet_du,
            signe_le: choix.signe_le,
            fin: choix.fin,
            origine: choix.origine,
            reference: choix.reference,
        }),
        |choix| ChoixEcrit {
            cle: choix.cle.clone(),
            medecins: choix.medecins.iter().copied().collect(),
            effet_du: choix.effet_du,
            signe_le: choix.signe_le,
            fin: choix.fin,
            origine: choix.origine,
            reference: choix.reference.clone(),
        };
}

/// Its number, which kind of line it is, and the line.
impl Cbor for Ligne {
    fn write(&self, to: &mut To) -> Written {
        to.array(3)?.u64(self.numero)?;
        match &self.contenu {
            Contenu::Affilie(one) => {
                to.u8(1)?;
                one.write(to)
            }
            Contenu::Medecin(one) => {
                to.u8(2)?;
                one.write(to)
            }
            Contenu::Choix(one) => {
                to.u8(3)?;
                one.write(to)
            }
        }
    }

    fn read(from: &mut Decoder<'_>) -> Read<Self> {
        let mut places = Places::of(from)?;
        let numero = places.next::<Numero>(from)?.0;
        let contenu = match places.next::<u8>(from)? {
            1 => Contenu::Affilie(Box::new(places.next(from)?)),
            2 => Contenu::Medecin(Box::new(places.next(from)?)),
            3 => Contenu::Choix(Box::new(places.next(from)?)),
            other => return Err(unknown(other)),
        };
        places.end(from)?;
        Ok(Self { numero, contenu })
    }
}

/// The number of a line.
struct Numero(u64);

impl Cbor for Numero {
    fn write(&self, to: &mut To) -> Written {
        to.u64(self.0)?.ok()
    }

    fn read(from: &mut Decoder<'_>) -> Read<Self> {
        from.u64().map(Self)
    }
}
