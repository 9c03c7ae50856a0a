//! `lanelint init`.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use lanelint::failure::Failure;
use lanelint::git::{GitError, Prefer};
use lanelint::plan::PlanText;
use lanelint::source::yaml::quoted;
use lanelint::workspace::Workspace;

use super::output::print;

const PLAN: &str = include_str!("init/lanes.yaml");

const NAME: &str = "lanes.yaml";

pub(super) const EXAMPLES: &str = "\
Examples:
  $ lanelint init";

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Directory to create `lanes.yaml` in.
    ///
    /// [default: the work tree containing the working directory, else the working directory]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

pub(super) fn run(args: &InitArgs) -> Result<ExitCode, Failure> {
    let host = super::host()?;
    let workspace = Workspace::find(&host, None, args.root.as_deref())?;
    if let Some(existing) = workspace.plan_there() {
        return Err(already_exists(&existing));
    }
    let base = default_branch(&workspace).ok().flatten();
    let text = match base.as_deref() {
        None | Some("main") => PLAN.to_owned(),
        Some(base) => PLAN.replacen("base: main", &format!("base: {}", scalar(base)), 1),
    };
    let path = workspace.root().join(NAME);
    write_new(&path, text.as_bytes())?;
    print("wrote", &path.display().to_string());
    Ok(ExitCode::SUCCESS)
}

fn already_exists(path: &Path) -> Failure {
    let problem = format!("a plan already exists: {}", path.display());
    Failure::new(problem, "edit it, or use `--root` to create one elsewhere")
}

/// The remote's default branch, else `None` if there is a `main`, else the checked-out branch.
fn default_branch(workspace: &Workspace<'_>) -> Result<Option<String>, GitError> {
    let Some(repository) = workspace.repository()? else { return Ok(None) };
    if let Some(branch) = repository.default_branch()? {
        return Ok(Some(branch));
    }
    if repository.branch("main", Prefer::Local)?.is_some() {
        return Ok(None);
    }
    repository.checked_out_branch()
}

/// A branch name as a YAML scalar, quoted if it would not be a plain string.
fn scalar(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
    let plan = PlanText::new(NAME, format!("base: {name}\n"));
    let base = lanelint::plan::read(vec![plan]).base;
    if name.bytes().all(plain) && base.is_some_and(|base| base.value == name) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// Creates a file, whole or not at all.
fn write_new(path: &Path, text: &[u8]) -> Result<(), Failure> {
    let cannot = |error: &std::io::Error| {
        let problem = format!("cannot write {}: {error}", path.display());
        Failure::new(problem, "use `--root` to choose another directory")
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".lanes.").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The umask applies, as to any new file.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).map_err(|error| cannot(&error))?;
    let written = file.write_all(text).and_then(|()| file.as_file().sync_all());
    written.map_err(|error| cannot(&error))?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(failed) if failed.error.kind() == ErrorKind::AlreadyExists => Err(already_exists(path)),
        Err(failed) => Err(cannot(&failed.error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanelint::plan::read;

    #[test]
    fn branch_names_as_scalars() {
        let names = "master true null off 1.0 1e3 0x10 nan x#y it's release/1.2 é a,b {a} & %";
        for name in names.split(' ') {
            let text = PLAN.replacen("base: main", &format!("base: {}", scalar(name)), 1);
            let plan = read(vec![PlanText::new(NAME, text)]);
            assert_eq!(plan.base.map(|base| base.value).as_deref(), Some(name));
        }
        assert_eq!(scalar("true"), "\"true\"");
        assert_eq!(scalar("release/1.2"), "release/1.2");
    }

    #[test]
    fn commented_keys_are_valid() {
        let mut keys = 0;
        let lines = PLAN.lines().map(|line| {
            let text = line.trim_start().trim_start_matches(['#', ' ']);
            let is_key = line.trim_start().starts_with('#')
                && text.starts_with(|first: char| first.is_ascii_lowercase() || first == '"')
                && text.split_once(':').is_some_and(|(key, _)| !key.contains(' '));
            keys += usize::from(is_key);
            if is_key { line.replacen("# ", "", 1).replacen('#', "", 1) } else { line.to_owned() }
        });
        let text: String = lines.map(|line| line + "\n").collect();
        let plan = read(vec![PlanText::new("lanes.yaml", text.as_str())]);
        assert_eq!(plan.problems, [], "{text}");
        assert_eq!((keys, plan.tasks.len()), (11, 2), "{text}");
        assert!(plan.share.len() + plan.protect.len() + plan.companions.len() == 3);
    }
}
