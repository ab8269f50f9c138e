//! The size a document has once its fragments are expanded, without expanding them: each fragment is measured once.

use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};

use super::{MAX_ALIASES, MAX_HEIGHT, MAX_ROOT_FIELDS, MAX_SELECTIONS, Refused};

/// Refuses a document that grows too large or whose fragments go in circles. Fragments that no operation uses are measured
/// too: validation walks them.
pub(super) fn measure(document: &ExecutableDocument) -> Result<(), Refused> {
    let mut measure = Measure { document, fragments: HashMap::new(), aliases: 0 };
    let mut selections = 0;
    for (_, operation) in document.operations.iter() {
        let size = measure.set(&operation.node.selection_set.node, 0)?;
        if size.roots > MAX_ROOT_FIELDS {
            return Err(Refused::RootFields);
        }
        if operation.node.ty == OperationType::Subscription && size.roots != 1 {
            return Err(Refused::SubscriptionFields);
        }
        selections += size.selections;
    }
    for name in document.fragments.keys() {
        measure.fragment(name, 0)?;
    }
    if selections > MAX_SELECTIONS { Err(Refused::Selections) } else { Ok(()) }
}

#[derive(Clone, Copy, Default)]
struct Size {
    selections: u64,
    /// Fields that stand directly in the set, or reach it through fragments.
    roots: u64,
    height: usize,
}

enum Fragment {
    /// Being measured: whoever meets it now is inside it.
    Open,
    Done(Size),
}

struct Measure<'a> {
    document: &'a ExecutableDocument,
    fragments: HashMap<&'a Name, Fragment>,
    aliases: usize,
}

impl<'a> Measure<'a> {
    /// `depth` is how deep the set stands; it bounds this function's own recursion.
    fn set(&mut self, set: &'a SelectionSet, depth: usize) -> Result<Size, Refused> {
        if depth > MAX_HEIGHT {
            return Err(Refused::Height);
        }
        let mut size = Size::default();
        for selection in &set.items {
            let (inner, roots) = match &selection.node {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.node.alias.is_some());
                    (self.set(&field.node.selection_set.node, depth + 1)?, 1)
                }
                Selection::InlineFragment(inline) => {
                    let inner = self.set(&inline.node.selection_set.node, depth + 1)?;
                    (inner, inner.roots)
                }
                Selection::FragmentSpread(spread) => {
                    let inner = self.fragment(&spread.node.fragment_name.node, depth + 1)?;
                    (inner, inner.roots)
                }
            };
            // Within the limits at every step, so that the sums cannot overflow.
            size.selections += 1 + inner.selections;
            size.roots += roots;
            size.height = size.height.max(1 + inner.height);
            if size.selections > MAX_SELECTIONS {
                return Err(Refused::Selections);
            }
            if self.aliases > MAX_ALIASES {
                return Err(Refused::Aliases);
            }
        }
        Ok(size)
    }

    fn fragment(&mut self, name: &'a Name, depth: usize) -> Result<Size, Refused> {
        let size = match self.fragments.get(name) {
            Some(Fragment::Open) => return Err(Refused::FragmentCycle),
            Some(Fragment::Done(size)) => *size,
            None => {
                // A spread of nothing is for validation to report.
                let Some(fragment) = self.document.fragments.get(name) else {
                    return Ok(Size::default());
                };
                self.fragments.insert(name, Fragment::Open);
                let size = self.set(&fragment.node.selection_set.node, depth)?;
                self.fragments.insert(name, Fragment::Done(size));
                size
            }
        };
        if depth + size.height > MAX_HEIGHT { Err(Refused::Height) } else { Ok(size) }
    }
}
