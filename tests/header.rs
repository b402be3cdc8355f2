//! include/rssl.h is what cbindgen makes of src/ffi, and says what tests/abi and cmake/rssl.map
//! say; include/rssl_unstable.h is made of src/ffi/unstable, include/rssl_ffi.h of src/ffi/interop.
//! `make header` writes all anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

fn read(relative: &str) -> String {
    fs::read_to_string(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// A header, and what it is made from.
struct Header {
    path: &'static str,
    config: &'static str,
    directory: &'static str,
    /// The files of the directory in the order in which a person reads the header.
    sources: &'static [&'static str],
    /// Its symbols have this version, in this version script.
    version: &'static str,
    map: &'static str,
    guard: &'static str,
}

const STABLE: Header = Header {
    path: "include/rssl.h",
    config: "cbindgen.toml",
    directory: "src/ffi",
    sources: SOURCES,
    version: "RSSL_0.1",
    map: "cmake/rssl.map",
    guard: "#ifndef RSSL_H",
};
const INTEROP: Header = Header {
    path: "include/rssl_ffi.h",
    config: "cbindgen-ffi.toml",
    directory: "src/ffi/interop",
    sources: &["rustls_ffi"],
    version: "RSSL_FFI_0.1",
    map: "cmake/rssl_ffi.map.in",
    guard: "#ifndef RSSL_FFI_H",
};
const UNSTABLE: Header = Header {
    path: "include/rssl_unstable.h",
    config: "cbindgen-unstable.toml",
    directory: "src/ffi/unstable",
    sources: &["ech", "raw_key", "early_data"],
    version: "RSSL_UNSTABLE",
    map: "cmake/rssl.map",
    guard: "#ifndef RSSL_UNSTABLE_H",
};
const HEADERS: [Header; 3] = [STABLE, UNSTABLE, INTEROP];

/// The files of src/ffi in the order in which a person reads the header.
const SOURCES: &[&str] = &[
    "results",
    "bytes",
    "drop_user",
    "error",
    "ctx",
    "roots",
    "protocol",
    "identity",
    "signer",
    "client_cert",
    "resumption",
    "hooks",
    "revocation",
    "verification",
    "hello",
    "sock",
    "transport",
    "io",
    "session",
    "agreed",
    "exporter",
    "names",
    "cert",
    "digest",
    "library",
    "log",
];

fn generated(header: &Header) -> String {
    let config = cbindgen::Config::from_file(path(header.config)).expect(header.config);
    // File by file: what is public in the rest of the crate is for Rust alone. Not mod.rs, which
    // would bring in the files once more.
    let builder = header
        .sources
        .iter()
        .map(|name| path(&format!("{}/{name}.rs", header.directory)))
        .fold(cbindgen::Builder::new(), |builder, source| {
            builder.with_src(source)
        });
    let mut header = Vec::new();
    builder
        .with_config(config)
        .generate()
        .expect("cbindgen")
        .write(&mut header);
    String::from_utf8(header).expect("cbindgen writes UTF-8")
}

#[test]
fn the_headers_are_made_of_every_file() {
    for header in HEADERS {
        let files = fs::read_dir(path(header.directory)).expect(header.directory);
        let files = files
            .map(|file| file.expect(header.directory).path())
            .filter(|file| file.is_file())
            .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned());
        let sources = header.sources.iter().chain(&["mod"]);
        assert_same(
            (header.directory, files.collect()),
            (
                "its sources",
                sources.map(|name| name.to_string()).collect(),
            ),
        );
    }
}

/// The text without comments and preprocessor lines.
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        code.push_str(before);
        rest = comment.split_once("*/").expect("a comment ends").1;
    }
    code.push_str(rest);
    code.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect()
}

/// What follows each RSSL_API up to its semicolon.
fn declarations(text: &str) -> Vec<String> {
    code(text)
        .split("RSSL_API")
        .skip(1)
        .map(|rest| rest.split(';').next().unwrap_or_default().to_owned())
        .collect()
}

fn function_name(declaration: &str) -> String {
    let before = declaration.split('(').next().unwrap_or_default();
    let name = before.rsplit([' ', '*', '\n']).next().unwrap_or_default();
    name.to_owned()
}

fn functions(text: &str) -> BTreeSet<String> {
    declarations(text)
        .iter()
        .map(|d| function_name(d))
        .collect()
}

fn must_use(text: &str) -> BTreeSet<String> {
    declarations(text)
        .iter()
        .filter(|declaration| declaration.contains("RSSL_MUST_USE"))
        .map(|declaration| function_name(declaration))
        .collect()
}

/// The words that start with `prefix`.
fn words(text: &str, prefix: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with(prefix))
        .map(str::to_owned)
        .collect()
}

/// Names that the header gives a value; macros with parameters are not constants.
fn constants(header: &str) -> BTreeSet<String> {
    header
        .lines()
        .filter_map(|line| line.strip_prefix("#define "))
        .filter_map(|rest| rest.split_once(' '))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.starts_with("RSSL_") && !name.contains('('))
        .filter(|name| name != "RSSL_API" && !name.starts_with("RSSL_VERSION"))
        .collect()
}

