//! The size a document has once its fragments are expanded, without expanding them: each fragment is measured once.

use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};

use super::{Guard, MAX_HEIGHT, Refused, Work};

/// What fragments may select together, against what an operation may. The engine expands each of them once more by
/// itself, the unused ones too; in documents that people write this is a small multiple.
const FRAGMENTS: usize = 10;

/// Refuses a document that grows too large or whose fragments go in circles. Fragments that no operation uses are measured
/// too: validation walks them. What it does, once for each selection of the text, is counted in `work`.
pub(super) fn measure(document: &ExecutableDocument, guard: &Guard, work: &mut Work) -> Result<(), Refused> {
    let limits = &guard.limits;
    let mut measure = Measure { document, guard, fragments: HashMap::new(), aliases: 0, directives: 0, work };
    let mut selections = 0;
    for (_, operation) in document.operations.iter() {
        let definitions = operation.node.variable_definitions.iter();
        measure.directives(operation.node.directives.len() + definitions.map(|d| d.node.directives.len()).sum::<usize>())?;
        let size = measure.set(&operation.node.selection_set.node, 0)?;
        if size.roots > limits.root_fields {
            return Err(Refused::RootFields(limits.root_fields));
        }
        if operation.node.ty == OperationType::Subscription && size.roots != 1 {
            return Err(Refused::SubscriptionFields);
        }
        if size.introspects && !guard.introspection {
            return Err(Refused::Introspection);
        }
        selections += size.selections;
    }
    if selections > limits.selections {
        return Err(Refused::Selections(limits.selections));
    }
    let mut fragments = 0;
    for name in document.fragments.keys() {
        fragments += measure.fragment(name, 0)?.selections;
    }
    let most = limits.selections * FRAGMENTS;
    if fragments > most { Err(Refused::Fragments(most)) } else { Ok(()) }
}

#[derive(Clone, Copy, Default)]
struct Size {
    selections: usize,
    /// Fields that stand directly in the set, or reach it through fragments.
    roots: usize,
    /// Sets inside each other, fragments included.
    height: usize,
    /// Fields inside each other, as the engine counts them: without `__typename`.
    depth: usize,
    /// Whether one of `roots` asks for the schema.
    introspects: bool,
}

enum Fragment {
    /// Being measured: whoever meets it now is inside it.
    Open,
    Done(Size),
}

struct Measure<'a> {
    document: &'a ExecutableDocument,
    guard: &'a Guard,
    fragments: HashMap<&'a Name, Fragment>,
    aliases: usize,
    directives: usize,
    work: &'a mut Work,
}

impl<'a> Measure<'a> {
    /// `height` is how deep the set stands; it bounds this function's own recursion.
    fn set(&mut self, set: &'a SelectionSet, height: usize) -> Result<Size, Refused> {
        let limits = &self.guard.limits;
        if height > MAX_HEIGHT {
            return Err(Refused::Height);
        }
        let mut size = Size::default();
        for selection in &set.items {
            self.work.selections += 1;
            self.directives(selection.node.directives().len())?;
            let inner = match &selection.node {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.node.alias.is_some());
                    let inner = self.set(&field.node.selection_set.node, height + 1)?;
                    let name = field.node.name.node.as_str();
                    let depth = if name == "__typename" { 0 } else { inner.depth + 1 };
                    Size { roots: 1, depth, introspects: matches!(name, "__schema" | "__type"), ..inner }
                }
                Selection::InlineFragment(inline) => self.set(&inline.node.selection_set.node, height + 1)?,
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node, height + 1)?,
            };
            // Within the limits at every step, so that the sums cannot overflow.
            size.selections += 1 + inner.selections;
            size.roots += inner.roots;
            size.height = size.height.max(1 + inner.height);
            size.depth = size.depth.max(inner.depth);
            size.introspects |= inner.introspects;
            if size.selections > limits.selections {
                return Err(Refused::Selections(limits.selections));
            }
            if size.depth > limits.depth {
                return Err(Refused::Depth(limits.depth));
            }
            if self.aliases > limits.aliases {
                return Err(Refused::Aliases(limits.aliases));
            }
        }
        Ok(size)
    }

    /// Counts directives, wherever they stand.
    fn directives(&mut self, more: usize) -> Result<(), Refused> {
        let most = self.guard.limits.directives;
        self.directives += more;
        if self.directives > most { Err(Refused::Directives(most)) } else { Ok(()) }
    }

    fn fragment(&mut self, name: &'a Name, height: usize) -> Result<Size, Refused> {
        let size = match self.fragments.get(name) {
            Some(Fragment::Open) => return Err(Refused::FragmentCycle),
            Some(Fragment::Done(size)) => *size,
            None => {
                // A spread of nothing is for validation to report.
                let Some(fragment) = self.document.fragments.get(name) else {
                    return Ok(Size::default());
                };
                self.directives(fragment.node.directives.len())?;
                self.fragments.insert(name, Fragment::Open);
                let size = self.set(&fragment.node.selection_set.node, height)?;
                self.fragments.insert(name, Fragment::Done(size));
                size
            }
        };
        if height + size.height > MAX_HEIGHT { Err(Refused::Height) } else { Ok(size) }
    }
}
