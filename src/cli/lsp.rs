//! `lanelint lsp`.

use std::fs::Metadata;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use lanelint::failure::Failure;
use lanelint::git::{Checkout, Head};
use lanelint::lsp::{Connection, Ended, OnDisk, World, serve};
use lanelint::path::RepoPath;
use lanelint::plan::locate::{FOLDER, is_part};
use lanelint::plan::{Own, PlanText};
use lanelint::workspace::{self, FoundPlan, Host, Workspace, relative};

use super::Unusable;

/// How often the disk is looked at for what no editor tells: a branch that was checked out, a plan
/// that another program wrote. A look is a handful of file times.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub(super) struct LspArgs {
    /// Use standard input and output, as it does anyway: some editors say so.
    #[arg(long, hide = true)]
    stdio: bool,
}

pub(super) fn run(_: &LspArgs) -> Result<ExitCode, Unusable> {
    let world = Disk { host: super::host()? };
    let (connection, threads) = Connection::stdio();
    let ended = serve(connection, Arc::new(world), &crossbeam_channel::tick(BETWEEN_LOOKS));
    match ended {
        Ended::InOrder => {
            // What was answered last is to be written before the process ends. That the editor has
            // closed its end is no error.
            let _ = threads.join();
            Ok(ExitCode::SUCCESS)
        }
        // The editor may be gone without having closed anything.
        Ended::Abruptly => Ok(ExitCode::FAILURE),
    }
}

/// The real disk and the real git.
struct Disk {
    host: workspace::Disk,
}

impl Disk {
    /// The workspace of a call from a folder; from one above if it does not exist yet.
    fn from(&self, folder: &Path, plan: Option<&Path>) -> Result<Workspace<'_>, Failure> {
        let exists = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(folder);
        Workspace::find_from(&self.host, exists.to_path_buf(), plan, None)
    }
}

impl World for Disk {
    fn plan(&self, path: &Path) -> OnDisk {
        let folder = path.parent().unwrap_or(path);
        let Ok(workspace) = self.from(folder, Some(path)) else {
            return OnDisk { root: folder.to_path_buf(), parts: Vec::new(), own: Vec::new() };
        };
        let root = workspace.root().to_path_buf();
        match workspace.plan() {
            Ok(FoundPlan { texts, own, paths, .. }) => {
                let parts = paths.into_iter().zip(texts).collect();
                OnDisk { root, parts, own }
            }
            Err(unusable) => {
                let is_folder = path.is_dir() || path.ends_with(FOLDER);
                let own = if is_folder { Own::Folder } else { Own::File };
                let own = self.below(&root, path).map(own).into_iter().collect();
                // What is not there yet, or a folder without a file, is to be written in the editor.
                let there = path.symlink_metadata().is_ok() && !is_folder;
                let text = PlanText::missing(path.display().to_string(), unusable.problem);
                let parts = there.then(|| (path.to_path_buf(), text)).into_iter().collect();
                OnDisk { root, parts, own }
            }
        }
    }

    fn plan_above(&self, file: &Path) -> Option<PathBuf> {
        self.from(file.parent()?, None).ok()?.plan_there()
    }

    fn files(&self, root: &Path) -> (Vec<RepoPath>, Vec<Failure>) {
        match Workspace::at_top(&self.host, root, None).files() {
            Ok(files) => (files, Vec::new()),
            Err(gap) => (Vec::new(), vec![gap]),
        }
    }

    fn branch(&self, root: &Path) -> Option<String> {
        let checkout = Checkout::holding(&root.canonicalize().ok()?)?;
        match checkout.head().ok()? {
            Head::Branch(branch) | Head::Rebasing(branch) => Some(branch),
            Head::Detached => None,
            Head::Unusual => {
                let repository = self.host.repository(root).ok()??;
                repository.checked_out_branch().ok()?
            }
        }
    }

    fn below(&self, root: &Path, file: &Path) -> Option<RepoPath> {
        let exists = file.ancestors().skip(1).find(|folder| folder.is_dir())?;
        let real = exists.canonicalize().ok()?.join(file.strip_prefix(exists).ok()?);
        relative(&root.canonicalize().ok()?, &real)?
    }

    fn stamp(&self, plan: &Path) -> u64 {
        let mut stamp = DefaultHasher::new();
        add(&mut stamp, plan);
        let names = plan.read_dir().into_iter().flatten().flatten().map(|part| part.file_name());
        let mut parts: Vec<_> = names.filter(|name| is_part(name.as_encoded_bytes())).collect();
        parts.sort();
        for part in parts {
            add(&mut stamp, &plan.join(&part));
            part.hash(&mut stamp);
        }
        let folder = plan.parent().and_then(|folder| folder.canonicalize().ok());
        if let Some(checkout) = folder.and_then(|folder| Checkout::holding(&folder)) {
            for name in ["HEAD", "index"] {
                add(&mut stamp, &checkout.git_dir().join(name));
            }
        }
        stamp.finish()
    }
}

/// Adds what changes when a file does, without reading it.
fn add(stamp: &mut DefaultHasher, file: &Path) {
    let meta = file.metadata().ok();
    meta.as_ref().map(Metadata::len).hash(stamp);
    meta.and_then(|meta| meta.modified().ok()).hash(stamp);
}
