//! The size a document has once its fragments are expanded, without expanding them: each fragment is measured once.

use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};

use super::{MAX_HEIGHT, Refused};
use crate::config::GraphqlLimits;

/// Refuses a document that grows too large or whose fragments go in circles. Fragments that no operation uses are measured
/// too: validation walks them. The number of steps it took: each selection of the text is one.
pub(super) fn measure(document: &ExecutableDocument, limits: &GraphqlLimits) -> Result<usize, Refused> {
    let mut measure = Measure { document, limits, fragments: HashMap::new(), aliases: 0, directives: 0, steps: 0 };
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
        selections += size.selections;
    }
    for name in document.fragments.keys() {
        measure.fragment(name, 0)?;
    }
    if selections > limits.selections { Err(Refused::Selections(limits.selections)) } else { Ok(measure.steps) }
}

#[derive(Clone, Copy, Default)]
struct Size {
    selections: usize,
    /// Fields that stand directly in the set, or reach it through fragments.
    roots: usize,
    height: usize,
}

enum Fragment {
    /// Being measured: whoever meets it now is inside it.
    Open,
    Done(Size),
}

struct Measure<'a> {
    document: &'a ExecutableDocument,
    limits: &'a GraphqlLimits,
    fragments: HashMap<&'a Name, Fragment>,
    aliases: usize,
    directives: usize,
    steps: usize,
}

impl<'a> Measure<'a> {
    /// `depth` is how deep the set stands; it bounds this function's own recursion.
    fn set(&mut self, set: &'a SelectionSet, depth: usize) -> Result<Size, Refused> {
        if depth > MAX_HEIGHT {
            return Err(Refused::Height);
        }
        let mut size = Size::default();
        for selection in &set.items {
            self.steps += 1;
            let (inner, roots) = match &selection.node {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.node.alias.is_some());
                    self.directives(field.node.directives.len())?;
                    (self.set(&field.node.selection_set.node, depth + 1)?, 1)
                }
                Selection::InlineFragment(inline) => {
                    self.directives(inline.node.directives.len())?;
                    let inner = self.set(&inline.node.selection_set.node, depth + 1)?;
                    (inner, inner.roots)
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(spread.node.directives.len())?;
                    let inner = self.fragment(&spread.node.fragment_name.node, depth + 1)?;
                    (inner, inner.roots)
                }
            };
            // Within the limits at every step, so that the sums cannot overflow.
            size.selections += 1 + inner.selections;
            size.roots += roots;
            size.height = size.height.max(1 + inner.height);
            if size.selections > self.limits.selections {
                return Err(Refused::Selections(self.limits.selections));
            }
            if self.aliases > self.limits.aliases {
                return Err(Refused::Aliases(self.limits.aliases));
            }
        }
        Ok(size)
    }

    /// Counts directives, wherever they stand.
    fn directives(&mut self, more: usize) -> Result<(), Refused> {
        self.directives += more;
        if self.directives > self.limits.directives { Err(Refused::Directives(self.limits.directives)) } else { Ok(()) }
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
                self.directives(fragment.node.directives.len())?;
                self.fragments.insert(name, Fragment::Open);
                let size = self.set(&fragment.node.selection_set.node, depth)?;
                self.fragments.insert(name, Fragment::Done(size));
                size
            }
        };
        if depth + size.height > MAX_HEIGHT { Err(Refused::Height) } else { Ok(size) }
    }
}
