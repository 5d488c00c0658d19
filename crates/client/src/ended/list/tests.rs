//! Reads lists of servers that keep the rules, and of others.

use std::cell::RefCell;

use super::*;

/// A list of ended jobs, the latest change first, as a number of seconds and a name.
struct History {
    jobs: Vec<(i64, String)>,
    /// Jobs without a time, which come first.
    timeless: Vec<String>,
    most: usize,
    first_page: u64,
    requests: RefCell<Vec<PageOf>>,
}

impl History {
    fn new(jobs: impl IntoIterator<Item = (i64, String)>) -> Self {
        Self {
            jobs: jobs.into_iter().collect(),
            timeless: Vec::new(),
            most: usize::MAX,
            first_page: 1,
            requests: RefCell::default(),
        }
    }

    /// Adds jobs that have ended one after the other since then.
    fn add(&mut self, names: impl IntoIterator<Item = (i64, String)>) {
        for job in names {
            self.jobs.insert(0, job);
        }
    }

    /// Adds jobs whose times are not in the order in which they have ended.
    fn add_anywhere(&mut self, names: impl IntoIterator<Item = (i64, String)>) {
        self.add(names);
        self.jobs.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    }

    fn page(&self, page: PageOf) -> Vec<Item> {
        self.requests.borrow_mut().push(page);
        let size = page.size.min(self.most);
        let number = page.number.unwrap_or(self.first_page).max(self.first_page) - self.first_page;
        let skipped = usize::try_from(number).unwrap() * size;
        let timeless = self.timeless.iter().map(|name| Item {
            updated_at: None,
            ..item(name, 0)
        });
        let items = timeless.chain(self.jobs.iter().map(|(at, name)| item(name, *at)));
        items.skip(skipped).take(size).collect()
    }

    /// Reads once, and returns the jobs that were found.
    async fn read(&self, list: &mut EndedList) -> Result<Vec<String>, ListFailed> {
        self.requests.borrow_mut().clear();
        let mut found = Vec::new();
        let fetch = |page| std::future::ready(Ok(self.page(page)));
        let note = |item: &Item| {
            found.push(item.job_identifier.clone());
            !item.job_identifier.starts_with("foreign")
        };
        list.read(fetch, note).await?;
        Ok(found)
    }

    fn pages(&self) -> Vec<Option<u64>> {
        self.requests.borrow().iter().map(|page| page.number).collect()
    }
}

fn item(name: &str, at: i64) -> Item {
    let at = jiff::Timestamp::from_second(at).unwrap();
    Item {
        job_identifier: name.to_owned(),
        updated_at: Some(at.to_string()),
        status: Some("COMPLETED".to_owned()),
    }
}

fn named(name: &str, numbers: std::ops::Range<i64>) -> impl Iterator<Item = (i64, String)> {
    numbers.map(move |number| (number, format!("{name}-{number}")))
}

