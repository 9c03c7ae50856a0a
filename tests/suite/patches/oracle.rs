//! What git really writes when it takes a patch, in a repository of its own.
//!
//! Shared with `fuzz/fuzz_targets/patch_git.rs`, so it uses nothing of the other test modules.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use lanelint::change::{ChangeKind, ChangeSet};
use lanelint::patch;

pub type Paths = BTreeSet<Vec<u8>>;

/// The git that is asked, in an environment that holds nothing of the machine's settings.
pub fn git(folder: &Path) -> Command {
    let program = std::env::var_os("LANELINT_TEST_GIT_DIR")
        .map_or_else(|| PathBuf::from("git"), |folder| Path::new(&folder).join("git"));
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| name == "PATH"))
        .env("HOME", folder)
        .env("LC_ALL", "C")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    for role in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{role}_NAME"), "A")
            .env(format!("GIT_{role}_EMAIL"), "a@example.com")
            .env(format!("GIT_{role}_DATE"), "1700000000 +0000");
    }
    command
}

/// Runs git to its end with this input.
pub fn run(mut command: Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // git may close its input before it has read all of it.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// How the reader and git agree on one patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// git takes the patch, and writes just the paths that the reader names.
    Equal,
    /// git takes the patch, and leaves a path that the reader names as it was.
    Unchanged,
    /// git takes the patch, and the reader says that it is not whole.
    Gap,
    /// git could take the patch elsewhere, and it names just the paths that the reader names.
    Parsed,
    /// As before, and the reader says that it is not whole.
    ParsedGap,
    /// git refuses the patch.
    Refused,
}

/// A repository to which patches are applied.
#[derive(Debug)]
pub struct Oracle {
    folder: PathBuf,
    head: String,
}

impl Oracle {
    /// Takes the repository in this folder. Its work tree is made anew for every mail.
    pub fn new(folder: &Path) -> Oracle {
        let mut rev_parse = git(folder);
        rev_parse.args(["rev-parse", "HEAD^{commit}"]);
        let head = String::from_utf8(run(rev_parse, b"").stdout).unwrap().trim().to_owned();
        Oracle { folder: folder.to_owned(), head }
    }

    /// Makes a repository of files with one content.
    pub fn with_files(folder: &Path, files: &[&str], content: &str) -> Oracle {
        for file in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        for arguments in
            [&["init", "-q", "-b", "main"][..], &["add", "-A"], &["commit", "-q", "-m", "files"]]
        {
            let mut command = git(folder);
            command.args(arguments);
            assert!(run(command, b"").status.success());
        }
        Oracle::new(folder)
    }

    /// Compares what the reader says of a patch with what `git apply` and, for a mail, `git am` do.
    ///
    /// # Errors
    /// Where they differ, how.
    pub fn compare(&self, text: &[u8], components: usize) -> Result<Verdict, String> {
        let set = patch::read_stripped(text, components);
        let again = || self.named(text, components).unwrap_or_default();
        let applied = self.applied(text, components);
        let named = match &applied {
            Some(_) => None,
            None => self.named(text, components),
        };
        let verdict = self.verdict(&set, applied, named, again)?;
        if !is_mail(text) {
            return Ok(verdict);
        }
        let mailed = self.mailed(text, components);
        Ok(verdict.min(self.verdict(&set, mailed, None, again)?))
    }

