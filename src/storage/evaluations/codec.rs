//! The binary form of an evaluation: facts, decisions and amounts.
//!
//! Sentences are not kept: they are rendered from the codes, the facts and the amounts. Amounts
//! that are sums or differences of others are computed again.

use chrono::NaiveDate;
use minicbor::Decoder;
use minicbor::decode::Error;

use super::EvaluationEnregistree;
use crate::domain::adressage::NatureAdressage;
use crate::domain::evaluation::{
    ActeEvalue, AdressageConnu, AttenteConnue, AutreFeuille, Avertissement, AvertissementLigne,
    CodeRegle, Constat, Constats, Evaluation, ExecutantConnu, FaitsConnus, FaitsRegistre,
    HonorairesAnnee, Issue, LigneEvaluee, Montants, MtConnu, Qualification, SignaturesConnues,
};
use crate::domain::ids::{DeclarationId, FeuilleId};
use crate::domain::money::{AmountOverflow, Centimes};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::cbor::{self, Cbor, Places, Read, To, Written, array, unknown, written_as};

const VERSION: u8 = 1;

/// Writes the detail of an evaluation after what is there.
pub(super) fn encode_after(bytes: Vec<u8>, kept: &EvaluationEnregistree) -> Vec<u8> {
    let (faits, evaluation) = (&kept.faits, &kept.evaluation);
    let silent = faits.registre == FaitsRegistre::default();
    cbor::encode_after(bytes, VERSION, |to| {
        to.array(if silent { 7 } else { 8 })?;
        kept.declaration_id.write(to)?;
        faits.naissance.write(to)?;
        faits.relations_mt.write(to)?;
        faits.participations_jour.write(to)?;
        faits.participations_an.write(to)?;
        evaluation.actes.write(to)?;
        evaluation.avertissements.write(to)?;
        if silent { Ok(()) } else { faits.registre.write(to) }
    })
}

/// Reads the detail of an evaluation.
pub(super) fn decode(
    bytes: &[u8],
) -> Result<(Option<DeclarationId>, FaitsConnus, Evaluation), Error> {
    cbor::decode(VERSION, bytes, |from| {
        let mut places = Places::of(from)?;
        let declaration = places.next(from)?;
        let mut faits = FaitsConnus {
            naissance: places.next(from)?,
            relations_mt: places.next(from)?,
            participations_jour: places.next(from)?,
            participations_an: places.next(from)?,
            registre: FaitsRegistre::default(),
        };
        let actes: Vec<ActeEvalue> = places.next(from)?;
        let totaux = sum(actes.iter().map(|acte| acte.montants))?;
        let evaluation = Evaluation { actes, totaux, avertissements: places.next(from)? };
        faits.registre = places.next::<Option<_>>(from)?.unwrap_or_default();
        Ok((declaration, faits, evaluation))
    })
}

fn sum(mut all: impl Iterator<Item = Montants>) -> Read<Montants> {
    all.try_fold(Montants::default(), |sum, one| sum.plus(&one)).map_err(Error::message)
}

array! {
    LigneEvaluee { numero_ligne, montants }
    FaitsRegistre { couvertures, adressages, autour, avis, honoraires, executant, numero_de, ccam, mt }
    MtConnu { sans_exercice, choisi_le, attente }
    AttenteConnue { signees, complete_le }
    ExecutantConnu { specialite, conventionnement, date_installation, outre_mer }
}

written_as! {
    AvertissementLigne as (Avertissement, Option<u16>):
        |(code, numero_ligne)| Some(AvertissementLigne { code, numero_ligne }),
        |warning| (warning.code, warning.numero_ligne);
    AutreFeuille as (NaiveDate, FeuilleId):
        |(jour, feuille)| Some(AutreFeuille { jour, feuille }), |other| (other.jour, other.feuille);
    HonorairesAnnee as (Centimes, Centimes):
        |(total, sans_depassement)| Some(HonorairesAnnee { total, sans_depassement }),
        |year| (year.total, year.sans_depassement);
}

impl Cbor for ActeEvalue {
    fn write(&self, to: &mut To) -> Written {
        to.array(Qualification::PLACES + 1 + Constats::PLACES + 1)?;
        self.qualification.write(to)?;
        self.taux.write(to)?;
        self.constats.write(to)?;
        self.lignes.write(to)
    }

    fn read(from: &mut Decoder<'_>) -> Read<Self> {
        let mut places = Places::of(from)?;
        let (qualification, taux) = (places.next(from)?, places.next(from)?);
        let (constats, lignes) = (places.next(from)?, places.next::<Vec<LigneEvaluee>>(from)?);
        let montants = sum(lignes.iter().map(|ligne| ligne.montants))?;
        places.end(from)?;
        Ok(Self { qualification, taux, constats, montants, lignes })
    }
}