fn fault(failed: Result<Vec<String>, ListFailed>) -> Fault {
    match failed {
        Err(ListFailed::Unusable(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_reading_goes_back_ten_seconds_beyond_the_changes_that_the_one_before_it_has_found() {
    let mut history = History::new([]);
    history.add(named("job", 0..1000));
    let mut list = EndedList::default();
    assert_eq!(history.read(&mut list).await.unwrap().len(), 100);
    assert_eq!(history.pages(), [None]);
    for begin in [1000, 1020, 1040] {
        history.add(named("job", begin..begin + 20));
        history.read(&mut list).await.unwrap();
    }
    history.add(named("job", 1060..1065));
    let found = history.read(&mut list).await.unwrap();
    // A fifth of the changes from 1040 to 1059 may be dated too early.
    assert_eq!(found.len(), 5 + 16 + 10);
    assert_eq!((found[0].as_str(), found[30].as_str()), ("job-1064", "job-1034"));
    assert_eq!(history.pages(), [None]);
}

/// Reads a history often, with so many new jobs before each time, and checks that all of them are found.
async fn check_all_are_found(history: &mut History, list: &mut EndedList, add: impl Fn(i64) -> Vec<(i64, String)>) {
    for reading in 0..50 {
        let new = add(reading);
        history.add_anywhere(new.clone());
        let found: HashSet<_> = history.read(list).await.unwrap().into_iter().collect();
        let missed: Vec<_> = new.iter().filter(|(_, name)| !found.contains(name)).collect();
        assert!(missed.is_empty(), "{missed:?} in reading {reading}");
    }
}

const DAY: i64 = 24 * 60 * 60;

#[tokio::test]
async fn jobs_that_are_dated_in_the_future_hide_no_other() {
    // So many from the beginning, and so many that come later, on pages of so many jobs.
    for (first, later, most) in [
        (1, 0, 30),
        (0, 1, 30),
        (12, 12, 30),
        (60, 0, 1000),
        (0, 500, 1000),
        (70, 70, 1000),
    ] {
        let mut history = History::new([]);
        history.most = most;
        history.add(named("job", 0..1000));
        history.add_anywhere((0..first).map(|number| (DAY * (number + 1), format!("first-{number}"))));
        let mut list = EndedList::default();
        history.read(&mut list).await.unwrap();
        let add = |reading: i64| {
            let mut new: Vec<_> = named("job", 1000 + 50 * reading..1050 + 50 * reading).collect();
            if reading == 3 {
                new.extend((0..later).map(|number| (DAY * (number + 1), format!("later-{number}"))));
            }
            new
        };
        check_all_are_found(&mut history, &mut list, add).await;
    }
}

#[tokio::test]
async fn jobs_with_times_of_clocks_that_differ_by_minutes_are_found() {
    for offsets in [[0, 300], [0, -300], [-300, 300]] {
        let mut history = History::new([]);
        let at = |number: i64| 10 * number + offsets[usize::try_from(number % 2).unwrap()];
        let timed = |numbers: std::ops::Range<i64>| numbers.map(|number| (at(number), format!("job-{number}")));
        history.add_anywhere(timed(0..1000));
        let mut list = EndedList::default();
        history.read(&mut list).await.unwrap();
        let add = |reading| timed(1000 + 20 * reading..1020 + 20 * reading).collect();
        check_all_are_found(&mut history, &mut list, add).await;
    }
}

#[tokio::test]
async fn jobs_that_change_their_time_or_have_none_hide_no_other() {
    let mut history = History::new([]);
    history.add(named("job", 0..1000));
    history.timeless = vec!["timeless-1".to_owned(), "timeless-2".to_owned()];
    let mut list = EndedList::default();
    history.read(&mut list).await.unwrap();
    for reading in 0..50 {
        // The latest one becomes an old one, and an old one the latest.
        history.jobs[0].0 -= 500;
        history.jobs.last_mut().unwrap().0 = 2 * DAY - reading;
        let begin = 1000 + 50 * reading;
        history.add_anywhere(named("job", begin..begin + 50));
        let found: HashSet<_> = history.read(&mut list).await.unwrap().into_iter().collect();
        assert!(found.contains("timeless-1"));
        assert!(
            (begin..begin + 50).all(|number| found.contains(&format!("job-{number}"))),
            "in reading {reading}"
        );
    }
}

#[tokio::test]
async fn pages_are_read_to_the_end_whatever_the_number_of_the_first_and_the_most_on_one() {
    for (first_page, expected) in [
        (1, [None, Some(1), Some(2), Some(3)].as_slice()),
        (0, [None, Some(1), Some(2)].as_slice()),
    ] {
        let mut history = History::new([]);
        history.add(named("job", 0..1000));
        (history.first_page, history.most) = (first_page, 30);
        let mut list = EndedList::default();
        history.read(&mut list).await.unwrap();
        history.add(named("job", 1000..1050));
        let found = history.read(&mut list).await.unwrap();
        assert_eq!(found.len(), 83);
        assert_eq!(history.pages(), expected);
        // The number of the first page is known now.
        history.add(named("job", 1050..1100));
        assert_eq!(history.read(&mut list).await.unwrap().len(), 98);
        assert_eq!(
            history.pages(),
            [None, Some(first_page + 1), Some(first_page + 2), Some(first_page + 3)]
        );
    }
}

#[tokio::test]
async fn a_short_history_is_read_to_its_end() {
    let mut history = History::new([]);
    let mut list = EndedList::default();
    assert!(history.read(&mut list).await.unwrap().is_empty());
    history.add(named("job", 0..5));
    assert_eq!(history.read(&mut list).await.unwrap().len(), 5);
    history.add(named("job", 5..7));
    assert_eq!(history.read(&mut list).await.unwrap().len(), 7);
    assert_eq!(history.pages(), [None, Some(1), Some(2)]);
}

#[tokio::test]
async fn the_pages_grow_with_the_number_of_changes() {
    let mut history = History::new([]);
    history.add((0..5000).map(|number| (number / 100, format!("job-{number}"))));
    let mut list = EndedList::default();
    history.read(&mut list).await.unwrap();
    let sizes = async |list: &mut EndedList| {
        history.read(list).await.unwrap();
        history
            .requests
            .borrow()
            .iter()
            .map(|page| page.size)
            .collect::<Vec<_>>()
    };
    // Once to find the number of the first page.
    assert_eq!(sizes(&mut list).await, [200; 7]);
    assert_eq!(sizes(&mut list).await, [1000; 2]);
}

#[tokio::test]
async fn a_list_that_cannot_be_used_is_recognized() {
    let mut history = History::new([]);
    history.add(named("job", 0..1000));
    let mut list = EndedList::default();
    history.read(&mut list).await.unwrap();
    history.most = 10;
    history.add(named("job", 1000..1201));
    assert_eq!(fault(history.read(&mut list).await), Fault::Incomplete);
    assert_eq!(history.pages().len(), 20);

    history.jobs.reverse();
    assert_eq!(fault(history.read(&mut list).await), Fault::Unsorted);

    let without_time = |_| {
        let mut item = item("job", 0);
        item.updated_at = None;
        std::future::ready(Ok(vec![item]))
    };
    let result = list.read(without_time, |_| true).await;
    assert!(matches!(result, Err(ListFailed::Unusable(Fault::NoTimes))));
}

#[tokio::test]
async fn more_than_ten_jobs_of_others_for_each_own_one_are_too_many() {
    for (own, is_foreign) in [(19, true), (21, false)] {
        let mut history = History::new([]);
        history.add(named("foreign", 0..100));
        let mut list = EndedList::default();
        history.read(&mut list).await.unwrap();
        history.add(named("own", 100..100 + own));
        history.add(named("foreign", 200..400));
        let result = history.read(&mut list).await;
        assert_eq!(
            matches!(result, Err(ListFailed::Unusable(Fault::Foreign))),
            is_foreign,
            "{own}"
        );
    }
}
