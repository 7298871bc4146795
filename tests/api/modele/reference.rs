//! A register too simple to be wrong: a list of acts, replayed day by day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

pub type Doctors = BTreeSet<&'static str>;

/// A choice that the register acknowledged.
#[derive(Debug, Clone)]
pub struct Choice {
    pub id: String,
    pub doctors: Doctors,
    /// For an amendment, the doctors beside whom the others come.
    pub beside: Option<Doctors>,
    pub day: NaiveDate,
    /// A machine knows the instant: it prevails over paper of the same day; then the last received.
    pub by_machine: bool,
    pub received: usize,
}

/// From a day on, a doctor is one of a person's no more.
#[derive(Debug, Clone, Copy)]
pub struct End {
    pub doctor: &'static str,
    pub from: NaiveDate,
}

/// What is known of one person.
#[derive(Debug, Clone, Default)]
pub struct Life {
    pub choices: Vec<Choice>,
    pub withdrawals: Vec<End>,
    /// The last day on which the person lives.
    pub death: Option<NaiveDate>,
    /// The two records that were merged into this one, as they were then.
    pub merged: Option<Box<Merged>>,
}

/// The record that was kept, the other, and the doctors who had stopped.
#[derive(Debug, Clone)]
pub struct Merged {
    pub kept: Life,
    pub absorbed: Life,
    pub stopped: Stopped,
}

/// Doctors who stopped practising, and from which day.
pub type Stopped = BTreeMap<&'static str, NaiveDate>;

impl Life {
    /// The doctors of a day.
    pub fn doctors_on(&self, day: NaiveDate, stopped: &Stopped) -> Doctors {
        if self.death.is_some_and(|death| day > death) {
            return Doctors::new();
        }
        // Two records that named different doctors: the one that was kept keeps its answer.
        let disputed = self.merged.as_deref().filter(|merged| {
            let then = |life: &Self| life.doctors_on(day, &merged.stopped);
            let [kept, absorbed] = [&merged.kept, &merged.absorbed].map(then);
            !kept.is_empty() && !absorbed.is_empty() && kept != absorbed
        });
        let counts = |choice: &&Choice| {
            choice.day <= day && !(disputed.is_some() && self.was_brought(choice))
        };
        // On one day, who leaves leaves first, then choices come in the order of their signatures.
        let key = |choice: &Choice| (choice.day, 1, choice.by_machine, choice.received);
        let mut acts: Vec<_> = self
            .choices
            .iter()
            .filter(counts)
            .map(|choice| (key(choice), Act::Choice(choice)))
            .collect();
        let ends = stopped.iter().map(|(doctor, from)| End { doctor, from: *from });
        for end in self.withdrawals.iter().copied().chain(ends).filter(|end| end.from <= day) {
            acts.push(((end.from, 0, false, 0), Act::End(end.doctor)));
        }
        acts.sort_by_key(|(key, _)| *key);
        let mut current = Doctors::new();
        for (_, act) in acts {
            match act {
                Act::End(doctor) => drop(current.remove(doctor)),
                Act::Choice(Choice { doctors, beside: None, .. }) => current.clone_from(doctors),
                Act::Choice(Choice { doctors, beside: Some(beside), .. }) => {
                    if !current.is_disjoint(beside) {
                        current.extend(doctors);
                    }
                }
            }
        }
        current
    }

    /// Whether a choice came with the record that was absorbed.
    pub fn was_brought(&self, choice: &Choice) -> bool {
        self.merged.as_deref().is_some_and(|merged| merged.absorbed.has(choice))
    }

    /// Whether a choice is one of this life.
    pub fn has(&self, choice: &Choice) -> bool {
        self.choices.iter().any(|other| other.id == choice.id)
    }
}

enum Act<'a> {
    End(&'static str),
    Choice(&'a Choice),
}
