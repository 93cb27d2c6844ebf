//! Awards of contracts that were read: an award never changes once drafting has begun, may have thousands of lines, and is asked for at
//! every step of its contract.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use yinxin_domain::award::Award;
use yinxin_domain::ids::ContractId;

/// Lines of all remembered awards together, some 20 MB of them; with more, all are forgotten.
const MOST_LINES: usize = 40_000;

/// The awards that were read, by contract.
#[derive(Default)]
pub struct Awards(Mutex<Known>);

#[derive(Default)]
struct Known {
    awards: HashMap<ContractId, Arc<Award>>,
    lines: usize,
}

impl Awards {
    pub(super) fn find(&self, contract: ContractId) -> Option<Arc<Award>> {
        self.lock().awards.get(&contract).map(Arc::clone)
    }

    pub(super) fn remember(&self, contract: ContractId, award: &Arc<Award>) {
        let mut known = self.lock();
        // A lot without lines takes some memory too.
        known.lines += 1 + award.items.len();
        if known.lines > MOST_LINES {
            *known = Known { lines: 1 + award.items.len(), ..Known::default() };
        }
        known.awards.insert(contract, Arc::clone(award));
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
        for number in 0..40 {
            awards.remember(id(number), &award);
        }
        assert!((0..40).all(|number| awards.find(id(number)).is_some()));
        awards.remember(id(40), &award);
        assert!(awards.find(id(40)).is_some() && awards.find(id(0)).is_none());
        assert_eq!(Arc::strong_count(&award), 2);
    }
}
