//! What `docs/architecture.md` says of `src/`, held against it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use lanelint::rules::RULES;

use crate::harness::root;

struct File {
    /// The path below `src/`, with `/`.
    name: String,
    /// The text without its tests.
    code: String,
}

impl File {
    /// The first folder, or the file itself.
    fn room(&self) -> &str {
        self.name.split(['/', '.']).next().unwrap()
    }

    /// The module as the words of its path below the crate.
    fn module(&self) -> Vec<String> {
        let name = self.name.trim_end_matches(".rs");
        name.trim_end_matches("/mod").split('/').map(str::to_owned).collect()
    }

    fn is_test(&self) -> bool {
        self.name.ends_with("tests.rs")
    }
}

fn files() -> Vec<File> {
    let src = root().join("src");
    let entries = walkdir::WalkDir::new(&src).sort_by_file_name().into_iter().map(Result::unwrap);
    let files: Vec<File> = entries
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "rs"))
        .map(|entry| {
            let name =
                entry.path().strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
            let text = fs::read_to_string(entry.path()).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
            File { name, code }
        })
        .collect();
    assert!(files.len() > 20);
    files
}

/// The lines of a file that are code, with their numbers.
fn lines(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let lines = file.code.lines().enumerate().map(|(at, line)| (at + 1, line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The rooms of the page's table in its order, with those that each uses.
fn table() -> Vec<(String, BTreeSet<String>)> {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let (_, table) =
        page.split_once("| room | uses | what lives there |\n| --- | --- | --- |\n").unwrap();
    table
        .lines()
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let names = |cell: &str| -> BTreeSet<String> {
                cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
            };
            (names(cells[1]).pop_first().unwrap(), names(cells[2]))
        })
        .collect()
}

#[test]
fn room_dependencies() {
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files().iter().filter(|file| !file.is_test()) {
        if matches!(file.room(), "lib" | "main" | "cli") {
            continue;
        }
        let uses = used.entry(file.room().to_owned()).or_default();
        for (_, line) in lines(file) {
            for rest in line.split("crate::").skip(1) {
                let room =
                    rest.split(|c: char| !(c.is_ascii_lowercase() || c == '_')).next().unwrap();
                if room != file.room() {
                    uses.insert(room.to_owned());
                }
            }
        }
    }
    let table = table();
    let said: BTreeMap<String, BTreeSet<String>> = table.iter().cloned().collect();
    assert_eq!(used, said, "left: src/, right: docs/architecture.md");
    for (place, (room, uses)) in table.iter().enumerate() {
        for other in uses {
            let above = table[..place].iter().any(|(name, _)| name == other);
            assert!(above, "`{room}` uses `{other}`, which does not stand above it");
        }
    }
}

/// The modules of a file's paths that begin with `crate` or `super`, each as far as it is one.
fn used_modules(file: &File, modules: &BTreeSet<Vec<String>>) -> BTreeSet<Vec<String>> {
    let code: String = lines(file).map(|(_, line)| format!("{line}\n")).collect();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut used = BTreeSet::new();
    for (at, root) in code.match_indices("super::").chain(code.match_indices("crate::")) {
        if code[..at].ends_with(|c: char| is_word(c) || c == ':') {
            continue;
        }
        // The words up to a group in braces, and then those of each of its items.
        let path = &code[at..];
        let end = path.find(|c: char| !is_word(c) && c != ':').unwrap();
        let (path, behind) = path.split_at(end);
        let mut depth = 0;
        let group = behind.split_inclusive(['{', '}', ',']).take_while(|part| {
            let is_inside = depth > 0 || part.starts_with('{');
            depth += part.matches('{').count();
            depth = depth.saturating_sub(part.matches('}').count());
            is_inside
        });
        let items: Vec<&str> =
            group.map(|part| part.trim_matches(['{', '}', ',', ' ', '\n'])).collect();
        for item in if path.ends_with("::") { items } else { vec![""] } {
            let mut base = if root == "super::" { file.module() } else { Vec::new() };
            for word in path.split("::").chain(item.split("::")) {
                match word {
                    "super" => drop(base.pop()),
                    "crate" | "" => {}
                    word => base.push(word.to_owned()),
                }
            }
            while !base.is_empty() && !modules.contains(&base) {
                base.pop();
            }
            used.insert(base);
        }
    }
    used
}

/// A parent that lists its children, and children that use what the parent has, are one thing.
#[test]
fn no_cycles_within_rooms() {
    let files: Vec<File> = files().into_iter().filter(|file| !file.is_test()).collect();
    let modules: BTreeSet<Vec<String>> = files.iter().map(File::module).collect();
    let uses: BTreeMap<Vec<String>, BTreeSet<Vec<String>>> = files
        .iter()
        .map(|file| {
            let own = file.module();
            let mut used = used_modules(file, &modules);
            used.retain(|other| {
                other.first() == own.first() && !own.starts_with(other) && !other.starts_with(&own)
            });
            (own, used)
        })
        .collect();
    assert!(uses.values().map(BTreeSet::len).sum::<usize>() > 100, "{uses:?}");
    for start in uses.keys() {
        let mut seen = BTreeSet::new();
        let mut open: Vec<_> = uses[start].iter().collect();
        while let Some(module) = open.pop() {
            assert_ne!(module, start, "in a cycle: {seen:?}");
            if seen.insert(module) {
                open.extend(&uses[module]);
            }
        }
    }
}

/// Fails on every line that holds one of the words outside of the places that may.
fn only_in(words: &[&str], may: impl Fn(&File) -> bool) {
    for file in files().iter().filter(|file| !file.is_test() && !may(file)) {
        for (at, line) in lines(file) {
            let found = words.iter().find(|word| line.contains(**word));
            assert_eq!(found, None, "src/{}:{at}: {line}", file.name);
        }
    }
}

#[test]
fn io_only_at_rim() {
    let rim = |file: &File| {
        matches!(file.room(), "fs" | "git" | "cli" | "main") || file.name == "workspace/disk.rs"
    };
    only_in(&["std::fs", "std::process", "std::env", "std::time", "std::net", "io::stdin"], rim);
    only_in(&["std::thread", "thread::"], |file| {
        rim(file) || matches!(&*file.name, "parallel.rs" | "lsp/threads.rs")
    });
    only_in(&["println!", "print!(", "eprint"], |_| false);
    only_in(&["io::stdout", "io::stderr"], |file| file.room() == "cli");
}

#[test]
fn one_place_per_library() {
    only_in(&["granit_parser"], |file| file.name.starts_with("source/yaml"));
    only_in(&["globset::"], |file| file.room() == "glob");
    only_in(&["miette::"], |file| file.name == "report/human.rs");
    let lsp = |file: &File| file.room() == "lsp";
    let json_formats = ["report/json", "report/sarif", "report/gitlab.rs"];
    only_in(&["serde::", "Serialize"], |file| {
        json_formats.iter().any(|format| file.name.starts_with(format))
            || lsp(file)
            || file.name == "hook/wire.rs"
    });
    only_in(&["sha2::"], |file| {
        // Names of findings, and of files that Git LFS keeps.
        matches!(&*file.name, "report/fingerprint.rs" | "fs/mod.rs")
    });
    only_in(&["serde_json::"], |file| {
        lsp(file)
            || file.name.starts_with("report/json")
            || matches!(&*file.name, "schema.rs" | "hook/wire.rs")
    });
    only_in(&["gen_lsp_types", "lsp_server"], lsp);
    only_in(&["clap::", "clap_complete::", "clap_mangen::"], |file| file.room() == "cli");
    only_in(&["Command::new"], |file| file.name == "git/process.rs");
}

#[test]
fn rules_folder_matches_list() {
    let mut files: Vec<String> = files()
        .iter()
        .filter_map(|file| file.name.strip_prefix("rules/")?.strip_suffix(".rs"))
        .filter(|name| !matches!(*name, "mod" | "tests") && !name.contains('/'))
        .map(|name| name.replace('_', "-"))
        .collect();
    let mut list: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    files.sort();
    list.sort_unstable();
    assert_eq!(files, list);
}

#[test]
fn module_docs_in_every_file() {
    for file in files().iter().filter(|file| !file.is_test()) {
        assert!(file.code.starts_with("//! "), "src/{}", file.name);
    }
}
