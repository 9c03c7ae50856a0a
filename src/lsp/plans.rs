//! Which open text belongs to which plan.

use std::path::{Path, PathBuf};

use super::disk_cache::plan_above;
use super::document::Document;
use super::snapshot::{PlanKey, SessionSettings};
use crate::plan::locate::{FILES, FOLDER, is_part};
use crate::plan::{PlanText, read};
use crate::source::SourceFile;
use crate::workspace::Host;

/// What a text is to a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It is the plan, or a part of it.
    Part(PlanKey),
    /// It is a file for which the plan counts.
    Beside(PlanKey),
    /// There is no plan for it.
    Stranger,
}

impl Role {
    /// The plan that is judged when the text changes.
    pub(super) fn key(&self) -> Option<&PlanKey> {
        match self {
            Role::Part(key) | Role::Beside(key) => Some(key),
            Role::Stranger => None,
        }
    }

    /// What an open text is. A plan is known by its name, its folder, the settings or, where a YAML or
    /// JSON file has none of these, by what it says.
    pub(super) fn of(document: &Document, session: &SessionSettings, host: &dyn Host) -> Role {
        Role::found(document, session, host, || says_so(document))
    }

    /// What the text is when the disk or the settings have changed and the text has not. What was a
    /// plan is one still.
    pub(super) fn again(
        &self,
        document: &Document,
        session: &SessionSettings,
        host: &dyn Host,
    ) -> Role {
        Role::found(document, session, host, || matches!(self, Role::Part(_)))
    }

    /// What the text is when it has changed. What is a plan stays one, so that nothing goes dark
    /// while its keys are written anew.
    pub(super) fn changed(self, document: &Document) -> Role {
        let becomes_one = !matches!(self, Role::Part(_)) && says_so(document);
        if becomes_one { Role::Part(own_key(document)) } else { self }
    }

    fn found(
        document: &Document,
        session: &SessionSettings,
        host: &dyn Host,
        says_so: impl FnOnce() -> bool,
    ) -> Role {
        let Some(path) = &document.path else {
            return if says_so() { Role::Part(own_key(document)) } else { Role::Stranger };
        };
        let chosen = chosen(session);
        let of_settings = chosen.iter().find(|plan| path.starts_with(plan)).cloned();
        if let Some(plan) = of_settings.or_else(|| by_name(path)) {
            return Role::Part(PlanKey::At(plan));
        }
        if says_so() {
            return Role::Part(own_key(document));
        }
        match chosen.into_iter().next().or_else(|| plan_above(host, path)) {
            Some(plan) => Role::Beside(PlanKey::At(plan)),
            None => Role::Stranger,
        }
    }
}

/// The plan that a text is by itself.
fn own_key(document: &Document) -> PlanKey {
    match &document.path {
        Some(path) => PlanKey::At(path.clone()),
        None => PlanKey::Unsaved(document.uri.0.clone()),
    }
}

/// The plan that the settings name, in each folder of the workspace.
fn chosen(session: &SessionSettings) -> Vec<PathBuf> {
    let Some(plan) = &session.settings.plan else { return Vec::new() };
    session.folders.iter().map(|folder| folder.join(plan)).collect()
}

/// The plan that a file is by the rule by which plans are found: itself, or its folder.
fn by_name(path: &Path) -> Option<PathBuf> {
    let (folder, name) = (path.parent()?, path.file_name()?);
    if folder.file_name().is_some_and(|folder| folder == FOLDER) {
        return is_part(name.as_encoded_bytes()).then(|| folder.to_path_buf());
    }
    FILES.iter().any(|file| path.ends_with(file)).then(|| path.to_path_buf())
}

/// Whether a YAML or JSON text says that it is a plan.
fn says_so(document: &Document) -> bool {
    let name = document.path.as_ref().and_then(|path| path.file_name());
    name.is_none_or(|name| is_part(name.as_encoded_bytes())) && has_lanes(&document.source)
}

/// Whether some task of a text may write something. Other programs have `tasks` too, and none of
/// theirs says what it may `write`.
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
    fn a_plan_is_known_by_its_name_or_folder() {
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
    fn a_plan_is_known_by_what_it_says() {
        for (text, is) in [
            ("tasks:\n  a: {write: x}\n", true),
            ("x: [\ntasks:\n  a:\n    write: x\n", true),
            ("{\"tasks\": {\"a\": {\"write\": []}}}", true),
            ("version: '3'\ntasks:\n  build: {cmds: [go build], desc: write it}\n", false),
            ("- hosts: all\n  tasks:\n    - write: x\n", false),
            ("", false),
        ] {
            assert_eq!(has_lanes(&SourceFile::new("x", text)), is, "{text}");
        }
    }
}