    /// Compares with what git has `written` or, where it has written nothing, `named`.
    fn verdict(
        &self,
        set: &ChangeSet,
        written: Option<Paths>,
        named: Option<Paths>,
        again: impl Fn() -> Paths,
    ) -> Result<Verdict, String> {
        let gap = !set.gaps.is_empty();
        let judged: Paths = set.changes.keys().map(|path| path.as_bytes().to_vec()).collect();
        match (written, named) {
            (None, None) => Ok(Verdict::Refused),
            (Some(_), _) if gap => Ok(Verdict::Gap),
            (None, Some(_)) if gap => Ok(Verdict::ParsedGap),
            (Some(written), _) if written == judged => Ok(Verdict::Equal),
            (Some(written), _) => {
                // A path that is written as it was, or changed and then changed back.
                let idle = again();
                let deleted = |path: &Vec<u8>| {
                    set.changes.iter().any(|(other, change)| {
                        other.as_bytes() == path && change.kind == ChangeKind::Deleted
                    })
                };
                let known =
                    |path: &Vec<u8>| written.contains(path) || idle.contains(path) || deleted(path);
                if written.is_subset(&judged) && judged.iter().all(known) {
                    return Ok(Verdict::Unchanged);
                }
                Err(difference(&written, &judged))
            }
            (None, Some(named)) if named.is_subset(&judged) => Ok(Verdict::Parsed),
            (None, Some(named)) => Err(difference(&named, &judged)),
        }
    }

    /// What `git apply` writes; none if it refuses.
    fn applied(&self, text: &[u8], components: usize) -> Option<Paths> {
        let index = self.folder.join(".git/oracle-index");
        fs::copy(self.folder.join(".git/index"), &index).unwrap();
        let mut apply = git(&self.folder);
        apply
            .env("GIT_INDEX_FILE", &index)
            .args(["apply", "--cached", "--whitespace=nowarn"])
            .arg(format!("-p{components}"));
        if !run(apply, text).status.success() {
            return None;
        }
        let mut diff = git(&self.folder);
        diff.env("GIT_INDEX_FILE", &index).args([
            "diff-index",
            "--cached",
            "-z",
            "--name-only",
            "--no-renames",
            &self.head,
        ]);
        Some(names(&run(diff, b"").stdout))
    }

    /// The paths that git finds in the patch, of a rename the new one; none if it cannot read it.
    fn named(&self, text: &[u8], components: usize) -> Option<Paths> {
        let mut apply = git(&self.folder);
        apply.args(["apply", "--numstat", "-z"]).arg(format!("-p{components}"));
        let output = run(apply, text);
        let name = |field: &[u8]| field.splitn(3, |&byte| byte == b'\t').nth(2).map(<[u8]>::to_vec);
        let fields = output.stdout.split(|&byte| byte == 0);
        output.status.success().then(|| fields.filter_map(name).collect())
    }

    /// What `git am` writes, commit by commit, as far as it comes; none if it takes no mail at all.
    fn mailed(&self, text: &[u8], components: usize) -> Option<Paths> {
        self.quietly(&["reset", "-q", "--hard", &self.head]);
        self.quietly(&["clean", "-qffdx"]);
        let mut am = git(&self.folder);
        am.args(["am", "-q"]).arg(format!("-p{components}"));
        run(am, text);
        let log = ["log", "-z", "--format=", "--name-only", "--no-renames"];
        let written = names(&self.quietly(&[&log[..], &[&format!("{}..", self.head)]].concat()));
        let _ = fs::remove_dir_all(self.folder.join(".git/rebase-apply"));
        self.quietly(&["reset", "-q", "--hard", &self.head]);
        (!written.is_empty()).then_some(written)
    }

    fn quietly(&self, arguments: &[&str]) -> Vec<u8> {
        let mut command = git(&self.folder);
        command.args(arguments);
        run(command, b"").stdout
    }
}

/// Whether `git am` may find mails in the text.
fn is_mail(text: &[u8]) -> bool {
    let start = text.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0);
    let text = &text[start..];
    text.starts_with(b"From") || text.starts_with(b"Subject:")
}

fn names(list: &[u8]) -> Paths {
    let trim = |name: &[u8]| name.strip_prefix(b"\n").unwrap_or(name).to_vec();
    list.split(|&byte| byte == 0).map(trim).filter(|name| !name.is_empty()).collect()
}

fn difference(git: &Paths, judged: &Paths) -> String {
    let show = |paths: &Paths| -> Vec<String> {
        paths.iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect()
    };
    format!("git: {:?}, judged: {:?}", show(git), show(judged))
}
