//! The modules of a crate, and which of them depend on which.

use super::paths::{Kind, NamedPath, named_paths};
use super::tokens::{tokens, without_tests};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module's path from its crate's root, which has none.
type ModulePath = Vec<String>;

/// One module: a file, without its tests.
struct Module {
    file: PathBuf,
    paths: Vec<NamedPath>,
}

/// All modules of a crate but those that only tests see.
pub struct Modules(BTreeMap<ModulePath, Module>);

impl Modules {
    /// Reads a crate from its root, such as `src/lib.rs`, following each `mod name;`.
    pub fn of_crate(root: impl Into<PathBuf>) -> Self {
        let mut modules = Self(BTreeMap::new());
        modules.read(Vec::new(), root.into());
        modules
    }

    fn read(&mut self, path: ModulePath, file: PathBuf) {
        let source = fs::read_to_string(&file);
        let source = source.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let code = without_tests(&tokens(&source));
        for declared in code.windows(3).filter(|words| words[0] == "mod" && words[2] == ";") {
            let child = [&path[..], &declared[1..2]].concat();
            self.read(child, child_file(&file, &declared[1]));
        }
        self.0.insert(path, Module { file, paths: named_paths(&code) });
    }

    /// For each file, the other files of its crate that it uses. A contents page that passes a name
    /// on is not used by those who name it through that page; the file that defines it is.
    pub fn dependencies(&self) -> BTreeMap<&Path, BTreeSet<&Path>> {
        let used_by = |(path, module): (&ModulePath, &Module)| {
            let named = module.paths.iter().filter(|named| named.kind == Kind::Use);
            let targets = named.filter_map(|named| self.resolve(path, &named.segments));
            targets.filter(|target| target != path).map(|target| self.file(&target)).collect()
        };
        self.0.iter().map(|entry| (&*entry.1.file, used_by(entry))).collect()
    }

    fn file(&self, path: &ModulePath) -> &Path {
        &self.0[path].file
    }

    /// The module that defines what `segments` name within the module `from`; None for what comes
    /// from other crates, and for names that a `use` of the same file has brought in.
    fn resolve(&self, from: &[String], segments: &[String]) -> Option<ModulePath> {
        let mut module = from.to_vec();
        let mut rest = match segments[0].as_str() {
            "crate" => {
                module.clear();
                &segments[1..]
            }
            "self" => &segments[1..],
            "super" => segments,
            first => {
                self.0.contains_key(&[from, &[first.to_owned()]].concat()).then_some(segments)?
            }
        };
        while let [first, behind @ ..] = rest {
            let child = [&module[..], std::slice::from_ref(first)].concat();
            match first.as_str() {
                "super" => drop(module.pop()?),
                _ if self.0.contains_key(&child) => module = child,
                _ => break,
            }
            rest = behind;
        }
        let passed_on = rest.first().and_then(|name| {
            let named = self.0[&module].paths.iter();
            named.into_iter().find(|named| named.kind == Kind::PassOn && named.name == *name)
        });
        match passed_on {
            Some(named) => self.resolve(&module, &named.segments),
            None => Some(module),
        }
    }
}

/// Where `mod name;` in `file` finds its module.
fn child_file(file: &Path, name: &str) -> PathBuf {
    let stem = file.file_stem().expect("a module's file has a name");
    let is_page = ["mod", "lib", "main"].iter().any(|page| stem == *page);
    let folder = if is_page { file.with_file_name("") } else { file.with_extension("") };
    let alone = folder.join(format!("{name}.rs"));
    if alone.exists() { alone } else { folder.join(name).join("mod.rs") }
}
