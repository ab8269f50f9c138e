//! The names of input objects' fields, as the scan comes across them: the parser keeps one field of two that have the same
//! name, so that only the text tells.

use std::collections::HashSet;

/// The brackets that are open, and of input objects the fields they have so far.
#[derive(Default)]
pub(super) struct Objects<'a> {
    open: Vec<Bracket<'a>>,
    /// The word before this token, if there was one.
    word: Option<&'a [u8]>,
}

enum Bracket<'a> {
    /// A selection set: what stands before a colon there is an alias, which may repeat.
    Selections,
    /// Arguments, variables' definitions, or a list.
    Values,
    Object(HashSet<&'a [u8]>),
}

impl<'a> Objects<'a> {
    /// Takes in the next token; whether it names a field that its object has already.
    pub(super) fn repeats(&mut self, token: &'a [u8]) -> bool {
        let word = self.word.take();
        match token {
            b"{" => self.open.push(match self.open.last() {
                None | Some(Bracket::Selections) => Bracket::Selections,
                Some(_) => Bracket::Object(HashSet::new()),
            }),
            b"(" | b"[" => self.open.push(Bracket::Values),
            b"}" | b")" | b"]" => {
                self.open.pop();
            }
            b":" => {
                if let (Some(Bracket::Object(names)), Some(name)) = (self.open.last_mut(), word) {
                    return !names.insert(name);
                }
            }
            _ => self.word = Some(token),
        }
        false
    }

    /// How many brackets are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }
}
