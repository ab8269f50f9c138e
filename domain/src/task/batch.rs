//! Many submissions in one request: what each may be, and what they may be together.

use std::collections::HashMap;

use super::{InvalidField, NewTask, Submission, TaskError};
use crate::text;

/// Most tasks of one batch.
pub const MAX_BATCH_TASKS: usize = 1_000;
/// Largest payloads of one batch together, as [`text::stored_bytes`] counts: 4 KiB a task in the longest batch. They stand
/// in memory several times over (text, tree, parameters), and one statement writes them all.
pub const MAX_BATCH_PAYLOAD_BYTES: usize = 4 * 1024 * 1024;
/// Most mistakes that are named.
const MAX_NAMED: usize = 20;

/// Submissions that keep all the rules, one by one and together; in the order of the request.
#[derive(Clone, Debug)]
pub struct Batched(pub(super) Vec<Submission>);

/// The mistakes of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidBatch {
    /// The first of them; a path begins with `tasks` and the index of the task.
    pub named: Vec<InvalidField>,
    /// How many more there are.
    pub more: usize,
}

/// Checks every field of every task and the batch as a whole.
///
/// # Errors
/// The broken rules; the first 20 of them are named.
pub fn validate_many(tasks: Vec<NewTask>) -> Result<Batched, InvalidBatch> {
    if !(1..=MAX_BATCH_TASKS).contains(&tasks.len()) {
        return Err(InvalidBatch::whole(format!("must hold 1 to {MAX_BATCH_TASKS} tasks")));
    }
    if tasks.iter().map(|task| text::stored_bytes(&task.payload)).sum::<usize>() > MAX_BATCH_PAYLOAD_BYTES {
        return Err(InvalidBatch::whole(format!("must have payloads of at most {MAX_BATCH_PAYLOAD_BYTES} bytes together")));
    }
    let mut valid = Vec::with_capacity(tasks.len());
    let mut invalid = InvalidBatch { named: Vec::new(), more: 0 };
    for (index, task) in tasks.into_iter().enumerate() {
        match task.validate() {
            Ok(submission) => valid.push(submission),
            Err(fields) => fields.into_iter().for_each(|field| invalid.add(index, field)),
        }
    }
    if invalid.named.is_empty() { Ok(Batched(valid)) } else { Err(invalid) }
}

impl InvalidBatch {
    fn whole(rule: String) -> Self {
        Self { named: vec![InvalidField::new(["tasks"], rule)], more: 0 }
    }

    fn add(&mut self, index: usize, mut field: InvalidField) {
        if self.named.len() == MAX_NAMED {
            self.more += 1;
        } else {
            field.path.splice(0..0, ["tasks".to_owned(), index.to_string()]);
            self.named.push(field);
        }
    }
}

/// What a task of a batch is.
#[derive(Debug)]
pub(super) enum Role {
    /// To be made.
    New,
    /// The same request under the same key as the task at this index: one task, twice in the answer.
    RepeatOf(usize),
    /// It contradicts an earlier task of the batch.
    Refused(TaskError),
}

impl Batched {
    /// Its tasks, one at least.
    #[must_use]
    pub fn submissions(&self) -> &[Submission] {
        &self.0
    }

    /// What each task is beside the others of its batch. `hashes` are those of the tasks with a key.
    pub(super) fn roles(&self, hashes: &[Option<Vec<u8>>]) -> Vec<Role> {
        let (mut keys, mut references) = (HashMap::new(), HashMap::new());
        let role = |(index, new): (usize, &Submission)| {
            if let Some(key) = &new.idempotency_key {
                let first = *keys.entry(key.clone()).or_insert(index);
                if first != index {
                    let same = hashes[first] == hashes[index];
                    return if same { Role::RepeatOf(first) } else { Role::Refused(TaskError::IdempotencyKeyReused) };
                }
            }
            let taken = |reference: &String| *references.entry(reference.clone()).or_insert(index) != index;
            if new.reference.as_ref().is_some_and(taken) { Role::Refused(TaskError::ReferenceTaken) } else { Role::New }
        };
        self.0.iter().enumerate().map(role).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn task(payload: Value) -> NewTask {
        NewTask { kind: "echo".into(), payload, ..NewTask::default() }
    }

    #[test]
    fn a_batch_has_a_length_and_a_weight() {
        let refused = |tasks| validate_many(tasks).expect_err("accepted").named;
        for count in [0, MAX_BATCH_TASKS + 1] {
            let mistake = InvalidField::new(["tasks"], "must hold 1 to 1000 tasks");
            assert_eq!(refused(vec![task(json!(1)); count]), [mistake], "{count}");
        }
        assert_eq!(validate_many(vec![task(json!(1)); MAX_BATCH_TASKS]).map(|b| b.0.len()), Ok(MAX_BATCH_TASKS));
        // Each with its two quotation marks is as large as a payload may be: 64 of them fill the batch.
        let large = task(json!("x".repeat(65_534)));
        assert!(validate_many(vec![large.clone(); 64]).is_ok());
        assert_eq!(refused([vec![large; 64], vec![task(json!(1))]].concat())[0].path, ["tasks"]);
    }

    #[test]
    fn mistakes_name_their_index_and_are_counted_beyond_twenty() {
        let bad = || NewTask { priority: Some(101), ..task(json!({"a": "\0"})) };
        let invalid = validate_many(vec![task(json!(1)), bad(), task(json!(1)), bad()]).expect_err("accepted");
        let paths: Vec<_> = invalid.named.iter().map(|f| f.path.join(".")).collect();
        assert_eq!(paths, ["tasks.1.priority", "tasks.1.payload", "tasks.3.priority", "tasks.3.payload"]);
        let invalid = validate_many((0..50).map(|_| bad()).collect()).expect_err("accepted");
        assert_eq!((invalid.named.len(), invalid.more), (20, 80));
    }
}