fn assert_same(left: (&str, BTreeSet<String>), right: (&str, BTreeSet<String>)) {
    let only_left: Vec<_> = left.1.difference(&right.1).collect();
    let only_right: Vec<_> = right.1.difference(&left.1).collect();
    assert!(
        only_left.is_empty() && only_right.is_empty(),
        "only in {}: {only_left:?}\nonly in {}: {only_right:?}",
        left.0,
        right.0
    );
}

const HEADER: &str = STABLE.path;
const SNAPSHOT: &str = "tests/abi/rssl_0_1.c";

#[test]
fn the_committed_headers_are_the_generated_ones() {
    for header in HEADERS {
        let (generated, name) = (generated(&header), header.path);
        if std::env::var_os("RSSL_UPDATE_HEADER").is_some() {
            fs::write(path(name), generated).expect(name);
            continue;
        }
        assert!(
            generated == read(name),
            "{name} is not what cbindgen makes of {}: run `make header` and commit it",
            header.directory
        );
    }
}

#[test]
fn the_headers_hold_no_rust_syntax() {
    for header in HEADERS {
        let (name, text) = (header.path, read(header.path));
        let (conventions, rest) = text.split_once(header.guard).expect("an include guard");
        for syntax in ["::", "[`", "`]"] {
            assert!(
                !conventions.contains(syntax),
                "{name}: {syntax} in the first comment"
            );
        }
        // Only the first comment quotes C code.
        for (number, line) in rest.lines().enumerate() {
            for syntax in [
                "::", "`", "# Safety", "&mut ", "&self", "Option<", "Result<",
            ] {
                let number = number + conventions.lines().count() + 1;
                assert!(!line.contains(syntax), "{name}:{number}: {line}");
            }
        }
    }
}

/// A name of another kind would be in every program's way.
#[test]
fn every_name_is_ours() {
    for header in HEADERS {
        let prefixes = match header.version {
            "RSSL_UNSTABLE" => ["RSSL_UNSTABLE_H", "RSSL_X_", "rssl_x_"],
            _ => ["RSSL_", "RSSL_", "rssl_"],
        };
        let text = read(header.path);
        let names = text.lines().filter_map(|line| {
            line.strip_prefix("#define ")
                .or(line.strip_prefix("typedef struct "))
        });
        let functions = functions(&text);
        for name in names.chain(functions.iter().map(String::as_str)) {
            let ours = prefixes.iter().any(|prefix| name.starts_with(prefix));
            assert!(ours, "{}: {name}", header.path);
        }
    }
}

#[test]
fn the_version_macros_are_the_crates_version() {
    let header = read(HEADER);
    for (name, value) in [
        ("MAJOR", env!("CARGO_PKG_VERSION_MAJOR").to_owned()),
        ("MINOR", env!("CARGO_PKG_VERSION_MINOR").to_owned()),
        ("PATCH", env!("CARGO_PKG_VERSION_PATCH").to_owned()),
        ("STRING", format!("\"{}\"", env!("CARGO_PKG_VERSION"))),
    ] {
        let line = format!("#define RSSL_VERSION_{name} {value}\n");
        assert!(header.contains(&line), "{HEADER} lacks {line}");
    }
}

/// The C compiler compares the declarations themselves: test `abi.snapshot` of CTest.
#[test]
fn header_and_snapshot_hold_the_same_names() {
    let (header, snapshot) = (read(HEADER), read(SNAPSHOT));
    assert_same(
        (HEADER, functions(&header)),
        (SNAPSHOT, functions(&snapshot)),
    );
    assert_same((HEADER, must_use(&header)), (SNAPSHOT, must_use(&snapshot)));
    let snapshot_constants = code(&snapshot)
        .lines()
        .filter_map(|line| line.trim().strip_prefix("CONSTANT("))
        .filter_map(|rest| rest.split_once(','))
        .map(|(name, _)| name.to_owned())
        .collect();
    assert_same((HEADER, constants(&header)), (SNAPSHOT, snapshot_constants));
}

/// What the version script has under the version of a header.
fn versioned(Header { map, version, .. }: &Header) -> BTreeSet<String> {
    let map = read(map);
    let node = map.split(&format!("{version} {{")).nth(1).expect(version);
    words(&code(node.split("};").next().unwrap()), "rssl_")
}

#[test]
fn every_function_has_a_symbol_version() {
    for header in HEADERS {
        assert_same(
            (header.path, functions(&read(header.path))),
            (header.version, versioned(&header)),
        );
    }
}

#[test]
fn every_function_is_documented() {
    for header in HEADERS {
        let text = read(header.path);
        let lines: Vec<_> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            if line.starts_with("RSSL_API") {
                assert!(
                    number > 0 && lines[number - 1].trim_end().ends_with("*/"),
                    "{}:{}: no comment above {line}",
                    header.path,
                    number + 1
                );
            }
        }
    }
}
