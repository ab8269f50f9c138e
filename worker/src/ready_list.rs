//! The pairs (tenant, queue) that may have work, served in turn: a tenant with ten thousand tasks gets one claim, then
//! the next pair gets its own.

use std::collections::{HashMap, VecDeque};

use uuid::Uuid;

/// Whose queue.
pub(crate) type Pair = (Uuid, String);

/// One claim to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) pair: Pair,
    /// At most this many tasks.
    pub(crate) ask: usize,
    /// A hint told of the pair (and not a scan alone).
    pub(crate) hinted: bool,
}

#[derive(Clone, Copy, Debug)]
struct State {
    hinted: bool,
    claiming: bool,
    /// Told of while its claim was under way: the claim may have looked too early.
    again: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct ReadyList {
    waiting: VecDeque<Pair>,
    /// Claims under way, and the slots reserved for them.
    claiming: (usize, usize),
    states: HashMap<Pair, State>,
}

impl ReadyList {
    /// A pair may have work.
    pub(crate) fn add(&mut self, pair: Pair, hinted: bool) {
        match self.states.get_mut(&pair) {
            Some(state) => {
                state.hinted |= hinted;
                state.again |= state.claiming;
            }
            None => {
                self.states.insert(pair.clone(), State { hinted, claiming: false, again: false });
                self.waiting.push_back(pair);
            }
        }
    }

    /// Whether no pair waits for its turn.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The next pair and its fair share of the slots; one claim at a time per pair. The share counts the claims under way
    /// and their slots: else a pair that waits alone for a moment would take what the others' claims have just left, every
    /// time again.
    pub(crate) fn next(&mut self, free: usize) -> Option<Turn> {
        if free == 0 {
            return None;
        }
        let (claims, reserved) = self.claiming;
        let share = (free + reserved).div_ceil((self.waiting.len() + claims).max(1));
        let ask = share.min(free);
        let pair = self.waiting.pop_front()?;
        let state = self.states.get_mut(&pair)?;
        state.claiming = true;
        self.claiming = (claims + 1, reserved + ask);
        Some(Turn { hinted: std::mem::take(&mut state.hinted), pair, ask })
    }

    /// A claim ended. A pair that gave less than it was asked for leaves the list until it is told of again.
    pub(crate) fn claimed(&mut self, turn: &Turn, got: usize) {
        let (claims, reserved) = self.claiming;
        self.claiming = (claims.saturating_sub(1), reserved.saturating_sub(turn.ask));
        let Some(mut state) = self.states.remove(&turn.pair) else { return };
        if got >= turn.ask || state.again {
            state.claiming = false;
            state.again = false;
            self.states.insert(turn.pair.clone(), state);
            self.waiting.push_back(turn.pair.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(n: u128) -> Pair {
        (Uuid::from_u128(n), "default".into())
    }

    fn turn(list: &mut ReadyList, free: usize) -> (u128, usize) {
        let turn = list.next(free).unwrap();
        list.claimed(&turn, turn.ask);
        (turn.pair.0.as_u128(), turn.ask)
    }

    #[test]
    fn pairs_are_served_in_turn_with_a_fair_share() {
        let mut list = ReadyList::default();
        list.add(pair(1), false);
        assert_eq!(turn(&mut list, 32), (1, 32));
        list.add(pair(2), true);
        list.add(pair(3), true);
        assert_eq!(turn(&mut list, 32), (1, 11));
        assert_eq!(turn(&mut list, 21), (2, 7));
        assert_eq!(turn(&mut list, 14), (3, 5));
        assert_eq!(turn(&mut list, 1), (1, 1));
        assert_eq!(turn(&mut list, 1), (2, 1));
        assert_eq!(list.next(0), None);
    }

    #[test]
    fn a_pair_that_waits_alone_leaves_their_share_to_those_being_claimed() {
        let mut list = ReadyList::default();
        list.add(pair(1), false);
        list.add(pair(2), false);
        let mut under_way = list.next(4).unwrap();
        for _ in 0..6 {
            // One claim ends while the other is under way; its two slots are free again.
            let next = list.next(2).unwrap();
            assert_eq!((under_way.ask, next.ask), (2, 2));
            assert_ne!(under_way.pair, next.pair);
            list.claimed(&under_way, 2);
            under_way = next;
        }
        list.claimed(&under_way, 2);
        let alone = list.next(3).unwrap();
        list.claimed(&alone, alone.ask);
        let two = list.next(1).unwrap();
        assert_eq!((two.ask, list.next(3).map(|turn| turn.ask)), (1, Some(2)), "and not all three");
    }

    #[test]
    fn a_pair_that_gave_less_than_asked_leaves() {
        let mut list = ReadyList::default();
        list.add(pair(1), true);
        let turn = list.next(4).unwrap();
        assert!(turn.hinted);
        list.claimed(&turn, 3);
        assert!(list.is_empty() && list.next(4).is_none());
        list.add(pair(1), false);
        assert!(!list.next(4).unwrap().hinted);
    }

    #[test]
    fn a_pair_is_claimed_once_at_a_time_and_again_when_told_of_meanwhile() {
        let mut list = ReadyList::default();
        list.add(pair(1), false);
        list.add(pair(1), false);
        let turn = list.next(4).unwrap();
        assert_eq!(list.next(4), None);
        list.add(pair(1), true);
        assert_eq!(list.next(4), None);
        list.claimed(&turn, 0);
        assert_eq!(list.next(4), Some(Turn { pair: pair(1), ask: 4, hinted: true }));
    }
}
