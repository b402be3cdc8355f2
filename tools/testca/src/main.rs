//! `testca OUTDIR` writes a throw-away authority and certificates of many kinds into OUTDIR.
//!
//! [`testca::directory`] says which files; so does `testca --help`.

use std::env;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [argument] = arguments.as_slice() else {
        eprintln!("usage: testca OUTDIR (testca --help lists the files)");
        return ExitCode::from(2);
    };
    if argument == "--help" {
        print!("{}", help());
        return ExitCode::SUCCESS;
    }
    match testca::directory::write(Path::new(argument)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("testca: {}: {error}", Path::new(argument).display());
            ExitCode::FAILURE
        }
    }
}

/// The module's own description, so that there is one list of the files.
fn help() -> String {
    let mut text = String::from("usage: testca OUTDIR\n\n");
    for line in include_str!("directory.rs").lines() {
        let Some(line) = line.strip_prefix("//!") else {
            break;
        };
        text.push_str(line.trim_start());
        text.push('\n');
    }
    text
}
