//! What never changes of contracts that were read, and is asked for at every step: who their parties are, and the award, which may have
//! thousands of lines.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use yinxin_domain::award::Award;
use yinxin_domain::ids::{ContractId, OrganisationId};

/// Lines of all remembered awards together, some 20 MB of them; with more, all are forgotten.
const MOST_LINES: usize = 40_000;

/// The awards and parties that were read, by contract.
#[derive(Default)]
pub struct Awards(Mutex<Known>);

#[derive(Default)]
struct Known {
    awards: HashMap<ContractId, Arc<Award>>,
    parties: HashMap<ContractId, Arc<[OrganisationId]>>,
    lines: usize,
}

impl Known {
    /// Makes room for so many lines.
    fn grow(&mut self, lines: usize) {
        self.lines += lines;
        if self.lines > MOST_LINES {
            *self = Known { lines, ..Known::default() };
        }
    }
}

impl Awards {
    pub(super) fn find(&self, contract: ContractId) -> Option<Arc<Award>> {
        self.lock().awards.get(&contract).map(Arc::clone)
    }

    pub(super) fn remember(&self, contract: ContractId, award: &Arc<Award>) {
        let mut known = self.lock();
        // A lot without lines takes some memory too.
        known.grow(1 + award.items.len());
        known.awards.insert(contract, Arc::clone(award));
    }

    pub(super) fn parties(&self, contract: ContractId) -> Option<Arc<[OrganisationId]>> {
        self.lock().parties.get(&contract).map(Arc::clone)
    }

    pub(super) fn remember_parties(&self, contract: ContractId, parties: &Arc<[OrganisationId]>) {
        let mut known = self.lock();
        known.grow(1);
        known.parties.insert(contract, Arc::clone(parties));
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yinxin_domain::award::{CheckContext, KnownProfile, StartsFrom, check};
    use yinxin_domain::calendar::Date;
    use yinxin_domain::law::RuleTables;

    #[test]
    fn what_is_remembered_is_bounded() {
        let sample = include_bytes!("../../../../samples/awards/goods-devices.json");
        let profiles = [KnownProfile { name: "jiaozuo".to_owned(), starts_from: StartsFrom::Lot }];
        let context = CheckContext {
            profiles: &profiles,
            rules: RuleTables::bundled(),
            today: Date::parse("2026-06-01").unwrap(),
            unprintable: &yinxin_fonts::unprintable,
        };
        let mut award = check(sample, &context).unwrap().award;
        let item = award.items[0].clone();
        award.items = vec![item; 999];
        let (award, awards) = (Arc::new(award), Awards::default());
        let id = |number: i64| ContractId::new(number * 1_000_000, [0; 10]);
        let parties: Arc<[OrganisationId]> = Arc::from([OrganisationId::new(1, [0; 10])]);
        for number in 0..39 {
            awards.remember(id(number), &award);
        }
        for number in 0..1_000 {
            awards.remember_parties(id(number), &parties);
        }
        assert!((0..39).all(|number| awards.find(id(number)).is_some()));
        assert!((0..1_000).all(|number| awards.parties(id(number)) == Some(Arc::clone(&parties))));
        awards.remember(id(40), &award);
        assert!(awards.find(id(40)).is_some() && awards.find(id(0)).is_none() && awards.parties(id(0)).is_none());
        assert_eq!(Arc::strong_count(&award), 2);
    }
}
