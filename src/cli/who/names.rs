//! Reads path arguments and standard input, and resolves them against the repository root.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead};
use std::path::Path;

use lanelint::path::{RepoPath, unquote};
use lanelint::workspace::{Workspace, relative};

/// In bytes. No file system has longer names.
const MAX_NAME: usize = 1 << 16;

pub(super) fn is_stdin(argument: &OsStr) -> bool {
    argument == "-"
}

/// Names in the order of the arguments, with those on standard input in place of `-`.
pub(super) struct Names<'a, R> {
    arguments: std::slice::Iter<'a, OsString>,
    input: R,
    is_reading_input: bool,
    null: bool,
    failure: Option<io::Error>,
}

/// A name, or the beginning of it and why it is invalid.
type Name = Result<Vec<u8>, (Vec<u8>, String)>;

impl<'a, R: BufRead> Names<'a, R> {
    pub(super) fn new(arguments: &'a [OsString], input: R, null: bool) -> Names<'a, R> {
        let is_reading_input = arguments.is_empty();
        Names { arguments: arguments.iter(), input, is_reading_input, null, failure: None }
    }

    /// The error that ended the input early.
    pub(super) fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }

    fn read(&mut self) -> Option<Name> {
        let end = if self.null { 0 } else { b'\n' };
        let mut name = Vec::new();
        let mut length = 0;
        let mut ended = false;
        while !ended {
            let bytes = match self.input.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.failure = Some(error);
                    return None;
                }
            };
            if bytes.is_empty() {
                break;
            }
            let here = bytes.iter().position(|&byte| byte == end);
            let part = &bytes[..here.unwrap_or(bytes.len())];
            name.extend(part.iter().take(MAX_NAME - name.len()));
            let used = part.len() + usize::from(here.is_some());
            (length, ended) = (length + part.len(), here.is_some());
            self.input.consume(used);
        }
        if !ended && length == 0 {
            return None;
        }
        Some(if length > MAX_NAME {
            Err((name, format!("longer than {MAX_NAME} bytes")))
        } else if !self.null && name.first() == Some(&b'"') {
            match unquote(&name) {
                Some((plain, read)) if read == name.len() => Ok(plain),
                _ => Err((name, "starts with `\"`, but is not quoted as git does it".to_owned())),
            }
        } else {
            Ok(name)
        })
    }
}

impl<R: BufRead> Iterator for Names<'_, R> {
    type Item = Name;

    fn next(&mut self) -> Option<Name> {
        loop {
            if self.is_reading_input {
                match self.read() {
                    Some(name) => return Some(name),
                    None => self.is_reading_input = false,
                }
            }
            let argument = self.arguments.next()?;
            if !is_stdin(argument) {
                return Some(Ok(argument.as_encoded_bytes().to_vec()));
            }
            self.is_reading_input = true;
        }
    }
}

/// A path in the repository, and whether its name ends in `/`.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) path: RepoPath,
    pub(super) has_slash: bool,
}

/// Resolves names to paths in the repository.
pub(super) struct Resolver {
    /// The working directory, relative to the root. `None` if it is the root or outside of it.
    folder: Option<RepoPath>,
    /// The root, with and without symbolic links resolved.
    roots: Vec<Vec<u8>>,
}

impl Resolver {
    pub(super) fn new(workspace: &Workspace<'_>) -> Resolver {
        let root = workspace.real_root();
        let here = workspace.current_dir().canonicalize().ok();
        let folder = here.and_then(|here| relative(&root, &here)).flatten();
        let bytes = |path: &Path| path.as_os_str().as_encoded_bytes().to_vec();
        Resolver { folder, roots: vec![bytes(&root), bytes(workspace.root())] }
    }