impl Cbor for Qualification {
    const PLACES: u64 = 4;

    fn write(&self, to: &mut To) -> Written {
        self.appartenance.write(to)?;
        self.code.write(to)?;
        to.u8(u8::from(self.majoration)
            | (u8::from(self.da_possible) << 1)
            | (u8::from(self.coordination_possible) << 2))?;
        self.classe_2013.write(to)
    }

    fn read(from: &mut Decoder<'_>) -> Read<Self> {
        let (appartenance, code, flags) = (Cbor::read(from)?, Cbor::read(from)?, from.u8()?);
        Ok(Self {
            appartenance,
            code,
            majoration: flags & 1 != 0,
            da_possible: flags & 2 != 0,
            coordination_possible: flags & 4 != 0,
            classe_2013: Cbor::read(from)?,
        })
    }
}

/// Rules that decided, then those that applied without deciding.
impl Cbor for Constats {
    const PLACES: u64 = 2;

    fn write(&self, to: &mut To) -> Written {
        [Issue::Retenue, Issue::Surclassee].into_iter().try_for_each(|wanted| {
            let with = || self.iter().filter(|constat| constat.issue == wanted);
            to.array(u64::try_from(with().count()).unwrap_or_default())?;
            with().try_for_each(|constat| constat.regle.write(to))
        })
    }

    fn read(from: &mut Decoder<'_>) -> Read<Self> {
        let mut all = Self::new();
        for issue in [Issue::Retenue, Issue::Surclassee] {
            for regle in Vec::<CodeRegle>::read(from)? {
                let full = |_constat| unknown("place for a rule");
                all.try_push(Constat { regle, issue }).map_err(full)?;
            }
        }
        Ok(all)
    }
}

impl Cbor for Montants {
    const PLACES: u64 = 6;

    fn write(&self, to: &mut To) -> Written {
        [
            self.honoraires,
            self.base,
            self.part_amo_brute,
            self.majoration,
            self.participation,
            self.part_amc,
        ]
        .iter()
        .try_for_each(|montant| montant.write(to))
    }

    fn read(from: &mut Decoder<'_>) -> Read<Self> {
        let mut next = || Centimes::read(from);
        let (honoraires, base, part_amo_brute) = (next()?, next()?, next()?);
        let (majoration, participation, part_amc) = (next()?, next()?, next()?);
        let complete = || {
            let rembourse_amo = part_amo_brute.minus(majoration)?.minus(participation)?;
            Ok::<_, AmountOverflow>(Self {
                honoraires,
                base,
                part_amo_brute,
                ticket_moderateur: base.minus(part_amo_brute)?,
                majoration,
                participation,
                rembourse_amo,
                depassement: honoraires.minus(base)?,
                part_amc,
                reste_a_charge: honoraires.minus(rembourse_amo)?.minus(part_amc)?,
            })
        };
        complete().map_err(Error::message)
    }
}

/// Bits: 1 the person has signed, 2 somebody who acts for them, 4 the performer, 8 the other doctors.
impl Cbor for SignaturesConnues {
    fn write(&self, to: &mut To) -> Written {
        let all = [self.assure, self.representant, self.medecin, self.autres_medecins];
        let bits = all.iter().rev().fold(0, |bits, one| (bits << 1) | u8::from(*one));
        to.u8(bits)?.ok()
    }

    fn read(from: &mut Decoder<'_>) -> Read<Self> {
        let bits = from.u8()?;
        Ok(Self {
            assure: bits & 1 != 0,
            representant: bits & 2 != 0,
            medecin: bits & 4 != 0,
            autres_medecins: bits & 8 != 0,
        })
    }
}

/// The kind of the referral (0 none), then bits: 1 the sender is confirmed, 2 contradicted, 4 the act is not listed.
impl Cbor for AdressageConnu {
    const PLACES: u64 = 2;

    fn write(&self, to: &mut To) -> Written {
        to.u8(self.nature.map_or(0, Vocabulaire::code))?;
        let sender = self.orienteur_confirme.map_or(0, |confirmed| if confirmed { 1 } else { 2 });
        to.u8(sender | if self.acte_imprevu { 4 } else { 0 })?.ok()
    }

    fn read(from: &mut Decoder<'_>) -> Read<Self> {
        let (nature, bits) = (from.u8()?, from.u8()?);
        let known = || NatureAdressage::du_code(nature).ok_or_else(|| unknown("adressage"));
        Ok(Self {
            nature: if nature == 0 { None } else { Some(known()?) },
            orienteur_confirme: match bits & 3 {
                1 => Some(true),
                2 => Some(false),
                _ => None,
            },
            acte_imprevu: bits & 4 != 0,
        })
    }
}
