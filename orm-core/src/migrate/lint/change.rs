//! One step among the others.

use std::collections::BTreeMap;

use super::finding::{Finding, Level};
use crate::{
    catalog::{Catalog, Name, Table},
    migrate::{Allow, Effect, Effects, LockMode, Step},
};

/// A step that has been run on a scratch database.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// The schema before it.
    pub before: &'a Catalog,
    /// The schema after it.
    pub after: &'a Catalog,
    /// What it did to the relations that existed before it.
    pub effects: &'a Effects,
    /// The number of its transaction: equal for the steps of one migration that run together.
    pub transaction: usize,
}

/// What a lint knows beside the steps.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct LintOptions {
    /// The numbers of rows of tables in the live database. A table that is not listed counts as large.
    pub rows: BTreeMap<Name, u64>,
    /// Tables with fewer rows may be locked while they are read or rewritten.
    pub small: u64,
    /// What is wanted: each is the [`allow`](Finding::allow) of a finding that is left out.
    pub allow: Vec<Allow>,
}

/// One step among the others, and what has been found about it.
pub(super) struct Change<'a> {
    pub(super) steps: &'a [Measured<'a>],
    pub(super) step: Measured<'a>,
    pub(super) position: usize,
    pub(super) options: &'a LintOptions,
    pub(super) findings: Vec<Finding>,
}

/// A table before and after a step, and what the step did to it.
#[derive(Clone, Copy)]
pub(super) struct Changed<'a> {
    pub(super) before: &'a Table,
    pub(super) after: &'a Table,
    pub(super) effect: Option<&'a Effect>,
}

impl Changed<'_> {
    pub(super) fn rewritten(&self) -> bool {
        self.effect.is_some_and(|it| it.rewritten)
    }

    pub(super) fn scanned(&self) -> bool {
        self.effect.is_some_and(|it| it.scanned)
    }

    pub(super) fn blocks_writes(&self) -> bool {
        self.effect.and_then(|it| it.lock).is_some_and(|it| it.blocks_writes())
    }
}

impl<'a> Change<'a> {
    /// The tables that are there before and after it, those that the steps have made and small ones left out.
    pub(super) fn tables(&self) -> Vec<Changed<'a>> {
        let pairs = self.step.before.tables.iter().filter(|it| self.matters(&it.name));
        let pairs = pairs.filter_map(|before| Some((before, self.step.after.table(&before.name)?)));
        pairs.map(|(before, after)| Changed { before, after, effect: self.step.effects.on(&before.name) }).collect()
    }

    /// Whether the table has been there before the first step, and is not small.
    pub(super) fn matters(&self, table: &Name) -> bool {
        let old = self.steps.first().is_some_and(|it| it.before.table(table).is_some());
        old && self.options.rows.get(table).is_none_or(|it| *it >= self.options.small)
    }

    pub(super) fn version(&self) -> u32 {
        self.step.after.server_version
    }

    pub(super) fn find(&mut self, rule: &'static str, level: Level, table: &Name, message: String, recipe: Vec<Step>) {
        self.find_allowed(Allow::new(rule, table.short()), rule, level, table, message, recipe);
    }

    /// As [`find`](Self::find), for what a diff has its own word for.
    pub(super) fn find_allowed(
        &mut self,
        allow: Allow,
        rule: &'static str,
        level: Level,
        table: &Name,
        message: String,
        recipe: Vec<Step>,
    ) {
        let (step, table) = (self.position, Some(table.clone()));
        self.findings.push(Finding { rule, level, step, table, line: None, allow, message, recipe });
    }

    /// The strongest lock that earlier steps of the same transaction hold on the table.
    pub(super) fn held(&self, table: &Name) -> Option<LockMode> {
        let earlier = self.steps.iter().take(self.position).filter(|it| it.transaction == self.step.transaction);
        earlier.filter_map(|it| it.effects.lock(table)).max()
    }
}