    /// `.` and `..` are resolved lexically, as in git.
    pub(super) fn path(&self, name: &[u8]) -> Result<Resolved, String> {
        if name.is_empty() {
            return Err("empty".to_owned());
        }
        let has_slash = name.ends_with(b"/");
        let outside = || "outside the repository root".to_owned();
        let mut plain: Vec<&[u8]> = Vec::new();
        let absolute = name.starts_with(b"/");
        if let Some(folder) = self.folder.as_ref().filter(|_| !absolute) {
            plain.extend(components(folder.as_bytes()));
        }
        for component in components(name) {
            match component {
                b"" | b"." => {}
                b".." if plain.pop().is_none() => return Err(outside()),
                b".." => {}
                component => plain.push(component),
            }
        }
        if absolute {
            let roots = self
                .roots
                .iter()
                .map(|root| components(root).filter(|part| !part.is_empty()).collect::<Vec<_>>());
            let root = roots.into_iter().find(|root| plain.starts_with(root));
            plain.drain(..root.ok_or_else(outside)?.len());
        }
        if plain.is_empty() {
            return Err("this is the repository root".to_owned());
        }
        let path = RepoPath::new(plain.join(&b'/')).map_err(|fault| fault.to_string())?;
        Ok(Resolved { path, has_slash })
    }
}

fn components(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &[u8], null: bool) -> Vec<Result<String, String>> {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let names = Names::new(&[], input, null);
        names.map(|name| name.map(text).map_err(|(_, problem)| problem)).collect()
    }

    #[test]
    fn quoted_and_nul_terminated_names() {
        let ok = |names: &[&str]| names.iter().map(|&name| Ok(name.to_owned())).collect::<Vec<_>>();
        assert_eq!(read(b"", false), []);
        assert_eq!(read(b"a\nb c\n\nd", false), ok(&["a", "b c", "", "d"]));
        assert_eq!(read(b"\"s\\303\\251\\n\"\n", false), ok(&["sé\n"]));
        assert_eq!(read(b"a\nb\0\"c\"\0", true), ok(&["a\nb", "\"c\""]));
        assert!(read(b"\"a\nb\n", false)[0].as_ref().unwrap_err().contains("quoted"));
        let long = [vec![b'x'; MAX_NAME], vec![b'\n'], vec![b'y'; MAX_NAME * 3], b"\nz".to_vec()];
        let found = read(&long.concat(), false);
        assert_eq!(found.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    }

    #[test]
    fn names_resolved_from_working_directory() {
        let roots = vec![b"/repo".to_vec(), b"/link".to_vec()];
        let inside = Resolver { folder: Some("a/b".parse().unwrap()), roots: roots.clone() };
        let outside = Resolver { folder: None, roots };
        for (resolver, name, expected) in [
            (&inside, "x", Ok("a/b/x")),
            (&inside, "./x//y", Ok("a/b/x/y")),
            (&inside, "../x", Ok("a/x")),
            (&inside, "../../x", Ok("x")),
            (&inside, "../../../x", Err("outside")),
            (&inside, "../..", Err("the repository root")),
            (&inside, "/repo/x", Ok("x")),
            (&inside, "/link/./y/../x", Ok("x")),
            (&inside, "/repository/x", Err("outside")),
            (&inside, "/repo", Err("the repository root")),
            (&inside, "/", Err("outside")),
            (&outside, "x", Ok("x")),
            (&outside, "src/", Ok("src")),
            (&outside, "src//", Ok("src")),
            (&inside, "..//", Ok("a")),
            (&inside, "/repo/", Err("the repository root")),
            (&outside, ".git/config", Err("`.git`")),
            (&outside, "..", Err("outside")),
            (&outside, "", Err("empty")),
        ] {
            match (resolver.path(name.as_bytes()), expected) {
                (Ok(found), Ok(expected)) => {
                    assert_eq!(found.path.to_string(), expected, "{name}");
                    assert_eq!(found.has_slash, name.ends_with('/'), "{name}");
                }
                (Err(problem), Err(words)) => assert!(problem.contains(words), "{name}: {problem}"),
                (found, _) => panic!("{name}: {found:?}"),
            }
        }
    }
}
