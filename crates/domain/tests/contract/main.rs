//! A contract's life as its users live it, and what holds whatever anybody does.

mod henan_mall;
mod jiaozuo;
mod other_flows;
mod property;
mod stored;
mod support;
