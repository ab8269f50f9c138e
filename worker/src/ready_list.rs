//! The pairs (tenant, queue) that may have work. Tenants are served in turn, and each tenant's queues in turn within its own:
//! neither ten thousand tasks nor ten thousand queues of one hold up another's one.

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

/// A tenant with a queue that waits or is being claimed from.
#[derive(Debug, Default)]
struct Queues {
    waiting: VecDeque<String>,
    claims: usize,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct ReadyList {
    /// The tenants with a queue that waits, each once.
    turns: VecDeque<Uuid>,
    tenants: HashMap<Uuid, Queues>,
    /// Slots reserved for claims under way.
    reserved: usize,
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
                self.wait(pair);
            }
        }
    }

    fn wait(&mut self, (tenant, queue): Pair) {
        let queues = self.tenants.entry(tenant).or_default();
        if queues.waiting.is_empty() {
            self.turns.push_back(tenant);
        }
        queues.waiting.push_back(queue);
    }

    /// Whether no pair waits for its turn.
    pub(crate) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// The next pair and its fair share of the slots: of its tenant's share, its own among the tenant's queues. One claim at a
    /// time per pair. The shares count the claims under way and their slots: else a pair that waits alone for a moment would
    /// take what the others' claims have just left, every time again.
    pub(crate) fn next(&mut self, free: usize) -> Option<Turn> {
        if free == 0 {
            return None;
        }
        let tenants = self.tenants.len().max(1);
        let tenant = self.turns.pop_front()?;
        let queues = self.tenants.get_mut(&tenant)?;
        let share = (free + self.reserved).div_ceil(tenants).div_ceil((queues.waiting.len() + queues.claims).max(1));
        let ask = share.min(free);
        let pair = (tenant, queues.waiting.pop_front()?);
        queues.claims += 1;
        if !queues.waiting.is_empty() {
            self.turns.push_back(tenant);
        }
        let state = self.states.get_mut(&pair)?;
        state.claiming = true;
        self.reserved += ask;
        Some(Turn { hinted: std::mem::take(&mut state.hinted), pair, ask })
    }

    /// A claim ended. A pair that gave less than it was asked for leaves the list until it is told of again.
    pub(crate) fn claimed(&mut self, turn: &Turn, got: usize) {
        self.reserved = self.reserved.saturating_sub(turn.ask);
        if let Some(queues) = self.tenants.get_mut(&turn.pair.0) {
            queues.claims = queues.claims.saturating_sub(1);
        }
        if let Some(state) = self.states.remove(&turn.pair)
            && (got >= turn.ask || state.again)
        {
            self.states.insert(turn.pair.clone(), State { claiming: false, again: false, ..state });
            self.wait(turn.pair.clone());
        } else if self.tenants.get(&turn.pair.0).is_some_and(|queues| queues.claims == 0 && queues.waiting.is_empty()) {
            self.tenants.remove(&turn.pair.0);
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
    fn a_tenant_with_many_queues_has_one_tenants_share_and_its_queues_share_that() {
        let mut list = ReadyList::default();
        for queue in ["a", "b", "c"] {
            list.add((Uuid::from_u128(1), queue.into()), false);
        }
        list.add(pair(2), true);
        let mut turn = |free| {
            let turn = list.next(free).unwrap();
            list.claimed(&turn, turn.ask);
            (turn.pair.0.as_u128(), turn.pair.1, turn.ask)
        };
        assert_eq!(turn(32), (1, "a".into(), 6));
        assert_eq!(turn(26), (2, "default".into(), 13));
        assert_eq!(turn(13), (1, "b".into(), 3));
        assert_eq!(turn(10), (2, "default".into(), 5));
        assert_eq!(turn(5), (1, "c".into(), 1));
        assert_eq!(turn(4), (2, "default".into(), 2));
        assert_eq!(turn(2), (1, "a".into(), 1));
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
