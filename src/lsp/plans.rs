//! Which plan an open document belongs to.

use std::path::{Path, PathBuf};

use super::disk::plan_above;
use super::document::Document;
use super::snapshot::{PlanKey, SessionSettings};
use crate::plan::locate::{FILES, FOLDER, is_part};
use crate::plan::{PlanText, read};
use crate::source::SourceFile;
use crate::workspace::Host;

/// How a document relates to a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It is the plan, or part of it.
    Part(PlanKey),
    /// It is another file in the repository of the plan.
    Governed(PlanKey),
    /// It has no plan.
    Unrelated,
}

impl Role {
    /// The plan that the document belongs to.
    pub(super) fn key(&self) -> Option<&PlanKey> {
        match self {
            Role::Part(key) | Role::Governed(key) => Some(key),
            Role::Unrelated => None,
        }
    }

    /// The role of a document. A plan is recognized by its name, its folder, the settings or, for
    /// other YAML and JSON files, by its content.
    pub(super) fn of(document: &Document, session: &SessionSettings, host: &dyn Host) -> Role {
        Role::find(document, session, host, || looks_like_plan(document))
    }

    /// The role after the disk or the settings changed, but not the document. A plan by content
    /// stays one.
    pub(super) fn refreshed(
        &self,
        document: &Document,
        session: &SessionSettings,
        host: &dyn Host,
    ) -> Role {
        Role::find(document, session, host, || matches!(self, Role::Part(_)))
    }

    /// The role after the document changed. A plan stays one, so that diagnostics do not vanish
    /// while its keys are rewritten.
    pub(super) fn changed(self, document: &Document) -> Role {
        let becomes_plan = !matches!(self, Role::Part(_)) && looks_like_plan(document);
        if becomes_plan { Role::Part(own_key(document)) } else { self }
    }

    fn find(
        document: &Document,
        session: &SessionSettings,
        host: &dyn Host,
        is_plan: impl FnOnce() -> bool,
    ) -> Role {
        let Some(path) = &document.path else {
            return if is_plan() { Role::Part(own_key(document)) } else { Role::Unrelated };
        };
        let configured = configured(session);
        let of_settings = configured.iter().find(|plan| path.starts_with(plan)).cloned();
        if let Some(plan) = of_settings.or_else(|| by_name(path)) {
            return Role::Part(PlanKey::At(plan));
        }
        if is_plan() {
            return Role::Part(own_key(document));
        }
        match configured.into_iter().next().or_else(|| plan_above(host, path)) {
            Some(plan) => Role::Governed(PlanKey::At(plan)),
            None => Role::Unrelated,
        }
    }
}

/// The key of a document that is a plan by itself.
fn own_key(document: &Document) -> PlanKey {
    match &document.path {
        Some(path) => PlanKey::At(path.clone()),
        None => PlanKey::Unsaved(document.uri.0.clone()),
    }
}

/// The plan from the settings, in each workspace folder.
fn configured(session: &SessionSettings) -> Vec<PathBuf> {
    let Some(plan) = &session.settings.plan else { return Vec::new() };
    session.folders.iter().map(|folder| folder.join(plan)).collect()
}

/// The plan that a file is or belongs to, if it has one of the names under which plans are found.
fn by_name(path: &Path) -> Option<PathBuf> {
    let (folder, name) = (path.parent()?, path.file_name()?);
    if folder.file_name().is_some_and(|folder| folder == FOLDER) {
        return is_part(name.as_encoded_bytes()).then(|| folder.to_path_buf());
    }
    FILES.iter().any(|file| path.ends_with(file)).then(|| path.to_path_buf())
}

/// Whether a YAML or JSON document has the content of a plan.
fn looks_like_plan(document: &Document) -> bool {
    let name = document.path.as_ref().and_then(|path| path.file_name());
    name.is_none_or(|name| is_part(name.as_encoded_bytes())) && has_lanes(&document.source)
}

/// Whether a text has a task with `write`. Other programs have `tasks` too, but without `write`.
fn has_lanes(source: &SourceFile) -> bool {
    let text = source.text();
    if !text.contains("tasks") || !text.contains("write") {
        return false;
    }
    let plan = read(vec![PlanText::new(source.name(), text)]);
    plan.tasks.iter().any(|task| task.write.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plan_by_name() {
        for (path, plan) in [
            ("/r/lanes.yaml", Some("/r/lanes.yaml")),
            ("/r/sub/.lanes.yml", Some("/r/sub/.lanes.yml")),
            ("/r/.github/lanes.yaml", Some("/r/.github/lanes.yaml")),
            ("/r/.lanes/a.json", Some("/r/.lanes")),
            ("/r/.lanes/lanes.yaml", Some("/r/.lanes")),
            ("/r/.lanes/README.md", None),
            ("/r/my-lanes.yaml", None),
            ("/r/lanes.json", None),
        ] {
            assert_eq!(by_name(Path::new(path)), plan.map(PathBuf::from), "{path}");
        }
    }

    #[test]
    fn plan_by_content() {
        for (text, expected) in [
            ("tasks:\n  a: {write: x}\n", true),
            ("x: [\ntasks:\n  a:\n    write: x\n", true),
            ("{\"tasks\": {\"a\": {\"write\": []}}}", true),
            ("version: '3'\ntasks:\n  build: {cmds: [go build], desc: write it}\n", false),
            ("- hosts: all\n  tasks:\n    - write: x\n", false),
            ("", false),
        ] {
            assert_eq!(has_lanes(&SourceFile::new("x", text)), expected, "{text}");
        }
    }
}
