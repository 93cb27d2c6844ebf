//! The list of what is bought: hierarchy and sums.

use super::fault::{Faults, Problem};
use super::model::{Item, Pricing};
use crate::money::Money;
use crate::quantity::line_amount;
use std::collections::HashMap;

/// Levels of groups that a list may have.
const MAX_DEPTH: u8 = 8;

/// A line as read, with the number of its parent and its place in the file.
pub(super) struct Line {
    pub(super) item: Item,
    pub(super) parent: Option<String>,
    pub(super) index: usize,
    /// Whether all its numbers could be read; if not, that is a fault already and its sum is not judged.
    pub(super) numbers_read: bool,
}

/// Orders lines into their hierarchy, completes amounts and checks every sum. The result stands depth first: each group
/// directly before its children, which keep the order of the file.
pub(super) fn arrange(mut lines: Vec<Line>, pricing: &Pricing, total: Option<Money>, faults: &mut Faults) -> Vec<Item> {
    let Some(parents) = link(&lines, faults) else { return Vec::new() };
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); lines.len()];
    let mut roots = Vec::new();
    for (place, parent) in parents.iter().enumerate() {
        match parent {
            Some(parent) => children[*parent].push(place),
            None => roots.push(place),
        }
    }
    // Depth first without recursion; a line that is never reached stands in a cycle.
    let mut order = Vec::with_capacity(lines.len());
    let mut stack: Vec<(usize, u8)> = roots.iter().rev().map(|place| (*place, 0)).collect();
    while let Some((place, depth)) = stack.pop() {
        if depth >= MAX_DEPTH {
            faults.push(format!("items[{}].parent", lines[place].index), Problem::TooDeep { limit: MAX_DEPTH });
            return Vec::new();
        }
        lines[place].item.depth = depth;
        lines[place].item.is_group |= !children[place].is_empty();
        order.push(place);
        stack.extend(children[place].iter().rev().map(|child| (*child, depth + 1)));
    }
    if order.len() < lines.len() {
        let mut reached = vec![false; lines.len()];
        for place in &order {
            reached[*place] = true;
        }
        for (line, _) in lines.iter().zip(reached).filter(|(_, reached)| !reached) {
            faults.push(format!("items[{}].parent", line.index), Problem::ParentCycle);
        }
        return Vec::new();
    }
    // Children stand after their parents in `order`, so going backwards sums from the leaves up.
    for place in order.iter().rev() {
        if !lines[*place].numbers_read {
            continue;
        }
        let path = format!("items[{}].amount", lines[*place].index);
        if children[*place].is_empty() {
            check_leaf(&mut lines[*place].item, path, pricing, faults);
        } else {
            let below: Option<Vec<Money>> = children[*place].iter().map(|child| lines[*child].item.amount).collect();
            check_group(&mut lines[*place].item, path, below, pricing, faults);
        }
    }
    if let (Pricing::Total | Pricing::Measured, Some(total)) = (pricing, total)
        && !roots.is_empty()
        && let Some(amounts) = roots.iter().map(|root| lines[*root].item.amount).collect::<Option<Vec<_>>>()
    {
        match sum(&amounts) {
            Some(sum) if sum == total => {}
            Some(sum) => faults.push("amount", Problem::TotalMismatch { expected: sum.to_decimal() }),
            None => faults.push("amount", Problem::SumTooLarge),
        }
    }
    let mut items: Vec<Option<Item>> = lines.into_iter().map(|line| Some(line.item)).collect();
    order.into_iter().filter_map(|place| items[place].take()).collect()
}

/// For each line the place of its parent. Numbers may repeat under different parents (each section of a list may count
/// from 1), but not under one, and not where a `parent` refers to them.
fn link(lines: &[Line], faults: &mut Faults) -> Option<Vec<Option<usize>>> {
    let mut by_number: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, line) in lines.iter().enumerate() {
        by_number.entry(&line.item.no).or_default().push(place);
    }
    let mut wrong = false;
    let mut siblings: HashMap<(&str, Option<&str>), usize> = HashMap::new();
    let mut parents = Vec::with_capacity(lines.len());
    let referred: std::collections::HashSet<&str> = lines.iter().filter_map(|line| line.parent.as_deref()).collect();
    for (place, line) in lines.iter().enumerate() {
        let number = line.item.no.as_str();
        let first = if referred.contains(number) {
            by_number.get(number).map(|places| places[0])
        } else {
            Some(*siblings.entry((number, line.parent.as_deref())).or_insert(place))
        };
        if let Some(first) = first.filter(|first| *first != place) {
            wrong = true;
            let first = lines[first].index;
            faults.push(format!("items[{}].no", line.index), Problem::DuplicateNumber { first });
        }
        let parent = line.parent.as_deref().map(|parent| by_number.get(parent).map(|places| places[0]));
        if parent == Some(None) {
            wrong = true;
            faults.push(format!("items[{}].parent", line.index), Problem::UnknownParent);
        }
        parents.push(parent.flatten());
    }
    (!wrong).then_some(parents)
}

fn check_leaf(item: &mut Item, path: String, pricing: &Pricing, faults: &mut Faults) {
    let product = match (item.quantity, item.unit_price) {
        (Some(quantity), Some(price)) => match line_amount(quantity, price) {
            Ok(product) => Some(product),
            Err(_) => {
                faults.push(path, Problem::SumTooLarge);
                return;
            }
        },
        _ => None,
    };
    match (item.amount, product, pricing) {
        // List prices before the discount: the line's amount says nothing about quantity × price.
        (_, _, Pricing::Discount { .. }) | (None, None, Pricing::Unit) => {}
        (Some(amount), Some(product), _) if amount != product && !item.measured && !item.is_group => {
            faults.push(path, Problem::AmountMismatch { expected: product.to_decimal() });
        }
        (Some(_), _, _) => {}
        (None, Some(product), _) => item.amount = Some(product),
        (None, None, Pricing::Total | Pricing::Measured) => faults.push(path, Problem::AmountMissing),
    }
}

fn check_group(item: &mut Item, path: String, below: Option<Vec<Money>>, pricing: &Pricing, faults: &mut Faults) {
    // A missing amount below is a fault of its own, or left open by the kind of pricing.
    let Some(below) = below else { return };
    match (sum(&below), item.amount) {
        (None, _) => faults.push(path, Problem::SumTooLarge),
        (Some(sum), None) => {
            if !matches!(pricing, Pricing::Discount { .. }) {
                item.amount = Some(sum);
            }
        }
        (Some(sum), Some(amount)) if sum != amount => {
            faults.push(path, Problem::GroupMismatch { expected: sum.to_decimal() });
        }
        (Some(_), Some(_)) => {}
    }
}

/// The sum, if it is an amount.
pub(super) fn sum(amounts: &[Money]) -> Option<Money> {
    amounts.iter().try_fold(Money::ZERO, |sum, amount| sum.plus(*amount).ok())
}
