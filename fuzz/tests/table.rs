//! The target `calls` calls every function of the headers.

use std::collections::BTreeSet;

use rssl_fuzz::calls::names;

const STABLE: &str = include_str!("../../include/rssl.h");
const UNSTABLE: &str = include_str!("../../include/rssl_unstable.h");

/// The names before a parenthesis, outside of comments: functions, for callbacks are pointers.
fn declared(header: &'static str) -> BTreeSet<&'static str> {
    let mut names = BTreeSet::new();
    let mut rest = header;
    while let Some((code, comment)) = rest.split_once("/*") {
        names.extend(called(code));
        rest = comment.split_once("*/").map_or("", |(_, rest)| rest);
    }
    names.extend(called(rest));
    names
}

fn called(code: &'static str) -> impl Iterator<Item = &'static str> {
    code.split('(').filter_map(|before| {
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_')? + 1;
        before[start..]
            .starts_with("rssl_")
            .then_some(&before[start..])
    })
}

#[test]
fn the_table_holds_every_function_of_the_headers() {
    let table: BTreeSet<_> = names().map(|(name, _)| name).collect();
    let codes: BTreeSet<_> = names().map(|(_, code)| code).collect();
    assert_eq!(table.len(), names().count(), "one is there twice");
    assert_eq!(codes.len(), names().count(), "two have the same code");
    let (stable, unstable) = (declared(STABLE), declared(UNSTABLE));
    assert!(stable.len() > 100, "rssl.h was not read");
    assert!(unstable.len() > 10, "rssl_unstable.h was not read");
    let declared = &stable | &unstable;
    let missing: Vec<_> = declared.difference(&table).collect();
    let unknown: Vec<_> = table.difference(&declared).collect();
    assert!(missing.is_empty(), "not in the table: {missing:?}");
    assert!(unknown.is_empty(), "in neither header: {unknown:?}");
}
