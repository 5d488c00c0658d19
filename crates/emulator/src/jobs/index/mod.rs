//! The order of the jobs in the lists, kept up to date as they change, so that no request sorts them.
//!
//! The status of a job follows from its age, so nothing happens when it changes. The index knows when the next change of each
//! job is due, and catches up with those that were due before it is read.

mod class;
mod merge;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

pub(super) use self::class::{Class, Failures};
use self::class::{ClassKey, created};
use self::merge::{Merge, Part};
use super::job::Job;

/// How many changes the addition of a job catches up with, so that a read after many additions does not have to.
const PER_ADDITION: usize = 4;

pub(super) struct Index {
    /// How old a job is when it appears.
    delay: Duration,
    /// How far the index lags behind.
    lag: Duration,
    classes: Vec<Class>,
    numbers: HashMap<ClassKey, usize>,
    places: HashMap<u64, Place>,
    due: Agenda,
}

/// A job, and where it is.
struct Place {
    job: Arc<Job>,
    due: Option<Instant>,
    listed: Option<Listed>,
}

#[derive(Clone, Copy)]
struct Listed {
    class: usize,
    changed: Timestamp,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Created,
    Changed,
}

/// A selection of jobs.
pub(super) struct Query<'a> {
    /// Whether the jobs of a class are selected.
    pub(super) passes: &'a dyn Fn(&Class) -> bool,
    /// The only job that can be selected, where it is known.
    #[expect(
        clippy::option_option,
        reason = "a job that is known not to exist, and one that is not known"
    )]
    pub(super) only: Option<Option<u64>>,
    /// The first and the last point in time of their creation.
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
}

impl Index {
    pub(super) fn new(delay: Duration, lag: Duration) -> Self {
        Self {
            delay,
            lag,
            classes: Vec::new(),
            numbers: HashMap::new(),
            places: HashMap::new(),
            due: Agenda::new(),
        }
    }

    pub(super) fn add(&mut self, job: &Arc<Job>) {
        let appears = job.created_instant().checked_add(self.delay.saturating_add(self.lag));
        let place = Place {
            job: Arc::clone(job),
            due: appears,
            listed: None,
        };
        self.places.insert(job.number, place);
        self.due.extend(appears.map(|due| (due, job.number)));
        self.catch_up(PER_ADDITION);
    }

    pub(super) fn remove(&mut self, number: u64) {
        if let Some(place) = self.places.remove(&number) {
            forget(&mut self.due, place.due, number);
            self.take(&place.job, place.listed);
        }
    }

    /// Lists a job anew after a change that did not follow from its age.
    pub(super) fn touch(&mut self, number: u64) {
        let Some(place) = self.places.get_mut(&number) else {
            return;
        };
        let now = Instant::now().checked_add(self.lag);
        let earlier = match (place.due, now) {
            (Some(due), Some(now)) => Some(due.min(now)),
            (due, now) => due.or(now),
        };
        // A job that has not appeared yet does not appear earlier.
        if place.listed.is_some() {
            let before = std::mem::replace(&mut place.due, earlier);
            forget(&mut self.due, before, number);
            self.due.extend(earlier.map(|due| (due, number)));
        }
    }

    /// Returns the point in time that the lists show.
    pub(super) fn shown(&self) -> Instant {
        let now = Instant::now();
        now.checked_sub(self.lag).unwrap_or(now)
    }

    /// Catches up with all changes that were due.
    pub(super) fn refresh(&mut self) {
        self.catch_up(usize::MAX);
    }

    fn catch_up(&mut self, most: usize) {
        let now = Instant::now();
        for _ in 0..most {
            match self.due.first() {
                Some((due, _)) if *due <= now => {}
                _ => return,
            }
            if let Some((_, number)) = self.due.pop_first() {
                self.list(number, None);
            }
        }
    }

    /// Lists a job by its progress.
    fn list(&mut self, number: u64, failures: Option<Failures>) {
        let shown = self.shown();
        let Some(place) = self.places.get_mut(&number) else {
            return;
        };
        let job = Arc::clone(&place.job);
        let progress = job.progress_at(shown);
        let changed = job.updated_at(shown, &progress);
        let next = job.next_change(shown).and_then(|next| next.checked_add(self.lag));
        let before = std::mem::replace(&mut place.due, next);
        let listed = place.listed.take();
        forget(&mut self.due, before, number);
        self.due.extend(next.map(|due| (due, number)));
        self.take(&job, listed);
        let key = ClassKey::of(&job, changed, progress.status, failures.unwrap_or(Failures::Unknown));
        let class = *self.numbers.entry(key).or_insert_with_key(|key| {
            self.classes.push(Class::new(key.clone()));
            self.classes.len() - 1
        });
        if let Some(list) = self.classes.get_mut(class) {
            list.insert(created(&job), (changed, number));
        }
        if let Some(place) = self.places.get_mut(&number) {
            place.listed = Some(Listed { class, changed });
        }
    }

    fn take(&mut self, job: &Job, listed: Option<Listed>) {
        if let Some(Listed { class, changed }) = listed
            && let Some(class) = self.classes.get_mut(class)
        {
            class.remove(created(job), (changed, job.number));
        }
    }

    /// Returns the jobs that have ended and whose failures are unknown.
    pub(super) fn unknown(&self, passes: &dyn Fn(&Class) -> bool) -> Vec<Arc<Job>> {
        let classes = self.classes.iter().filter(|class| passes(class));
        let unknown = classes.filter(|class| class.key.failures == Failures::Unknown && class.key.status.is_final());
        unknown
            .flat_map(Class::numbers)
            .filter_map(|number| self.job(number))
            .collect()
    }

    /// Records whether inputs of a job that has ended have failed.
    pub(super) fn resolve(&mut self, number: u64, has_failures: bool) {
        let failures = if has_failures { Failures::Some } else { Failures::None };
        self.list(number, Some(failures));
    }

    /// Returns all selected jobs, oldest first.
    pub(super) fn all(&self, query: &Query<'_>) -> Vec<Arc<Job>> {
        self.page(query, Order::Created, false, 0, usize::MAX)
    }

    /// Returns a part of the selected jobs in an order.
    pub(super) fn page(
        &self,
        query: &Query<'_>,
        order: Order,
        descending: bool,
        skip: usize,
        take: usize,
    ) -> Vec<Arc<Job>> {
        if let Some(only) = query.only {
            let only = only.and_then(|number| self.selected(number, query));
            return only.into_iter().skip(skip).take(take).collect();
        }
        let classes = self.classes.iter().filter(|class| (query.passes)(class));
        let parts = match order {
            Order::Created => classes.map(|class| class.created(query.start, query.end)).collect(),
            Order::Changed => classes.flat_map(|class| self.changed(class, query)).collect(),
        };
        let numbers = Merge::new(parts, descending).page(skip, take);
        numbers.into_iter().filter_map(|number| self.job(number)).collect()
    }

    /// Returns the jobs of a class that were created in the period of a query, in the order of their changes. Most of them are
    /// known by the time of their change; the others, near the ends of the period, are selected one by one.
    fn changed<'s>(&'s self, class: &'s Class, query: &Query<'_>) -> [Part<'s>; 2] {
        let (possible, certain) = class.changed_in(query.start, query.end);
        let created = class.created(query.start, query.end);
        if created.len() < possible.len() - certain.len() {
            let stamps = created.numbers().filter_map(|number| self.stamp(number));
            return [class.changed(0..0), Part::sorted(stamps.collect())];
        }
        let edges = [possible.start..certain.start, certain.end..possible.end].map(|edge| class.changed(edge));
        let numbers = edges.iter().flat_map(Part::numbers);
        let selected = numbers.filter(|number| self.places.get(number).is_some_and(|place| query.has(&place.job)));
        let stamps = selected.filter_map(|number| self.stamp(number)).collect();
        [class.changed(certain), Part::sorted(stamps)]
    }

    /// Returns a job if it is listed and selected.
    fn selected(&self, number: u64, query: &Query<'_>) -> Option<Arc<Job>> {
        let place = self.places.get(&number)?;
        let class = self.classes.get(place.listed?.class)?;
        ((query.passes)(class) && query.has(&place.job)).then(|| Arc::clone(&place.job))
    }

    fn job(&self, number: u64) -> Option<Arc<Job>> {
        self.places.get(&number).map(|place| Arc::clone(&place.job))
    }

    fn stamp(&self, number: u64) -> Option<(Timestamp, u64)> {
        let listed = self.places.get(&number)?.listed?;
        Some((listed.changed, number))
    }
}

impl Query<'_> {
    fn has(&self, job: &Job) -> bool {
        // Compares milliseconds, since responses have no more.
        let created = job.created_at().as_millisecond();
        self.start.is_none_or(|start| start.as_millisecond() <= created)
            && self.end.is_none_or(|end| created <= end.as_millisecond())
    }
}

/// What is due, with the number of its job.
type Agenda = BTreeSet<(Instant, u64)>;

fn forget(agenda: &mut Agenda, due: Option<Instant>, number: u64) {
    if let Some(due) = due {
        agenda.remove(&(due, number));
    }
}

#[cfg(test)]
mod tests;
